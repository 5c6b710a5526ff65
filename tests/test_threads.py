"""What a reply inherits: its parent's theme when it says little itself, nothing when it is clear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.assign import Scores, log_softmax
from nlp.threads import with_context

# Probabilities of themes 0, 1 and 2.
CLEAR_0, CLEAR_1, VAGUE, LEANS_2 = (
    (0.98, 0.01, 0.01), (0.01, 0.98, 0.01), (0.34, 0.33, 0.33), (0.3, 0.3, 0.4),
)  # fmt: skip


def read(*messages: tuple[tuple[float, float, float], int | None]) -> Scores:
    """Probabilities in their thread of messages given as (probabilities by itself, parent)."""
    own = np.log([probabilities for probabilities, _ in messages])
    return np.exp(with_context(own, [parent for _, parent in messages]))


def test_a_vague_reply_takes_the_theme_of_its_parent() -> None:
    found = read((CLEAR_1, None), (VAGUE, 0), (LEANS_2, 0))
    assert found.argmax(axis=1).tolist() == [1, 1, 1]


def test_a_clear_reply_keeps_its_own_theme() -> None:
    assert read((CLEAR_1, None), (CLEAR_0, 0)).argmax(axis=1).tolist() == [1, 0]


def test_the_vaguer_a_reply_the_more_its_parent_counts() -> None:
    replies = [(1 - 2 * rest, rest, rest) for rest in (0.01, 0.05, 0.1, 0.2, 0.3)]
    inherited = [read((CLEAR_1, None), (reply, 0))[1, 1] for reply in replies]
    assert inherited == sorted(inherited)
    assert inherited[0] < 0.5 < inherited[-1]


def test_a_vague_parent_changes_little() -> None:
    found = read((VAGUE, None), (LEANS_2, 0))
    np.testing.assert_allclose(found[1], LEANS_2, atol=0.02)


def test_a_parent_never_rules_a_theme_out() -> None:
    found = read(((1.0 - 2e-12, 1e-12, 1e-12), None), ((0.02, 0.96, 0.02), 0))
    assert found[1].argmax() == 1


def test_a_theme_goes_down_a_chain_of_replies() -> None:
    found = read((CLEAR_1, None), (VAGUE, 0), (VAGUE, 1), (CLEAR_0, 2), (VAGUE, 3))
    assert found.argmax(axis=1).tolist() == [1, 1, 1, 0, 0]


def test_a_message_whose_parent_is_unknown_is_read_by_itself() -> None:
    np.testing.assert_allclose(read((LEANS_2, None), (CLEAR_0, None)), [LEANS_2, CLEAR_0])


def test_a_loop_is_read_by_itself_and_what_hangs_on_it_in_its_thread() -> None:
    found = read((CLEAR_1, 1), (VAGUE, 2), (LEANS_2, 0), (VAGUE, 0), (VAGUE, 3), (LEANS_2, 5))
    np.testing.assert_allclose(found[[0, 1, 2, 5]], [CLEAR_1, VAGUE, LEANS_2, LEANS_2])
    assert found[[3, 4]].argmax(axis=1).tolist() == [1, 1]


def test_no_messages_give_no_rows() -> None:
    assert with_context(np.empty((0, 3)), []).shape == (0, 3)


def test_a_very_long_chain_is_read_to_its_end() -> None:
    length = 5_000
    own = np.log([VAGUE] * (length - 1) + [CLEAR_1])
    found = with_context(own, [*range(1, length), None])
    assert found.argmax(axis=1).tolist() == [1] * length


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
    moved = [None if (parent := parents[old]) is None else order.index(parent) for old in order]
    np.testing.assert_allclose(with_context(own[np.array(order)], moved), with_context(own, parents)[order])


@given(threads())
def test_what_comes_out_are_probabilities(thread: tuple[Scores, list[int | None], list[int]]) -> None:
    own, parents, _ = thread
    assert np.exp(with_context(own, parents)).sum(axis=1) == pytest.approx(1)
