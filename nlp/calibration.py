"""Whether a message with a confidence of 0.8 is right in 80 % of cases: reliability per bin.

Bins hold equally many messages (Nguyen & O'Connor 2015, "Posterior calibration and exploratory analysis for
natural language processing models"), so that every point of the curve rests on the same evidence. The
expected calibration error is the mean distance between confidence and share right, weighted by messages
(Naeini, Cooper & Hauskrecht 2015).
"""

from dataclasses import dataclass

import polars as pl
from scipy.stats import binomtest

BINS = 10


@dataclass(frozen=True)
class CalibrationBin:
    """Messages of like confidence: the lowest, mean and highest confidence, and the share that is right with
    its 95 % interval (Wilson 1927). All but messages are fractions of 1."""

    messages: int
    confidence_low: float
    confidence: float
    confidence_high: float
    right: float
    right_low: float
    right_high: float


@dataclass(frozen=True)
class Calibration:
    """The bins from low to high confidence and the expected calibration error, a fraction of 1."""

    bins: tuple[CalibrationBin, ...]
    expected_error: float


def calibration(joined: pl.DataFrame, bins: int = BINS) -> Calibration | None:
    """How far `theme_confidence` (Float64, 0-1) can be believed; None without any message that has one.

    joined: what `nlp.gold.labelled` gives, with theme_confidence. Right is a message whose found theme
    stands for its gold theme; a gold "overig" is right without a theme and under a theme that is mostly
    "overig". Messages are put in order of confidence, then native_id, and cut in `bins` bins whose sizes
    differ by one at most; with fewer messages than bins every message is a bin.
    """
    known = joined.filter(pl.col("theme_confidence").is_finite(), pl.col("theme").is_not_null())
    if known.is_empty():
        return None
    binned = (
        known.sort("theme_confidence", "native_id")
        .with_row_index("place")
        .group_by(pl.col("place").cast(pl.Int64) * bins // known.height, maintain_order=True)
        .agg(
            pl.len().alias("messages"),
            pl.col("theme_confidence").min().alias("low"),
            pl.col("theme_confidence").mean().alias("mean"),
            pl.col("theme_confidence").max().alias("high"),
            (pl.col("mapped") == pl.col("theme")).sum().alias("right"),
        )
    )
    found = tuple(_bin(row) for row in binned.iter_rows(named=True))
    error = sum(b.messages * abs(b.right - b.confidence) for b in found) / known.height
    return Calibration(found, error)


def _bin(row: dict[str, float]) -> CalibrationBin:
    right, messages = int(row["right"]), int(row["messages"])
    ends = binomtest(right, messages).proportion_ci(0.95, method="wilson")
    return CalibrationBin(
        messages=messages,
        confidence_low=row["low"],
        confidence=row["mean"],
        confidence_high=row["high"],
        right=right / messages,
        right_low=float(ends.low),
        right_high=float(ends.high),
    )
