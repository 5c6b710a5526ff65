"""How well the assigner reads what it learned from, each text as if it had not been there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.assign import Texts, learned_from


@dataclass(frozen=True)
class AssignerQuality:
    """Leave-one-out accuracies, fractions of 1.

    examples, themes: what the assigner chooses between, "no theme" being one of the themes; corrections:
    texts whose theme people taught, None as accuracy when there are none.
    """

    examples: int
    themes: int
    leave_one_out_accuracy: float
    corrections: int
    corrections_accuracy: float | None


def assigner_quality(
    texts: Texts,
    themes: Sequence[str],
    weights: NDArray[np.float32],
    corrected: NDArray[np.bool_],
) -> AssignerQuality:
    """The quality of the assigner that `texts` teach, the i-th of which belongs to `themes[i]` and counts for
    `weights[i]` examples; `corrected` tells what people taught from the examples of the catalogue.

    Raises ValueError without any example of the catalogue. Cost: that of `learned_from`.
    """
    if corrected.all():
        raise ValueError("no examples of the catalogue")
    names = tuple(sorted(set(themes)))
    one_hot = (np.asarray(themes)[:, None] == np.asarray(names)[None, :]).astype(np.float64)
    left_out = learned_from(texts, names, one_hot, weights).left_out
    right = left_out.argmax(axis=1) == one_hot.argmax(axis=1)
    return AssignerQuality(
        examples=int((~corrected).sum()),
        themes=len(names),
        leave_one_out_accuracy=float(right[~corrected].mean()),
        corrections=int(corrected.sum()),
        corrections_accuracy=float(right[corrected].mean()) if corrected.any() else None,
    )
