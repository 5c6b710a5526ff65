"""How many residents wrote about a theme in each period of the window, and how often we posted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from reports.disclosure import author_count, hidden_cells

PERIODS_IN_WEEKS = (1, 2, 4)
"""Lengths to choose from: the shortest in which few periods have to stay hidden."""

_HIDDEN_ACCEPTED = 0.15


@dataclass(frozen=True)
class TrendPoint:
    """One period: residents who wrote (None when hidden) and posts of the municipality."""

    first_day: date
    last_day: date
    residents: int | None
    posts: int


@dataclass(frozen=True)
class Trend:
    """Periods of equal length, the last one ending with the window; what does not fit is left out."""

    weeks: int
    points: tuple[TrendPoint, ...]


def trend(of_residents: pl.DataFrame, of_municipality: pl.DataFrame, start: date, end: date) -> Trend:
    """The trend of one theme from both sides' messages (`created_day`, `author_key`) in the window."""
    drawn = [_trend(of_residents, of_municipality, start, end, weeks) for weeks in PERIODS_IN_WEEKS]
    calm = (found for found in drawn if len(found.points) > 1 and _hidden_part(found) <= _HIDDEN_ACCEPTED)
    return next(calm, drawn[-1])


def _trend(
    of_residents: pl.DataFrame, of_municipality: pl.DataFrame, start: date, end: date, weeks: int
) -> Trend:
    days = 7 * weeks
    number = ((end - start).days + 1) // days
    first = end - timedelta(days=number * days - 1)

    def per_period(messages: pl.DataFrame, count: pl.Expr) -> Callable[[int], int]:
        place = (pl.col("created_day") - pl.lit(first)).dt.total_days().floordiv(days)
        found = messages.group_by(place=place).agg(count=count)
        counts = dict(zip(found["place"].to_list(), found["count"].to_list(), strict=True))
        return lambda i: counts.get(i, 0)

    authors, posts = per_period(of_residents, author_count()), per_period(of_municipality, pl.len())
    hidden = hidden_cells([authors(i) for i in range(number)])
    points = (
        TrendPoint(
            first + timedelta(days=i * days),
            first + timedelta(days=(i + 1) * days - 1),
            None if i in hidden else authors(i),
            posts(i),
        )
        for i in range(number)
    )
    return Trend(weeks, tuple(points))


def _hidden_part(found: Trend) -> float:
    return sum(point.residents is None for point in found.points) / len(found.points)
