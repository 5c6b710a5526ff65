"""What the municipality's own messages teach about each other."""

import numpy as np
import pytest

from nlp.assign import Texts
from nlp.self_training import spoken_here

NAMES = ("afval", "parkeren")


def texts(*said: str) -> Texts:
    """Texts whose vectors say nothing, so that their words must."""
    return Texts(said, [text.split() for text in said], np.zeros((len(said), 4), dtype=np.float32))


SAID = texts(
    "de berenkuil ligt vol zakken", "weer zakken bij de berenkuil", "zakken zakken zakken",
    "nergens plek op de vlonder", "vlonder vol auto's", "auto's en nog eens auto's",
    "wat een toestand in de berenkuil", "de vlonder weer",
)  # fmt: skip
CLEAR = np.log([[0.99, 0.01]] * 3 + [[0.01, 0.99]] * 3 + [[0.5, 0.5]] * 2)


def test_a_local_word_gets_the_theme_of_the_messages_that_use_it() -> None:
    found = spoken_here(SAID, CLEAR, NAMES)
    assert found[6, 0] > found[6, 1]
    assert found[7, 1] > found[7, 0]


def test_a_message_does_not_hear_its_own_echo() -> None:
    alone = np.log([[0.01, 0.99], *np.exp(CLEAR[1:])])
    assert spoken_here(SAID, alone, NAMES)[0].argmax() == 0


def test_too_few_messages_teach_nothing() -> None:
    one = texts("de berenkuil")
    assert spoken_here(one, CLEAR[:1], NAMES).tolist() == [[0.0, 0.0]]
    assert spoken_here(texts(), CLEAR[:0], NAMES).shape == (0, 2)


@pytest.mark.parametrize(
    "said", [("hallo daar", "foto kwijt"), ("", ""), ("ab", "cd"), ("berenkuil", "vlonder")]
)
def test_messages_with_nothing_in_common_teach_nothing(said: tuple[str, str]) -> None:
    assert spoken_here(texts(*said), CLEAR[:2], NAMES).tolist() == [[0.0, 0.0]] * 2


def test_messages_that_share_marks_but_have_no_word_teach_nothing() -> None:
    marks = Texts(("!!! !", "!!! ?"), [[], []], np.zeros((2, 4), dtype=np.float32))
    assert spoken_here(marks, CLEAR[:2], NAMES).tolist() == [[0.0, 0.0]] * 2
