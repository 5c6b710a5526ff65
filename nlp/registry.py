"""Permanent ids of emergent themes: the theme of last night is the same theme tonight.

Themes are recognised by their centroids. A match must be close and clearly closer than the next best, for
a theme that silently takes another's place would bend its trend line and nobody would see it. Where two
known themes are about as close, the messages that they had before tell which of them lives on.
"""

import hashlib
from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]

# Centroids of windows that share three quarters of a theme's messages: cosine 0.89 or more, and 0.08 or
# more above any other theme; different themes: 0.76 at most (0.89 among commands to a voice assistant).
MIN_COSINE = 0.75
MIN_MARGIN = 0.05
# When a known theme went into a found one: messages in common, and their part of all that the known one had.
MIN_SHARED = 3
MOST = 0.5

REGISTERED_SCHEMA = {
    "number": pl.Int64(),
    "theme_id": pl.String(),
    "born": pl.Boolean(),
    "match_cosine": pl.Float64(),
    "margin": pl.Float64(),
}
SHARED_SCHEMA = {
    "number": pl.Int64(),
    "theme_id": pl.String(),
    "messages": pl.Int64(),
    "part": pl.Float64(),
}


def shared_messages(members: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Which messages of known themes now lie in which found theme.

    members: message_id, number. before: message_id and theme_id of the night before. Given, for every pair
    with a message in common: number, theme_id, messages, part (their part of all messages that theme_id had),
    sorted by number and theme_id.
    """
    had = before.group_by("theme_id").len("had")
    pairs = before.join(members, on="message_id").group_by("number", "theme_id").len("messages")
    return (
        pairs.join(had, on="theme_id")
        .select(
            pl.col("number").cast(pl.Int64),
            "theme_id",
            pl.col("messages").cast(pl.Int64),
            part=pl.col("messages") / pl.col("had"),
        )
        .sort("number", "theme_id")
    )


def registered(found: pl.DataFrame, known: pl.DataFrame, shared: pl.DataFrame, today: date) -> pl.DataFrame:
    """A permanent id for every theme found tonight, sorted by number.

    found: number, keywords, centroid (List[Float32]). known: THEME rows; only emergent ones with a
    centroid of the same length can match, whatever their status. shared: as `shared_messages` gives. Given:
    number, theme_id, born (True for a new id), match_cosine (to the nearest known theme; null when none is
    known), margin (how much the next nearest is farther off; null when there is no second).
    """
    themes = found.sort("number")
    if themes.is_empty():
        return pl.DataFrame(schema=REGISTERED_SCHEMA)
    candidates = comparable(known, themes)
    cosines = theme_cosines(themes, candidates)
    nearest, margin = nearest_and_margin(cosines)
    chosen = _clear_matches(cosines, nearest, margin)
    chosen |= _heirs(cosines, chosen, themes, candidates, shared)
    ids = candidates["theme_id"].to_list()
    newborn = [
        _new_id(today, keywords, centroid)
        for keywords, centroid in zip(
            themes["keywords"].to_list(), _unit_rows(themes["centroid"]), strict=True
        )
    ]
    return pl.DataFrame(
        {
            "number": themes["number"],
            "theme_id": [ids[chosen[row]] if row in chosen else name for row, name in enumerate(newborn)],
            "born": [row not in chosen for row in range(themes.height)],
            "match_cosine": nearest,
            "margin": margin,
        },
        schema=REGISTERED_SCHEMA,
    ).with_columns(pl.col("match_cosine", "margin").fill_nan(None))


def comparable(known: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The emergent THEME rows of `known` with a centroid as long as those of `found`, sorted by theme_id."""
    dimensions = found["centroid"].list.len().max() or 0
    same_length = pl.col("centroid").list.len() == dimensions
    return known.filter((pl.col("origin") == "emergent") & same_length).sort("theme_id")


def theme_cosines(themes: pl.DataFrame, others: pl.DataFrame) -> Floats:
    """Cosine of the centroid (List[Float32]) of every theme to that of every other, (themes, others)."""
    if themes.is_empty() or others.is_empty():
        return np.empty((themes.height, others.height))
    cosines: Floats = _unit_rows(themes["centroid"]) @ _unit_rows(others["centroid"]).T
    return cosines


def nearest_and_margin(cosines: Floats) -> tuple[Floats, Floats]:
    """Of every row the largest cosine and how much the next is smaller; NaN where there is none."""
    missing = np.full((len(cosines), 2), np.nan)
    ranked = np.hstack([np.sort(cosines, axis=1)[:, ::-1], missing])
    return ranked[:, 0], ranked[:, 0] - ranked[:, 1]


def _clear_matches(cosines: Floats, nearest: Floats, margin: Floats) -> dict[int, int]:
    """Row of the found theme to column of the known one that is close, and clearly the closest."""
    clear = (nearest >= MIN_COSINE) & ~(margin < MIN_MARGIN)
    eligible = np.where(clear[:, None] & (cosines == nearest[:, None]), cosines, 0.0)
    rows, columns = linear_sum_assignment(eligible, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if eligible[row, column]}


def _heirs(
    cosines: Floats,
    taken: dict[int, int],
    themes: pl.DataFrame,
    candidates: pl.DataFrame,
    shared: pl.DataFrame,
) -> dict[int, int]:
    """As `_clear_matches`, for the rest: a found theme continues the close known theme that has most of its
    messages there; of more such the one with the most messages, of equals the first id."""
    rows = {number: row for row, number in enumerate(themes["number"]) if row not in taken}
    columns = {name: c for c, name in enumerate(candidates["theme_id"]) if c not in taken.values()}
    gone_over = shared.filter(pl.col("messages") >= MIN_SHARED, pl.col("part") >= MOST)
    chosen: dict[int, int] = {}
    for number, name in (
        gone_over.sort("messages", "theme_id", "number", descending=[True, False, False])
        .select("number", "theme_id")
        .iter_rows()
    ):
        row, column = rows.get(number), columns.get(name)
        if row is None or column is None or row in chosen or column in chosen.values():
            continue
        if cosines[row, column] >= MIN_COSINE:
            chosen[row] = column
    return chosen


def _new_id(today: date, keywords: Iterable[str], centroid: Floats) -> str:
    rounded = " ".join(f"{value:.3f}" for value in np.round(centroid, 3) + 0.0)
    content = "\n".join([today.isoformat(), *sorted(keywords), rounded])
    return "e-" + hashlib.sha256(content.encode()).hexdigest()[:8]


def _unit_rows(centroids: pl.Series) -> Floats:
    rows = np.asarray(centroids.to_list(), dtype=np.float64)
    unit: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
