"""Bursts and weak signals, each with the form that fits it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from reports import wording
from reports.advice import advice
from reports.disclosure import HIDDEN, is_small
from reports.facts import theme_facts
from reports.figures import ThemeFigures
from reports.report_input import ReportInput


@dataclass(frozen=True)
class SignalNote:
    """A theme that stands out against its own history; `voices` and `expected` are None when hidden."""

    theme_id: str
    label: str
    kind: str
    since: date | None
    voices: int | None
    expected: float | None
    department: str | None
    sentence: str
    form: str

    @property
    def is_burst(self) -> bool:
        """True for a burst, False for a weak signal."""
        return self.kind == "burst"


def signal_notes(data: ReportInput, themes: tuple[ThemeFigures, ...]) -> tuple[SignalNote, ...]:
    """The signals of a prepared input: bursts before weak signals, the strongest first."""
    ordered = data.signals.sort("kind", "score", "theme_id", descending=[False, True, False], nulls_last=True)
    known = {figures.theme_id: figures for figures in themes}
    return tuple(_note(data, known.get(row["theme_id"]), row) for row in ordered.iter_rows(named=True))


def _note(data: ReportInput, figures: ThemeFigures | None, row: dict[str, Any]) -> SignalNote:
    theme_id, label = row["theme_id"], row["theme_label"] or row["theme_id"]
    department = figures.department if figures else None
    hidden = is_small(row["messages"] or 0) or (figures is not None and figures.hidden)
    of_residents = data.messages.filter(
        pl.col("theme_id") == theme_id, pl.col("author_kind") == "resident", pl.col("dup_of").is_null()
    )
    facts = theme_facts(theme_id, department, of_residents, data.theme_week, data.signals, data.window_end)
    voices, expected = (None, None) if hidden else (row["messages"], row["expected"])
    return SignalNote(
        theme_id=theme_id,
        label=label,
        kind=row["kind"],
        since=row["since"],
        voices=voices,
        expected=expected,
        department=department,
        sentence=_sentence(row["since"], voices, expected, is_hidden=hidden),
        form=advice(facts).form,
    )


def _sentence(since: date | None, voices: int | None, expected: float | None, *, is_hidden: bool) -> str:
    start = f"sinds {wording.day(since)}" if since else "kort geleden"
    if is_hidden or voices is None:
        return f"Het groeit {start}, maar nog met {HIDDEN} inwoners."
    much = ""
    if expected is not None:
        more = f"{wording.times(voices / expected)} zoveel als gewoon" if expected >= 1 else "meer dan gewoon"
        much = f", {more} ({wording.decimal(expected)})"
    return f"{wording.residents(voices)} {start}{much}."
