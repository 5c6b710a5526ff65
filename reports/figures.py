"""The figures of every theme, as they may be shown: one row of the full table and of gap.csv."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.disclosure import HIDDEN, protected_gap

VERDICTS = ("stil", "overschot", "in_balans", "onzeker", "te_weinig")
"""The verdicts, in the order in which the report lists them."""


@dataclass(frozen=True)
class Share:
    """A fraction of 1 with its simultaneous 95 % interval; the ends are None when not known."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ThemeFigures:
    """The gap of one theme; what rests on residents is None when hidden or unknown."""

    theme_id: str
    label: str
    department: str | None
    origin: str
    keywords: tuple[str, ...]
    resident_messages: int | None
    resident_authors: int | None
    resident_voices: int | None
    municipality_messages: int | None
    resident_share: Share | None
    municipality_share: Share | None
    difference_pp: float | None
    log2_ratio: float | None
    log_odds_z: float | None
    q_value: float | None
    verdict: str
    reason: str
    hidden: bool


def theme_figures(gap: pl.DataFrame) -> tuple[ThemeFigures, ...]:
    """All themes of a gap frame: by verdict, then by the size of the difference, hidden ones last."""
    rank = pl.col("verdict").replace_strict(
        {verdict: place for place, verdict in enumerate(VERDICTS)}, default=len(VERDICTS)
    )
    ordered = protected_gap(gap).sort(
        rank, pl.col("difference_pp").abs(), "theme_id", descending=[False, True, False], nulls_last=True
    )
    return tuple(_figures(row) for row in ordered.iter_rows(named=True))


def _figures(row: dict[str, Any]) -> ThemeFigures:
    return ThemeFigures(
        theme_id=row["theme_id"],
        label=row["theme_label"] or row["theme_id"],
        department=row["department"] or None,
        origin=row["theme_origin"] or "catalogue",
        keywords=tuple(word for word in row["keywords"] or () if word),
        resident_messages=row["resident_messages"],
        resident_authors=row["resident_authors"],
        resident_voices=row["resident_voices"],
        municipality_messages=row["municipality_messages"],
        resident_share=_share(row, "resident_share"),
        municipality_share=_share(row, "municipality_share"),
        difference_pp=row["difference_pp"],
        log2_ratio=row["log2_ratio"],
        log_odds_z=row["log_odds_z"],
        q_value=row["q_value"],
        verdict=row["verdict"] or "te_weinig",
        # The run's own reason may name the very count that is hidden here.
        reason=_hidden_reason(row) if row["hidden"] else row["reason"] or "",
        hidden=row["hidden"],
    )


def _share(row: dict[str, Any], name: str) -> Share | None:
    value = row[name]
    return None if value is None else Share(value, row[f"{name}_low"], row[f"{name}_high"])


def _hidden_reason(row: dict[str, Any]) -> str:
    judged = "Wij posten er veel vaker over dan inwoners erover schrijven. "
    why = (
        f"Er schreven {HIDDEN} inwoners over. Zulke kleine aantallen tonen we niet."
        if row["small"]
        else "De cijfers zijn verborgen, omdat anders een klein aantal bij een ander thema uit te rekenen is."
    )
    return (judged if row["verdict"] == "overschot" else "") + why
