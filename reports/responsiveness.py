"""How well the municipality answers: questions, answers, time to answer, and which themes wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

_LONGEST_WAITING = 4
_FEW_QUESTIONS = 5


@dataclass(frozen=True)
class WaitingTheme:
    """A theme with questions that got no answer."""

    theme_id: str
    label: str
    questions: int
    answer_rate: float
    hours_to_answer: float | None


@dataclass(frozen=True)
class Responsiveness:
    """Questions in the window; the rate and the time are None when too few questions were asked.

    `hours_to_answer` is the middle of the medians per week, platform and theme, weighed by answers.
    """

    questions: int | None
    answer_rate: float | None
    hours_to_answer: float | None
    waiting: tuple[WaitingTheme, ...]


def responsiveness(
    response: pl.DataFrame, labels: Mapping[str, str], start: date, end: date
) -> Responsiveness:
    """Responsiveness in the window from `mart.response`, with the waiting themes among those of `labels`.

    Fewer than five questions are not shown.
    """
    monday = start - timedelta(days=start.weekday())
    asked = response.filter(pl.col("week").is_between(monday, end))
    questions, answered = int(asked["questions"].sum()), int(asked["answered"].sum())
    if 0 < questions < _FEW_QUESTIONS:
        return Responsiveness(None, None, None, ())
    themes = (
        asked.filter(pl.col("theme_id").is_in(list(labels)))
        .group_by("theme_id")
        .agg(pl.col("questions").sum(), pl.col("answered").sum())
        .filter(pl.col("questions") >= _FEW_QUESTIONS, pl.col("answered") < pl.col("questions"))
        .sort(pl.col("answered") - pl.col("questions"), "theme_id")
        .head(_LONGEST_WAITING)
    )
    return Responsiveness(
        questions,
        answered / questions if questions else None,
        _middle_hours(asked),
        tuple(
            WaitingTheme(
                row["theme_id"],
                labels[row["theme_id"]],
                row["questions"],
                row["answered"] / row["questions"],
                _middle_hours(asked.filter(pl.col("theme_id") == row["theme_id"])),
            )
            for row in themes.iter_rows(named=True)
        ),
    )


def _middle_hours(asked: pl.DataFrame) -> float | None:
    timed = asked.drop_nulls("median_hours_to_answer").sort("median_hours_to_answer")
    reached = timed.filter(pl.col("answered").cum_sum() * 2 >= pl.col("answered").sum())
    return float(reached["median_hours_to_answer"].item(0)) if reached.height else None
