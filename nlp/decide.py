"""From log-probabilities to the theme of each message, how sure that is, and on what basis."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nlp.assign import Scores
from nlp.catalogue import NO_THEME

DECISION_SCHEMA = {"theme_id": pl.String(), "confidence": pl.Float64(), "basis": pl.String()}


def decisions(
    own: Scores,
    read: Scores,
    themes: Sequence[str],
    parents: Sequence[int | None],
    spoken: NDArray[np.bool_],
    min_confidence: float,
) -> pl.DataFrame:
    """theme_id (null for none), confidence (0-1) and basis of every message, in order.

    own and read: log-probabilities by itself and in its thread, (messages, themes). spoken: False for a
    message without a single word, which has no theme whatever it answers. A theme under
    `min_confidence` is no theme. basis: own when the message says so by itself, inherited when it is
    the theme of the message it answers, context when the thread tipped the balance otherwise.
    """
    names = np.asarray(themes)
    best, best_own = read.argmax(axis=1), own.argmax(axis=1)
    above = np.asarray([-1 if parent is None else best[parent] for parent in parents], dtype=int)
    confidence = np.exp(read[np.arange(len(read)), best])
    basis = np.where(best == best_own, "own", np.where(best == above, "inherited", "context"))
    none = (names[best] == NO_THEME) | ~spoken | (confidence < min_confidence)
    return pl.DataFrame(
        {
            "theme_id": names[best],
            "confidence": np.where(spoken, confidence, 1.0),
            "basis": basis,
            "none": none,
        },
        schema={**DECISION_SCHEMA, "none": pl.Boolean()},
    ).select(
        pl.when(~pl.col("none")).then("theme_id").alias("theme_id"),
        "confidence",
        pl.when(pl.lit(pl.Series(spoken))).then("basis").otherwise(pl.lit("own")).alias("basis"),
    )
