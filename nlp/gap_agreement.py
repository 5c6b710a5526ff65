"""How well estimated gaps agree with those of a gold set, counted in messages.

Shares are of all labelled messages of a side, "overig" included, so that a theme that swallows chatter is
seen to do so.
"""

from dataclasses import dataclass

import polars as pl
from scipy.stats import spearmanr

from nlp.gold import GOLD_WITHOUT_THEME


@dataclass(frozen=True)
class GapAgreement:
    """Gaps over the gold themes; a gap is the share of residents minus that of the municipality.

    rank_correlation: Spearman's, of true against estimated gaps; None when a side is absent or all gaps
    are equal. mean_error_pp: mean absolute difference of the two in percentage points, None when a side is
    absent. top_hit: how many of the `top` largest true gaps are among the `top` largest estimated ones.
    """

    rank_correlation: float | None
    mean_error_pp: float | None
    top_hit: int
    top: int


def gap_agreement(joined: pl.DataFrame, top: int) -> GapAgreement:
    """The agreement of the gaps of `joined` (author_kind, theme, mapped): what `nlp.gold.labelled` gives."""
    true, estimated = _differences(joined, "theme"), _differences(joined, "mapped")
    if true is None or estimated is None:
        return GapAgreement(None, None, 0, 0)
    both = (
        true.join(estimated, left_on="theme", right_on="mapped", how="left", suffix="_estimated")
        .fill_null(0.0)
        .filter(pl.col("theme") != GOLD_WITHOUT_THEME)
        .sort("theme")
    )
    columns = ("difference", "difference_estimated")
    varied = all(both[column].n_unique() > 1 for column in columns)
    hits = [
        set(both.sort(column, "theme", descending=[True, False])["theme"].head(top)) for column in columns
    ]
    error = (both["difference"] - both["difference_estimated"]).abs().mean()
    return GapAgreement(
        rank_correlation=float(spearmanr(both.select(columns)).statistic) if varied else None,
        mean_error_pp=100 * error if isinstance(error, float) else None,
        top_hit=len(hits[0] & hits[1]),
        top=min(top, both.height),
    )


def _differences(messages: pl.DataFrame, by: str) -> pl.DataFrame | None:
    sides = {side: messages.filter(pl.col("author_kind") == side) for side in ("resident", "municipality")}
    if any(frame.is_empty() for frame in sides.values()):
        return None
    shares = [frame.group_by(by).agg((pl.len() / frame.height).alias(side)) for side, frame in sides.items()]
    both = shares[0].join(shares[1], on=by, how="full", coalesce=True).fill_null(0.0)
    return both.select(by, difference=pl.col("resident") - pl.col("municipality"))
