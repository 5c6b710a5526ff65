"""How often a theme comes up here weighs in, by half and never to zero."""

import numpy as np
import pytest

from nlp.assign import log_softmax
from nlp.frequencies import frequency_shift


def certain(theme: int, messages: int, themes: int = 3) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    scores = np.zeros((messages, themes))
    scores[:, theme] = 5.0
    return log_softmax(scores)


def test_even_messages_shift_nothing() -> None:
    read = np.vstack([certain(theme, 10) for theme in range(3)])
    assert frequency_shift(read) == pytest.approx(np.zeros(3), abs=1e-6)


def test_no_messages_shift_nothing() -> None:
    assert frequency_shift(np.empty((0, 3))) == pytest.approx(np.zeros(3))


def test_a_common_theme_wins_what_could_be_either() -> None:
    read = np.vstack([certain(0, 60), certain(1, 5), certain(2, 5)])
    shift = frequency_shift(read)
    assert shift[0] > 0 > shift[1]
    assert shift[1] == pytest.approx(shift[2])
    either = log_softmax(np.asarray([[1.0, 1.0, 0.0]]) + shift)
    assert either.argmax() == 0
    # A message that is clearly about the rare theme keeps it.
    assert log_softmax(certain(1, 1) + shift).argmax() == 1


def test_a_theme_that_never_comes_up_can_still_speak_up() -> None:
    assert np.isfinite(frequency_shift(certain(0, 500))).all()
