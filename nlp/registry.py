"""Permanent ids of emergent themes: the same theme keeps its id from night to night."""

import hashlib
from datetime import date

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

MIN_COSINE = 0.75
MIN_MARGIN = 0.05


def registered(found: pl.DataFrame, known: pl.DataFrame, today: date) -> pl.DataFrame:
    """number, theme_id, born, match_cosine and margin of every found theme.

    found: number, keywords (List[String]), centroid (List[Float32], unit length). known: THEME rows of
    emergent themes. Themes are matched one to one where that makes the sum of cosines largest; a match
    counts when its cosine is at least MIN_COSINE and beats the theme's next best by MIN_MARGIN.
    """
    cosines = _matrix(found) @ _matrix(known).T if known.height else np.zeros((found.height, 0))
    matched = dict(zip(*linear_sum_assignment(-cosines), strict=True))
    rows = []
    for place, theme in enumerate(found.iter_rows(named=True)):
        other = matched.get(place)
        cosine = float(cosines[place, other]) if other is not None else None
        rivals = np.delete(cosines[place], other) if other is not None else cosines[place]
        margin = None if cosine is None else cosine - float(rivals.max(initial=-1.0))
        same = cosine is not None and margin is not None and cosine >= MIN_COSINE and margin >= MIN_MARGIN
        rows.append(
            {
                "number": theme["number"],
                "theme_id": known["theme_id"][other] if same and other is not None else _new_id(theme, today),
                "born": not same,
                "match_cosine": cosine,
                "margin": margin,
            }
        )
    schema = {
        "number": pl.Int64,
        "theme_id": pl.String,
        "born": pl.Boolean,
        "match_cosine": pl.Float64,
        "margin": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)


def _matrix(themes: pl.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.asarray(themes["centroid"].to_list(), dtype=np.float64)


def _new_id(theme: dict[str, object], today: date) -> str:
    keywords, centroid = theme["keywords"], theme["centroid"]
    rounded = np.round(np.asarray(centroid, dtype=np.float64), 3).tolist()
    text = f"{today}|{sorted(keywords) if isinstance(keywords, list) else keywords}|{rounded}"
    return "e-" + hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
