"""From log-probabilities to the theme of each message, how sure that is, and on what basis."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from nlp.catalogue import NO_THEME
from nlp.ridge import Scores

DECISION_SCHEMA = {
    "theme_id": pl.String(),
    "confidence": pl.Float64(),
    "basis": pl.String(),
    "other_themes": pl.List(pl.String()),
}
# A message is also about a theme that is at least this probable beside its main one.
ALSO_ABOUT = 0.2
# A message keeps the theme of last night until another is twice as probable: one night's messages shift all
# probabilities a little, and nobody should see old messages move for that.
_MEMORY = np.log(2.0)
# Messages differ from the examples that set the temperature, and a thread and its replies repeat each other,
# so the probability says too much at both ends. Fitted on either of two labelled municipalities (slopes 0.29
# and 0.27, both through the middle) it holds on the other: expected calibration error 0.15 to 0.19 before,
# 0.05 after.
_CALIBRATION_SLOPE = 0.28


def themes_given(
    own: Scores,
    read: Scores,
    themes: Sequence[str],
    parents: Sequence[int | None],
    spoken: NDArray[np.bool_],
    before: Sequence[str | None],
    min_confidence: float,
) -> pl.DataFrame:
    """theme_id (null for none), confidence (0-1), basis and other_themes of every message, in order.

    own and read: log-probabilities by itself and in its thread, (messages, themes). spoken: False for a
    message without a single word, which has no theme whatever it answers. before: the theme (NO_THEME for
    none) that a message had last night; None when it had not been read. A theme under `min_confidence` is
    no theme. basis: own when the message says so by itself, inherited when it is the theme of the message it
    answers, context when the thread tipped the balance otherwise. other_themes: what else a message with
    a theme is about, the most probable first.
    """
    names = np.asarray(themes)
    remembered = read + _MEMORY * (np.asarray(before, dtype=object)[:, None] == names[None, :])
    # What has no theme whatever it had last night is not judged by that, or a night that is done again would
    # give it another confidence and basis.
    nothing = ~spoken | (calibrated(np.exp(read.max(axis=1))) < min_confidence)
    best, best_own = np.where(nothing, read.argmax(axis=1), remembered.argmax(axis=1)), own.argmax(axis=1)
    above = np.asarray([-1 if parent is None else best[parent] for parent in parents], dtype=int)
    probabilities = np.exp(read)
    confidence = calibrated(probabilities[np.arange(len(read)), best])
    basis = np.where(best == best_own, "own", np.where(best == above, "inherited", "context"))
    none = (names[best] == NO_THEME) | ~spoken | (confidence < min_confidence)
    return pl.DataFrame(
        {
            "theme_id": names[best],
            "confidence": np.where(spoken, confidence, 1.0),
            "basis": basis,
            "other_themes": _others(probabilities, best, names, none),
            "none": none,
        },
        schema={**DECISION_SCHEMA, "none": pl.Boolean()},
    ).select(
        pl.when(~pl.col("none")).then("theme_id").alias("theme_id"),
        "confidence",
        pl.when(pl.lit(pl.Series(spoken))).then("basis").otherwise(pl.lit("own")).alias("basis"),
        "other_themes",
    )


def calibrated(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often a theme of such a probability is right (Platt 1999, scaling of the log-odds)."""
    confidence: NDArray[np.float64] = expit(
        _CALIBRATION_SLOPE * logit(np.clip(probabilities, 1e-12, 1 - 1e-12))
    )
    return confidence


def _others(
    probabilities: Scores, best: NDArray[np.int64], names: NDArray[np.str_], none: NDArray[np.bool_]
) -> list[list[str]]:
    others = (probabilities >= ALSO_ABOUT) & ~none[:, None] & (names != NO_THEME)[None, :]
    others[np.arange(len(others)), best] = False
    return [
        [str(names[theme]) for theme in sorted(np.flatnonzero(row), key=lambda theme: -likely[theme])]
        for row, likely in zip(others, probabilities, strict=True)
    ]
