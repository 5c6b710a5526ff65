"""The figures of one theme that decide what to do with it."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from reports.disclosure import author_count, is_small

_HISTORY = timedelta(weeks=26)


@dataclass(frozen=True)
class ThemeFacts:
    """What the rules look at; counts under the threshold are zero, so that no rule can show them.

    `weeks` counts the weeks with messages of residents among the latest `weeks_seen` weeks; `returning`
    the residents who wrote in more than one week; `local` those who live in `area`, the neighbourhood
    most named, out of `located`, those whose neighbourhood is known.
    """

    department: str | None
    messages: int
    residents: int
    questions: int
    weeks: int
    weeks_seen: int
    returning: int
    area: str | None
    local: int
    located: int
    burst_since: date | None
    burst_voices: int
    burst_expected: float


def theme_facts(
    theme_id: str,
    department: str | None,
    of_residents: pl.DataFrame,
    theme_week: pl.DataFrame,
    signals: pl.DataFrame,
    window_end: date,
) -> ThemeFacts:
    """What the rules need to know about one theme.

    `of_residents` holds the messages of residents under the theme (copies left out), `theme_week` and
    `signals` those of all themes.
    """
    by_author = (
        of_residents.drop_nulls("author_key")
        .group_by("author_key")
        .agg(weeks=pl.col("created_day").dt.truncate("1w").n_unique())
    )
    asked = of_residents.filter("is_question")
    areas = (
        of_residents.drop_nulls("area_name")
        .group_by("area_name")
        .agg(authors=author_count())
        .sort("authors", "area_name", descending=[True, False])
    )
    seen = theme_week.filter(
        pl.col("author_kind") == "resident", pl.col("week").is_between(window_end - _HISTORY, window_end)
    )
    bursts = signals.filter(pl.col("theme_id") == theme_id, pl.col("kind") == "burst")
    burst = next(bursts.iter_rows(named=True), None)
    top_area = next(areas.iter_rows(named=True), None)
    return ThemeFacts(
        department=department,
        messages=of_residents.height,
        residents=_shown(of_residents.select(author_count()).item()),
        questions=asked.height if _shown(asked.select(author_count()).item()) else 0,
        weeks=seen.filter(pl.col("theme_id") == theme_id)["week"].n_unique(),
        weeks_seen=seen["week"].n_unique(),
        returning=_shown(by_author.filter(pl.col("weeks") > 1).height),
        area=top_area["area_name"] if top_area else None,
        local=_shown(top_area["authors"]) if top_area else 0,
        located=int(areas["authors"].sum()),
        burst_since=burst["since"] if burst else None,
        burst_voices=_shown(burst["messages"] or 0) if burst else 0,
        burst_expected=burst["expected"] or 0.0 if burst else 0.0,
    )


def _shown(authors: int) -> int:
    return 0 if is_small(authors) else authors
