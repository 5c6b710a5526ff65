"""Whether themes last from night to night: the ids and the shares of successive runs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl
from scipy.stats import spearmanr

_SIDES = ("resident_share", "municipality_share")


@dataclass(frozen=True)
class RunContinuity:
    """One run beside the one before it.

    themes: themes with a figure in the run. kept: those of the run before that are still among them.
    lost: ids in this run that no longer exist. resident_rank_correlation, municipality_rank_correlation:
    Spearman's, of the theme shares in both runs over the themes of either, a theme without a figure having
    a share of 0; None, as kept, for the first run, and when a run gives all themes the same share.
    """

    run_id: str
    as_of: date
    themes: int
    kept: int | None
    lost: tuple[str, ...]
    resident_rank_correlation: float | None
    municipality_rank_correlation: float | None


@dataclass(frozen=True)
class Continuity:
    """All runs, oldest first, and every id that any of them had and that no longer exists."""

    runs: tuple[RunContinuity, ...]
    lost: tuple[str, ...]


def continuity(history: pl.DataFrame, themes: Collection[str]) -> Continuity:
    """What became of the themes of every run.

    history: run_id, as_of, theme_id, resident_share and municipality_share (fractions, may be null) of
    every finished run, the runs in the order in which they ran; themes: the ids that exist now.
    """
    runs: list[RunContinuity] = []
    before: pl.DataFrame | None = None
    for (run_id,), figures in history.group_by("run_id", maintain_order=True):
        ids = set(figures["theme_id"])
        resident, municipality = (_rank_correlation(before, figures, side) for side in _SIDES)
        runs.append(
            RunContinuity(
                run_id=str(run_id),
                as_of=figures["as_of"][0],
                themes=len(ids),
                kept=None if before is None else len(ids & set(before["theme_id"])),
                lost=tuple(sorted(ids - set(themes))),
                resident_rank_correlation=resident,
                municipality_rank_correlation=municipality,
            )
        )
        before = figures
    return Continuity(tuple(runs), tuple(sorted({theme_id for run in runs for theme_id in run.lost})))


def _rank_correlation(before: pl.DataFrame | None, now: pl.DataFrame, side: str) -> float | None:
    if before is None:
        return None
    both = (
        before.select("theme_id", before=side)
        .join(now.select("theme_id", now=side), on="theme_id", how="full", coalesce=True)
        .fill_null(0.0)
    )
    if both["before"].n_unique() < 2 or both["now"].n_unique() < 2:
        return None
    return float(spearmanr(both["before"], both["now"]).statistic)
