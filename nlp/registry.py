"""Permanent ids of emergent themes: the theme of last night is the same theme tonight.

Themes are recognised by their centroids. A match must be close and clearly closer than the next best, for
a theme that silently takes another's place would bend its trend line and nobody would see it.
"""

import hashlib
from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

# Centroids of windows that share three quarters of a theme's messages: cosine 0.89 or more, and 0.08 or
# more above any other theme; different themes: 0.76 at most (0.89 among commands to a voice assistant).
MIN_COSINE = 0.75
MIN_MARGIN = 0.05

REGISTERED_SCHEMA = {
    "number": pl.Int64(),
    "theme_id": pl.String(),
    "born": pl.Boolean(),
    "match_cosine": pl.Float64(),
    "margin": pl.Float64(),
}


def registered(found: pl.DataFrame, known: pl.DataFrame, today: date) -> pl.DataFrame:
    """A permanent id for every theme found tonight, sorted by number.

    found: number, keywords, centroid (List[Float32]). known: THEME rows; only emergent ones with a
    centroid of the same length can match, whatever their status. Given: number, theme_id, born (True for
    a new id), match_cosine (to the nearest known theme; null when none is known), margin (how much the
    next nearest is farther off; null when there is no second).
    """
    themes = found.sort("number")
    if themes.is_empty():
        return pl.DataFrame(schema=REGISTERED_SCHEMA)
    centroids = _unit_rows(themes["centroid"])
    candidates = known.filter(
        (pl.col("origin") == "emergent") & (pl.col("centroid").list.len() == centroids.shape[1])
    ).sort("theme_id")
    matches = _matches(centroids, candidates)
    newborn = [
        _new_id(today, keywords, centroid)
        for keywords, centroid in zip(themes["keywords"].to_list(), centroids, strict=True)
    ]
    return (
        themes.select("number", newborn=pl.Series(newborn, dtype=pl.String()))
        .with_columns(matches)
        .select(
            pl.col("number").cast(pl.Int64()),
            theme_id=pl.coalesce("known_id", "newborn"),
            born=pl.col("known_id").is_null(),
            match_cosine="match_cosine",
            margin="margin",
        )
    )


def _matches(centroids: NDArray[np.float64], candidates: pl.DataFrame) -> pl.DataFrame:
    """known_id (null for no match), match_cosine and margin of every centroid, in order."""
    schema = {"known_id": pl.String(), "match_cosine": pl.Float64(), "margin": pl.Float64()}
    if candidates.is_empty():
        return pl.DataFrame({name: [None] * len(centroids) for name in schema}, schema=schema)
    cosines = centroids @ _unit_rows(candidates["centroid"]).T
    ranked = np.sort(cosines, axis=1)[:, ::-1]
    nearest = ranked[:, 0]
    margin = nearest - ranked[:, 1] if candidates.height > 1 else np.full(len(centroids), np.nan)
    clear = (nearest >= MIN_COSINE) & ~(margin < MIN_MARGIN)
    eligible = np.where(clear[:, None] & (cosines == nearest[:, None]), cosines, 0.0)
    rows, columns = linear_sum_assignment(eligible, maximize=True)
    chosen = {
        int(row): int(column) for row, column in zip(rows, columns, strict=True) if eligible[row, column]
    }
    ids = candidates["theme_id"].to_list()
    return pl.DataFrame(
        {
            "known_id": [ids[chosen[row]] if row in chosen else None for row in range(len(centroids))],
            "match_cosine": nearest,
            "margin": margin,
        },
        schema=schema,
    ).with_columns(pl.col("margin").fill_nan(None))


def _new_id(today: date, keywords: Iterable[str], centroid: NDArray[np.float64]) -> str:
    rounded = " ".join(f"{value:.3f}" for value in np.round(centroid, 3) + 0.0)
    content = "\n".join([today.isoformat(), *sorted(keywords), rounded])
    return "e-" + hashlib.sha256(content.encode()).hexdigest()[:8]


def _unit_rows(centroids: pl.Series) -> NDArray[np.float64]:
    rows = np.asarray(centroids.to_list(), dtype=np.float64)
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
