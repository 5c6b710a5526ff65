"""The gap per theme: what residents bring up against what the municipality posts.

Two agendas over the same window. A theme's share is its part of all that a side brought up under a theme.
What counts as bringing up is defined in `voices.py`, what a verdict takes in `verdict.py`.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from nlp.discoveries import discrete_q_values
from nlp.evidence import Counts, exact_p, log_odds_z, simultaneous_interval
from nlp.robustness import stretched_pp, survival
from nlp.verdict import GapThresholds, with_verdict
from nlp.voices import Window, municipality_posts, resident_voices, unassigned_share
from warehouse.tables import GAP

SMOOTHING = 0.5
_COMPARED = ("difference_pp", "log2_ratio", "log_odds_z", "p_value", "q_value", "stretched_pp", "survival")


def theme_gap(
    messages: pl.DataFrame,
    themes: Sequence[str],
    window: Window,
    thresholds: GapThresholds,
    seed: int,
) -> pl.DataFrame:
    """The gap per theme that either side brought up in `window`, sorted by theme_id.

    Takes `messages` as `voices.py` describes them and the ids of the themes to compare. Messages under
    any other theme (hidden, say) are left out of every figure; messages without a theme count only for
    the share that is unassigned. Gives the columns of core.gap, without run_id and as_of:

    - resident_messages, resident_authors, resident_voices, municipality_messages: counts;
    - resident_share, municipality_share: part of all themed voices or posts, with `_low` and `_high` of
      simultaneous 95 % intervals (`simultaneous_interval`, which takes voices for independent);
    - difference_pp: resident share minus municipality share, in percentage points;
    - log2_ratio: log2 of (voices + 0.5) / (all voices + 0.5) over the same of posts (Walter 1975);
    - log_odds_z: Monroe et al. (2008); the prior expects the shares of both sides taken together, with
      the weight of half a message per theme;
    - q_value: `discrete_q_values` over the `exact_p` of the themes that are tested: those with at least
      as many voices and posts together as the lower of the two minima. Null for the others;
    - verdict, reason: see `with_verdict`.

    Where a side has no themed message, its shares and all that compares are null. The same messages in
    any order, with the same seed, give the same frame.
    """
    known = window.of(messages).filter(pl.col("theme_id").is_null() | pl.col("theme_id").is_in(list(themes)))
    voices, posts = resident_voices(known), municipality_posts(known)
    counts = _counts(voices, posts, themes).with_columns(
        resident_total=pl.col("resident_voices").sum(),
        municipality_total=pl.col("municipality_messages").sum(),
        resident_unassigned=pl.lit(unassigned_share(voices), dtype=pl.Float64),
        municipality_unassigned=pl.lit(unassigned_share(posts), dtype=pl.Float64),
        window_start=pl.lit(window.start),
        window_end=pl.lit(window.end),
    )
    shares = _with_shares(counts, "resident", "resident_voices")
    shares = _with_shares(shares, "municipality", "municipality_messages")
    spoken = shares.filter(pl.col("resident_voices") + pl.col("municipality_messages") > 0)
    if voices["theme_id"].count() and posts["theme_id"].count():
        compared = _with_robustness(
            _with_difference(spoken, len(set(themes)), thresholds), voices, thresholds, seed
        )
    else:
        compared = spoken.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in _COMPARED)
    return GAP.conform(with_verdict(compared, thresholds)).drop("run_id", "as_of")


def _counts(voices: pl.DataFrame, posts: pl.DataFrame, themes: Sequence[str]) -> pl.DataFrame:
    """One row per theme, sorted, with the four counts; 0 where a side is silent."""
    residents = voices.group_by("theme_id").agg(
        resident_messages=pl.col("messages").sum(),
        resident_authors=pl.col("author").n_unique().cast(pl.Int64),
        resident_voices=pl.len().cast(pl.Int64),
    )
    municipality = posts.group_by("theme_id").agg(municipality_messages=pl.len().cast(pl.Int64))
    return (
        pl.DataFrame({"theme_id": sorted(set(themes))}, schema={"theme_id": pl.String})
        .join(residents, on="theme_id", how="left")
        .join(municipality, on="theme_id", how="left")
        .with_columns(pl.exclude("theme_id").fill_null(0))
        .sort("theme_id")
    )


def _with_shares(themes: pl.DataFrame, side: str, count: str) -> pl.DataFrame:
    low, high = simultaneous_interval(themes[count].to_numpy())
    return themes.with_columns(
        (pl.col(count) / pl.col(f"{side}_total")).fill_nan(None).alias(f"{side}_share"),
        pl.Series(f"{side}_share_low", low, nan_to_null=True),
        pl.Series(f"{side}_share_high", high, nan_to_null=True),
    )


def _with_difference(spoken: pl.DataFrame, compared_themes: int, thresholds: GapThresholds) -> pl.DataFrame:
    voices = spoken["resident_voices"].to_numpy()
    posts = spoken["municipality_messages"].to_numpy()
    both = voices + posts
    prior = SMOOTHING * compared_themes * both / both.sum()
    p = exact_p(voices, posts)
    tested = both >= min(thresholds.min_authors, thresholds.min_posts)
    q = discrete_q_values(voices, posts, tested, thresholds.q)
    resident_part = (pl.col("resident_voices") + SMOOTHING) / (pl.col("resident_total") + SMOOTHING)
    municipality_part = (pl.col("municipality_messages") + SMOOTHING) / (
        pl.col("municipality_total") + SMOOTHING
    )
    return spoken.with_columns(
        difference_pp=100 * (pl.col("resident_share") - pl.col("municipality_share")),
        log2_ratio=(resident_part / municipality_part).log(2),
        log_odds_z=pl.Series(log_odds_z(voices.astype(float), posts.astype(float), prior)),
        p_value=pl.Series(p),
        q_value=pl.Series(q, nan_to_null=True),
    )


def _with_robustness(
    compared: pl.DataFrame, voices: pl.DataFrame, thresholds: GapThresholds, seed: int
) -> pl.DataFrame:
    kept = survival(
        voices_per_author(voices, compared["theme_id"]),
        compared["municipality_messages"].to_numpy(),
        thresholds.min_difference_pp,
        thresholds.draws,
        np.random.default_rng(seed),
    )
    return compared.with_columns(
        stretched_pp=stretched_pp(thresholds.missed_factor), survival=pl.Series(kept)
    )


def voices_per_author(voices: pl.DataFrame, themes: pl.Series) -> Counts:
    """Themed voices per author (rows) and theme (columns, in the order of `themes`)."""
    cells = (
        voices.join(themes.to_frame().with_row_index("column"), on="theme_id")
        .with_columns(row=pl.col("author").rank("dense") - 1)
        .group_by("row", "column")
        .len()
    )
    matrix = np.zeros((cells["row"].n_unique(), len(themes)), dtype=np.int64)
    matrix[cells["row"].to_numpy(), cells["column"].to_numpy()] = cells["len"].to_numpy()
    return matrix
