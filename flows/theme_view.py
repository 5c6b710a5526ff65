"""Themes as the people who decide about them see them: the latest night, and what the coming one will do."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from flows.home import decisions_of
from warehouse.decided import decided_themes, with_adopted
from warehouse.decision_kinds import Adopt, Decision, Department, Hide, Merge, Rename, Show, Teach, Undo
from warehouse.decision_log import read_log
from warehouse.decisions import Decisions, in_effect, replayed
from warehouse.errors import ConfigurationError
from warehouse.store import query_published
from warehouse.tables import DECISION, THEME

_STATUS = {"active": "actief", "asleep": "slaapt", "hidden": "verborgen", "merged": "opgegaan in {into}"}
_CHANGES = {"label": "naam", "department": "dienst", "status": "status"}
_NEAREST = 3


@dataclass(frozen=True)
class ThemeView:
    """What there is to decide about.

    published: THEME rows as the latest night left them; themes: the same as the coming night will have them,
    both by theme_id. log: all decisions; applied: ids of those that the latest night knew.
    """

    copy: Path
    published: pl.DataFrame
    themes: pl.DataFrame
    log: tuple[Decision, ...]
    applied: frozenset[str]

    @property
    def decisions(self) -> Decisions:
        """What is in effect."""
        return replayed(self.log)

    @cached_property
    def counting(self) -> frozenset[str]:
        """Ids of the decisions that are not undone."""
        return frozenset(decision.id for decision in in_effect(self.log))

    def theme(self, theme_id: str) -> dict[str, object]:
        """The theme as the coming night will have it, by column.

        Raises ConfigurationError that names the nearest ones when there is no such theme.
        """
        found = self.themes.filter(pl.col("theme_id") == theme_id)
        if found.is_empty():
            labels = dict(self.themes.select("theme_id", "label").iter_rows())
            raise ConfigurationError(
                f"Thema '{theme_id}' is er niet; {_hint(theme_id, labels) or 'zie weerklank themes'}."
            )
        return found.row(0, named=True)

    def pending(self, theme_id: str) -> list[str]:
        """What the coming night changes about the theme."""
        after = self.theme(theme_id)
        before = self.published.filter(pl.col("theme_id") == theme_id)
        was = before.row(0, named=True) if before.height else dict.fromkeys(THEME.schema)
        changes = [name for column, name in _CHANGES.items() if was[column] != after[column]]
        if "status" not in changes and was["merged_into"] != after["merged_into"]:
            changes.append("status")
        waiting = self.counting - self.applied
        new = [decision for decision in self.log if decision.theme == theme_id and decision.id in waiting]
        lessons = sum(isinstance(decision, Teach) for decision in new)
        return [
            *changes,
            *(["overgenomen"] if any(isinstance(decision, Adopt) for decision in new) else []),
            *([f"{lessons} geleerd"] if lessons else []),
        ]

    def standing(self, decision: Decision) -> str:
        """Whether a decision counts and is applied already, in Dutch."""
        if decision.id not in self.counting:
            return "ongedaan"
        return "toegepast" if decision.id in self.applied else "komende nacht"

    def listed(self) -> pl.DataFrame:
        """The themes as a table for people, with what is still to be applied."""
        adopted = {theme.theme_id for theme in self.decisions.adopted}
        rows = [
            {
                "thema": row["theme_id"], "label": row["label"], "herkomst": origin_of(row, adopted),
                "status": status_of(row), "dienst": row["department"],
                "laatst gezien": str(row["last_seen"] or "-"),
                "komende nacht": ", ".join(self.pending(row["theme_id"])) or "-",
            }
            for row in self.themes.iter_rows(named=True)
        ]  # fmt: skip
        return pl.DataFrame(rows, infer_schema_length=None)

    def logged(self) -> pl.DataFrame:
        """The decision log as a table for people, the oldest first."""
        rows = [
            {
                "besluit": decision.id, "wanneer": f"{decision.at:%Y-%m-%d %H:%M}", "wie": decision.who,
                "thema": decision.theme, "wat": told(decision), "waarom": decision.why or "-",
                "stand": self.standing(decision),
            }
            for decision in self.log
        ]  # fmt: skip
        return pl.DataFrame(rows)


def decision_view(home: Path) -> ThemeView:
    """As `theme_view`, but before the first night there are decisions without themes."""
    if published_copy(home).is_file():
        return theme_view(home)
    nothing, log = THEME.empty(), read_log(decisions_of(home))
    return ThemeView(published_copy(home), nothing, nothing, log, frozenset())


def theme_view(home: Path) -> ThemeView:
    """The themes of the published copy in `home` and the decision log beside it.

    Raises ConfigurationError when nothing was published yet and when the log has a mistake.
    """
    copy, log = published_copy(home), read_log(decisions_of(home))
    stored = THEME.conform(query_published(copy, "FROM core.theme")).sort("theme_id")
    copied = DECISION.conform(query_published(copy, "FROM core.decision"))
    known = with_adopted(stored, replayed(log))
    decisions, _ = replayed(log).about(set(known["theme_id"]))
    coming = decided_themes(known, decisions).sort("theme_id")
    return ThemeView(copy, stored, coming, log, frozenset(copied["decision_id"]))


def published_copy(home: Path) -> Path:
    """The analysts' copy in a home."""
    return home / "published" / "weerklank.duckdb"


def status_of(theme: Mapping[str, object]) -> str:
    """The status of a THEME row in Dutch."""
    return _STATUS[str(theme["status"])].format(into=theme["merged_into"])


def origin_of(theme: Mapping[str, object], adopted: Collection[str]) -> str:
    """Where a theme comes from, in Dutch."""
    if theme["theme_id"] in adopted:
        return "overgenomen"
    return "catalogus" if theme["origin"] == "catalogue" else "gevonden"


def told(decision: Decision) -> str:
    """What was decided, as a few Dutch words about the theme."""
    match decision:
        case Rename():
            return f"heet '{decision.label}'"
        case Merge():
            return f"gaat op in {decision.into}"
        case Hide():
            return "wordt verborgen"
        case Show():
            return "wordt weer getoond"
        case Department():
            return f"hoort bij {decision.department}"
        case Teach(message_id=None):
            return f"leert '{decision.text}'"
        case Teach():
            return f"leert van bericht {decision.message_id}"
        case Adopt():
            count = len(decision.message_ids)
            return f"is overgenomen als '{decision.label}' ({decision.department}), van {count} berichten"
        case Undo():
            return f"maakt {decision.of} ongedaan"


def nearest_ids(word: str, ids: Collection[str]) -> str:
    """A Dutch hint at the ids that look most like `word`; empty when none does."""
    found = difflib.get_close_matches(word, ids, n=_NEAREST, cutoff=0.6)
    return f"bedoelt u {' of '.join(found)}" if found else ""


def _hint(word: str, labels: Mapping[str, str]) -> str:
    """A Dutch hint at the themes whose id or label looks most like `word`, or holds it."""
    wanted = word.casefold()

    def likeness(name: str) -> float:
        held = len(wanted) > 2 and wanted in name.casefold()
        return 1.0 if held else difflib.SequenceMatcher(None, wanted, name.casefold()).ratio()

    ranked = sorted((-max(likeness(theme), likeness(label)), theme) for theme, label in labels.items())
    near = [f"{theme} ({labels[theme]})" for score, theme in ranked[:_NEAREST] if -score >= 0.5]
    return f"bedoelt u {' of '.join(near)}" if near else ""
