"""How much of the gaps rests on who happened to speak: figures of agendas that are drawn anew.

A bootstrap (Efron 1979) over authors, with all that they brought up, and over posts, as in the verdict
itself: see `nlp.robustness`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import rankdata

from nlp.evidence import Figures
from nlp.gap import voices_per_author
from nlp.robustness import redrawn_differences
from nlp.voices import Window, municipality_posts, resident_voices


@dataclass(frozen=True)
class RedrawnTheme:
    """One theme over all draws; differences in percentage points, residents minus municipality.

    low, high: 2.5th and 97.5th percentile of the drawn differences. sign_kept: share of draws whose
    difference has the sign of the observed one. verdict_kept: share of draws in which it is of that sign
    and at least the smallest difference that counts, on which a verdict rests.
    """

    theme_id: str
    difference_pp: float
    low_pp: float
    high_pp: float
    sign_kept: float
    verdict_kept: float


@dataclass(frozen=True)
class Resampling:
    """The themes by difference, the largest first. mean_rank_correlation: mean over the draws of Spearman's
    correlation of drawn and observed differences; None when all observed ones are equal."""

    draws: int
    authors: int
    posts: int
    mean_rank_correlation: float | None
    themes: tuple[RedrawnTheme, ...]


def resampling(
    messages: pl.DataFrame,
    themes: Sequence[str],
    window: Window,
    min_difference_pp: float,
    draws: int,
    seed: int,
) -> Resampling | None:
    """Draw the authors and posts of `window` anew, `draws` times; None when a side has no themed message.

    messages: as `nlp.voices` describes them; themes: the ids that are compared, others are left out.
    """
    inside = window.of(messages).filter(pl.col("theme_id").is_in(list(themes)))
    voices, posts = resident_voices(inside), municipality_posts(inside)
    if voices.is_empty() or posts.is_empty():
        return None
    spoken = pl.concat([voices["theme_id"], posts["theme_id"]]).unique().sort()
    matrix = voices_per_author(voices, spoken)
    counts = (
        spoken.to_frame()
        .join(posts.group_by("theme_id").len(), on="theme_id", how="left", maintain_order="left")["len"]
        .fill_null(0)
        .cast(pl.Int64)
        .to_numpy()
    )
    observed, drawn = redrawn_differences(matrix, counts, draws, np.random.default_rng(seed))
    low, high = np.percentile(100 * drawn, [2.5, 97.5], axis=0)
    sign = np.sign(observed)
    sign_kept = np.mean(np.sign(drawn) == sign, axis=0)
    verdict_kept = np.mean(100 * drawn * sign >= min_difference_pp, axis=0)
    columns = zip(spoken, 100 * observed, low, high, sign_kept, verdict_kept, strict=True)
    rows = [RedrawnTheme(theme_id, *map(float, figures)) for theme_id, *figures in columns]
    return Resampling(
        draws=draws,
        authors=len(matrix),
        posts=int(counts.sum()),
        mean_rank_correlation=_mean_rank_correlation(observed, drawn),
        themes=tuple(sorted(rows, key=lambda row: (-row.difference_pp, row.theme_id))),
    )


def _mean_rank_correlation(observed: Figures, drawn: Figures) -> float | None:
    ranks = rankdata(observed)
    if len(set(ranks)) == 1:
        return None
    # A draw in which all differences are equal has no ranks to compare and agrees with nothing.
    found = [np.corrcoef(ranks, row)[0, 1] if len(set(row)) > 1 else 0.0 for row in rankdata(drawn, axis=1)]
    return float(np.mean(found))
