"""Real nights of weerklank over a planted municipality; the only place where the benchmark runs weerklank.

Every night is `weerklank nightly` on the exports that arrived, with the born theme left out of the catalogue,
and what it published is kept. To be run in a process of its own: it sets the environment, and its peak of
memory is that process's.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import polars as pl

from tests.benchmarks.exports import written_arrivals, written_municipality
from tests.benchmarks.peers import peak_memory_mb
from tests.benchmarks.planted import Planted

_LAST = {
    "gap": "SELECT * FROM mart.gap",
    "messages": "SELECT native_id, author_kind, kind, text, theme_id FROM mart.message ORDER BY native_id",
}
_EVERY = {
    "assigned": "SELECT native_id, theme_id FROM mart.message",
    "themes": "SELECT theme_id, origin, status, label FROM mart.theme",
    "signals": "SELECT theme_id, kind, since FROM mart.signal",
}
_FINE = (0, 4)


@dataclass(frozen=True)
class Nights:
    """What the nights published.

    assigned (native_id, theme_id), themes (theme_id, origin, status, label), signals (theme_id, kind, since):
    of every night, with `night` (Date); gap (mart.gap) and messages (native_id, author_kind, kind, text,
    theme_id): of the last. seconds: of every night; peak_memory_mb: of the process, the Prefect server left
    out.
    """

    assigned: pl.DataFrame
    themes: pl.DataFrame
    signals: pl.DataFrame
    gap: pl.DataFrame
    messages: pl.DataFrame
    seconds: tuple[float, ...]
    peak_memory_mb: float


def published_nights(planted: Planted, days: Sequence[date], folder: Path) -> Nights:
    """Run a night on each of `days`, in order, in the new folder `folder`, where a log is left.

    Raises RuntimeError when a night ends with another exit code than 0 or 4.
    """
    os.environ["WEERKLANK_HOME"] = str(folder / "home")
    os.environ["WEERKLANK_SECRET_KEY"] = "alleen-voor-de-meting"  # noqa: S105 - of an invented municipality
    from flows.cli import main
    from nlp.catalogue import bundled_catalogue
    from warehouse.store import query_published

    settings = written_municipality(planted, folder)
    database = folder / "home" / "published" / "weerklank.duckdb"
    catalogue = bundled_catalogue()
    known = replace(
        catalogue, themes=tuple(theme for theme in catalogue.themes if theme.theme_id != planted.born)
    )
    kept: dict[str, list[pl.DataFrame]] = {name: [] for name in _EVERY}
    seconds = []
    # For good: what runs until the process ends still writes to it.
    log = (folder / "log.txt").open("w", encoding="utf-8", buffering=1)
    sys.stdout = sys.stderr = log
    with patch("flows.night.bundled_catalogue", return_value=known):
        for before, day in zip((None, *days), days, strict=False):
            written_arrivals(planted, folder, before, day)
            begun = time.perf_counter()
            code = main(["nightly", "--config", str(settings), "--as-of", day.isoformat()])
            seconds.append(time.perf_counter() - begun)
            if code not in _FINE:
                raise RuntimeError(f"the night of {day} ended with exit code {code}; see {log.name}")
            for name, sql in _EVERY.items():
                kept[name].append(query_published(database, sql).with_columns(night=pl.lit(day)))
    last = {name: query_published(database, sql) for name, sql in _LAST.items()}
    every = {name: pl.concat(frames) for name, frames in kept.items()}
    return Nights(**every, **last, seconds=tuple(seconds), peak_memory_mb=peak_memory_mb())
