"""What the flow hands to the report: frames of one run, and the columns that each must have."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from reports.disclosure import plain_columns, plain_text
from warehouse.tables import (
    ACTION,
    AGENDA,
    COUNT,
    DAY,
    EXPORT,
    FLAG,
    GAP,
    MATURITY,
    SHARE,
    SIGNAL,
    TEXT,
    WORD,
    Schema,
)

_GAP_WITH_THEME: Schema = {
    **GAP.schema,
    "theme_label": TEXT,
    "department": TEXT,
    "keywords": pl.List(pl.String()),
    "theme_origin": TEXT,
}

COLUMNS: Mapping[str, Schema] = {
    "gap": _GAP_WITH_THEME,
    "previous_gap": _GAP_WITH_THEME,
    "theme_week": {
        "week": DAY,
        "theme_id": TEXT,
        "author_kind": TEXT,
        "platform": TEXT,
        "messages": COUNT,
        "authors": COUNT,
        "share": SHARE,
    },
    "signals": {**SIGNAL.schema, "theme_label": TEXT},
    "agenda": AGENDA.schema,
    "response": {
        "week": DAY,
        "platform": TEXT,
        "theme_id": TEXT,
        "questions": COUNT,
        "answered": COUNT,
        "answer_rate": SHARE,
        "median_hours_to_answer": SHARE,
    },
    "words": WORD.schema,
    "messages": {
        "message_id": TEXT,
        "author_kind": TEXT,
        "author_key": TEXT,
        "platform": TEXT,
        "kind": TEXT,
        "created_day": DAY,
        "text": TEXT,
        "url": TEXT,
        "theme_id": TEXT,
        "theme_confidence": SHARE,
        "theme_basis": TEXT,
        "is_question": FLAG,
        "quotable": FLAG,
        "area_name": TEXT,
        "dup_of": TEXT,
        "likes": COUNT,
    },
    "exports": EXPORT.schema,
    "maturity": MATURITY.schema,
    "actions": ACTION.schema,
}


@dataclass(frozen=True)
class ReportInput:
    """One run as polars frames, each with the columns that `COLUMNS` gives it; any may be empty.

    `messages` holds the current messages of the window; `previous_gap` the gap of the previous run with
    an earlier `as_of`; `exports` the files of this night; `notices` Dutch sentences on sources that were
    left out and on warnings of the gates. Shares are fractions of 1 and may be null, days are local.
    """

    municipality: str
    as_of: date
    window_start: date
    window_end: date
    run_id: str
    version: str
    gap: pl.DataFrame
    previous_gap: pl.DataFrame
    theme_week: pl.DataFrame
    signals: pl.DataFrame
    agenda: pl.DataFrame
    response: pl.DataFrame
    words: pl.DataFrame
    messages: pl.DataFrame
    exports: pl.DataFrame
    maturity: pl.DataFrame
    actions: pl.DataFrame
    notices: tuple[str, ...]

    def prepared(self) -> "ReportInput":
        """The same with every column present and typed, NaN as null and all text made plain."""
        return replace(
            self,
            municipality=plain_text(self.municipality),
            run_id=plain_text(self.run_id),
            version=plain_text(self.version),
            gap=_framed("gap", self.gap),
            previous_gap=_framed("previous_gap", self.previous_gap),
            theme_week=_framed("theme_week", self.theme_week),
            signals=_framed("signals", self.signals),
            agenda=_framed("agenda", self.agenda),
            response=_framed("response", self.response),
            words=_framed("words", self.words),
            messages=_framed("messages", self.messages),
            exports=_framed("exports", self.exports),
            maturity=_framed("maturity", self.maturity),
            actions=_framed("actions", self.actions),
            notices=tuple(plain_text(notice) for notice in self.notices),
        )


def framed(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The frame with exactly the columns of `schema`, absent ones null, NaN null, all text plain."""
    if frame.width == 0:
        return pl.DataFrame(schema=schema)
    typed = frame.select(
        pl.col(column).cast(dtype) if column in frame.columns else pl.lit(None, dtype=dtype).alias(column)
        for column, dtype in schema.items()
    )
    finite = pl.selectors.float()
    return plain_columns(typed.with_columns(pl.when(finite.is_finite()).then(finite)))


def _framed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return framed(frame, COLUMNS[name])
