"""A planted municipality on disk: settings, mappings, and the exports that arrive night by night."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tests.benchmarks.planted import Planted
from tests.deployment import SETTINGS, written_deployment, written_export

_FILES = {"resident": "inwoners", "municipality": "gemeente"}


def night_days(planted: Planted, nights: int) -> list[date]:
    """So many different days from the eve of the birth up to the last day, evenly spread."""
    first, last = planted.born_on - timedelta(days=1), planted.messages["created_at"].dt.date().max()
    if not isinstance(last, date):
        raise TypeError("a municipality without messages has no nights")
    last += timedelta(days=6 - last.weekday())
    span = (last - first).days
    return sorted({last - timedelta(days=round(span * n / max(nights - 1, 1))) for n in range(nights)})


def written_municipality(planted: Planted, folder: Path) -> Path:
    """Settings and mappings, no exports; the report looks at all weeks. Gives the path of the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = written_deployment(folder)
    weeks = planted.messages.select(pl.col("week").max()).item() + 1
    content = SETTINGS.replace("window_weeks = 13", f"window_weeks = {weeks}")
    settings.write_text(content, encoding="utf-8")
    return settings


def written_arrivals(planted: Planted, folder: Path, after: date | None, until: date) -> None:
    """The exports of one night: what was written after the day `after`, up to and including `until`."""
    day = pl.col("created_at").dt.date()
    new = planted.messages.filter(day <= until, (day > after) if after else pl.lit(value=True))
    for side, name in _FILES.items():
        said = new.filter(pl.col("author_kind") == side).select(
            "native_id", pl.col("created_at").dt.strftime("%d-%m-%Y %H:%M"), "author",
            pl.col("parent_id").fill_null(""), "text",
        )  # fmt: skip
        if said.height:
            written_export(folder / "exports" / f"{name}_{until:%Y%m%d}.csv", said.rows())
