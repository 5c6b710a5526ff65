"""What a reply takes from the message it answers, and all messages from how often themes come up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.assign import log_softmax
from nlp.ridge import Scores
from nlp.threads import Reading, read_in_threads

# Probabilities of themes 0, 1 and 2.
CLEAR_0, CLEAR_1, CLEAR_2, VAGUE, LEANS_2 = (
    (0.998, 0.001, 0.001), (0.001, 0.998, 0.001), (0.001, 0.001, 0.998), (0.34, 0.33, 0.33), (0.3, 0.3, 0.4),
)  # fmt: skip
Message = tuple[tuple[float, float, float], int | None]


def reading(*messages: Message, kinds: list[str] | None = None) -> Reading:
    own = np.log([probabilities for probabilities, _ in messages])
    return read_in_threads(own, [parent for _, parent in messages], kinds or ["resident"] * len(messages))


def read(*messages: Message) -> Scores:
    """Probabilities in their thread of messages given as (probabilities by itself, parent)."""
    return np.exp(reading(*messages).in_thread)


def thread(of: tuple[float, float, float], replies: int, start: int) -> list[Message]:
    """A root at `start` and so many replies that say the same."""
    return [(of, None), *[(of, start)] * replies]


def test_a_vague_reply_takes_the_theme_of_its_parent() -> None:
    found = read((CLEAR_1, None), (VAGUE, 0), (LEANS_2, 0))
    assert found.argmax(axis=1).tolist() == [1, 1, 1]


def test_a_clear_reply_keeps_its_own_theme() -> None:
    assert read((CLEAR_1, None), (CLEAR_0, 0)).argmax(axis=1).tolist() == [1, 0]


def test_the_vaguer_a_reply_the_more_its_parent_counts() -> None:
    replies = [(1 - 2 * rest, rest, rest) for rest in (0.001, 0.01, 0.05, 0.1, 0.2, 0.3)]
    inherited = [read((CLEAR_1, None), (reply, 0))[1, 1] for reply in replies]
    assert inherited == sorted(inherited)
    assert inherited[0] < 0.5 < inherited[-1]


def test_a_theme_goes_down_a_chain_of_replies() -> None:
    found = read((CLEAR_1, None), (VAGUE, 0), (VAGUE, 1), (CLEAR_0, 2), (VAGUE, 3))
    assert found.argmax(axis=1).tolist() == [1, 1, 1, 0, 0]


def test_where_replies_go_on_about_their_parent_a_doubtful_one_is_taken_to_do_so() -> None:
    loyal = [*thread(CLEAR_0, 9, 0), *thread(CLEAR_1, 9, 10)]
    stray = [(CLEAR_0, None), *[(CLEAR_1, 0), (CLEAR_2, 0)] * 5, (CLEAR_1, None), *[(CLEAR_0, 11)] * 8]
    doubtful: Message = ((0.1, 0.1, 0.8), 0)
    among_loyal, among_stray = reading(*loyal, doubtful), reading(*stray, doubtful)
    assert among_loyal.goes_on["resident"] > 0.8 > 0.4 > among_stray.goes_on["resident"]
    assert among_loyal.in_thread[-1, 0] > among_stray.in_thread[-1, 0] + 1


def test_replies_to_each_kind_of_parent_are_counted_apart() -> None:
    messages = [*thread(CLEAR_0, 8, 0), (CLEAR_1, None), *[(CLEAR_0, 9), (CLEAR_2, 9)] * 4]
    found = reading(*messages, kinds=["resident"] * 9 + ["municipality"] + ["resident"] * 8)
    assert found.goes_on["resident"] > 0.7 > 0.4 > found.goes_on["municipality"]


def test_a_theme_that_comes_up_often_is_the_likelier_one() -> None:
    halfway = (0.5, 0.5, 0.0001)
    found = read(*[(CLEAR_0, None)] * 9, (CLEAR_1, None), (halfway, None))
    assert found[-1, 0] > 0.6 > 0.4 > found[-1, 1]


def test_by_itself_a_message_knows_of_no_thread() -> None:
    found = reading((CLEAR_1, None), (LEANS_2, 0), (LEANS_2, None))
    np.testing.assert_allclose(found.by_itself[1], found.by_itself[2])
    assert found.in_thread[1].argmax() == 1


def test_a_loop_is_read_by_itself_and_what_hangs_on_it_in_its_thread() -> None:
    found = read((CLEAR_1, 1), (VAGUE, 2), (CLEAR_2, 0), (VAGUE, 0), (VAGUE, 3), (CLEAR_0, 5))
    assert found[[0, 2, 5]].argmax(axis=1).tolist() == [1, 2, 0]
    assert found[[3, 4]].argmax(axis=1).tolist() == [1, 1]


def test_no_messages_give_no_rows() -> None:
    found = read_in_threads(np.empty((0, 3)), [], [])
    assert found.by_itself.shape == found.in_thread.shape == (0, 3)
    assert found.goes_on == {}


def test_a_very_long_chain_is_read() -> None:
    length = 3_000
    own = np.log([VAGUE] * (length - 1) + [CLEAR_1])
    found = read_in_threads(own, [*range(1, length), None], ["resident"] * length).in_thread
    assert np.exp(found).sum(axis=1) == pytest.approx(1)
    assert found[-2].argmax() == 1


@st.composite
def threads(draw: st.DrawFn) -> tuple[Scores, list[int | None], list[int]]:
    """Log-probabilities and parents, loops among them, of up to nine messages, and another order of them."""
    size = draw(st.integers(1, 9))
    scores = draw(st.lists(st.tuples(*[st.floats(-8, 8)] * 3), min_size=size, max_size=size))
    parents = draw(st.lists(st.none() | st.integers(0, size - 1), min_size=size, max_size=size))
    return log_softmax(np.array(scores)), parents, draw(st.permutations(range(size)))


@given(threads())
def test_the_order_of_messages_does_not_matter(thread: tuple[Scores, list[int | None], list[int]]) -> None:
    own, parents, order = thread
    kinds = ["resident"] * len(order)
    moved = [None if (parent := parents[old]) is None else order.index(parent) for old in order]
    found = read_in_threads(own[np.array(order)], moved, kinds).in_thread
    np.testing.assert_allclose(found, read_in_threads(own, parents, kinds).in_thread[order], atol=1e-6)


@given(threads())
def test_what_comes_out_are_probabilities(thread: tuple[Scores, list[int | None], list[int]]) -> None:
    own, parents, order = thread
    found = read_in_threads(own, parents, ["resident"] * len(order))
    for scores in (found.by_itself, found.in_thread):
        assert np.exp(scores).sum(axis=1) == pytest.approx(1)
