"""How often each theme comes up here, and what that says of a message that could be either of two.

The catalogue has as many examples of every theme; a municipality has a few themes that everyone talks
about and many that hardly come up. The frequencies are estimated from the messages themselves by
expectation maximisation (Saerens, Latinne & Decaestecker 2002, "Adjusting the outputs of a classifier to
new a priori probabilities"). They count for half: the estimate leans on the same probabilities that it
corrects, and a small theme must be able to speak up.
"""

import numpy as np
from numpy.typing import NDArray

from nlp.assign import Scores

WEIGHT = 0.5
_ROUNDS = 50
# One imagined message per theme, so that no theme gets a frequency of zero.
_PRIOR_MESSAGES = 1.0


def frequency_shift(read: Scores) -> NDArray[np.float64]:
    """What to add to log-probabilities of every theme, (themes,); zero where there are no messages.

    read: log-probabilities under even frequencies, (messages, themes).
    """
    themes = read.shape[1]
    even = 1.0 / themes
    frequencies = np.full(themes, even)
    probabilities = np.exp(read)
    for _ in range(_ROUNDS if len(read) else 0):
        adjusted = probabilities * (frequencies / even)
        adjusted /= adjusted.sum(axis=1, keepdims=True)
        frequencies = (adjusted.sum(axis=0) + _PRIOR_MESSAGES) / (len(read) + _PRIOR_MESSAGES * themes)
    shift: NDArray[np.float64] = WEIGHT * np.log(frequencies / even)
    return shift
