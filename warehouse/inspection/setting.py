"""Where messages come from, as far as the names of columns and values from closed lists tell."""

from collections.abc import Mapping

import polars as pl

from warehouse.inspection.draft_fields import Setting
from warehouse.inspection.guesses import context, words
from warehouse.inspection.sample import Group

_LEAST = 0.5
_CONSTANTS = {
    "kcc": ("kcc", "contact"), "melding": ("meldingen", "report"), "participatie": ("participatie", "input"),
    "social": ("web", "post"), "": ("web", "post"),
}  # fmt: skip


def setting_of(group: Group, frame: pl.DataFrame) -> Setting:
    """The setting of the records in `frame`; only values that the lists in synonyms.yaml hold are used."""
    known = words()
    where, sure = context(group.columns)
    platform, kind = _CONSTANTS[where]
    platforms = _meanings(group, frame, "platform", known.platforms)
    kinds = _meanings(group, frame, "kind", known.kinds)
    by_url = not platforms and where in ("social", "") and "url" in group.roles
    of_url: tuple[str, Mapping[str, str]] | None = (group.roles["url"].column.name, {}) if by_url else None
    agreed = _values(group, frame, "confidential") & known.agreements
    spoken = _meanings(group, frame, "direction", known.directions)
    ours = tuple(value for value, who in spoken[1].items() if who == "municipality") if spoken else ()
    return Setting(
        platform=platforms or of_url or platform, kind=kinds or kind,
        social=where in ("social", "") or bool(platforms) or bool(ours), sure=sure,
        outgoing=(spoken[0], ours) if spoken and ours else None,
        agreements=tuple(_as_written(group, frame, "confidential", agreed)),
        platform_by_url=of_url is not None,
    )  # fmt: skip


def _meanings(
    group: Group, frame: pl.DataFrame, role: str, known: Mapping[str, str]
) -> tuple[str, Mapping[str, str]] | None:
    """The column for `role` and what those of its values that we know mean; None when most are not known."""
    if role not in group.roles:
        return None
    name = group.roles[role].column.name
    cells = frame[name].drop_nulls().str.strip_chars().str.to_lowercase()
    met = {value: known[value] for value in sorted(set(cells.to_list()) & known.keys())}
    share = cells.is_in(list(met)).sum() / len(cells) if len(cells) else 0.0
    return (name, met) if met and share >= _LEAST else None


def _values(group: Group, frame: pl.DataFrame, role: str) -> set[str]:
    if role not in group.roles:
        return set()
    cells = frame[group.roles[role].column.name].drop_nulls().str.strip_chars().str.to_lowercase()
    return set(cells.to_list())


def _as_written(group: Group, frame: pl.DataFrame, role: str, values: set[str]) -> list[str]:
    """Values as they stand in the file, for a condition compares them letter by letter."""
    if not values:
        return []
    cells = set(frame[group.roles[role].column.name].drop_nulls().to_list())
    return sorted(cell for cell in cells if cell.strip().lower() in values)
