"""The latest finished night as the published copy tells it, for what is measured afterwards."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from nlp.voices import Window
from warehouse.store import query_published

_LATEST = """
SELECT run_id, as_of, seed
FROM mart.run
WHERE status IN ('done', 'incomplete')
ORDER BY as_of DESC, started DESC, run_id DESC
LIMIT 1
"""
_MESSAGES = """
SELECT
    message_id, native_id, author_kind, author_key, kind, created_day, dup_of, theme_id, theme_confidence,
    theme_basis, is_question
FROM mart.message
ORDER BY message_id
"""
_HISTORY = """
SELECT gap_history.*
FROM mart.gap_history
JOIN mart.run USING (run_id)
ORDER BY run.as_of, run.started, run_id, theme_id
"""


@dataclass(frozen=True)
class LatestRun:
    """A finished run with figures: its id, last day, window and seed."""

    run_id: str
    as_of: date
    window: Window
    seed: int


@dataclass(frozen=True, repr=False)
class Published:
    """What a night left: the columns of the marts of the same names. latest is None before any night with
    figures has finished; history has the runs in the order in which they ran."""

    latest: LatestRun | None
    messages: pl.DataFrame
    themes: pl.DataFrame
    gap: pl.DataFrame
    history: pl.DataFrame
    signals: pl.DataFrame

    @property
    def compared(self) -> list[str]:
        """Ids of the themes that are compared: the active ones."""
        return sorted(self.themes.filter(pl.col("status") == "active")["theme_id"])

    @property
    def labels(self) -> dict[str, str]:
        """Dutch label by theme_id; the id where there is none."""
        return {row["theme_id"]: row["label"] or row["theme_id"] for row in self.themes.iter_rows(named=True)}


def published(path: Path) -> Published:
    """The published copy at `path`. Raises ConfigurationError when it is not there."""
    run = query_published(path, _LATEST)
    gap = query_published(path, "SELECT * FROM mart.gap ORDER BY theme_id")
    return Published(
        latest=_latest(run, gap),
        messages=query_published(path, _MESSAGES),
        themes=query_published(path, "SELECT theme_id, label, status FROM mart.theme ORDER BY theme_id"),
        gap=gap,
        history=query_published(path, _HISTORY),
        signals=query_published(path, "SELECT * FROM mart.signal ORDER BY theme_id, kind"),
    )


def _latest(run: pl.DataFrame, gap: pl.DataFrame) -> LatestRun | None:
    if run.is_empty() or gap.is_empty():
        return None
    window = Window(gap["window_start"][0], gap["window_end"][0])
    return LatestRun(run["run_id"][0], run["as_of"][0], window, int(run["seed"][0]))
