"""From log-probabilities to a theme, its confidence and its basis."""

import numpy as np
import polars as pl

from nlp.assign import Scores
from nlp.catalogue import NO_THEME
from nlp.decide import DECISION_SCHEMA, decisions

THEMES = ("afval", "bomen", NO_THEME)
SPOKEN = np.array([True])


def scores(*rows: tuple[float, float, float]) -> Scores:
    return np.log(rows)


def test_the_basis_says_what_the_theme_was_read_from() -> None:
    own = scores((0.1, 0.8, 0.1), (0.7, 0.2, 0.1), (0.5, 0.4, 0.1), (0.5, 0.4, 0.1), (0.2, 0.3, 0.5))
    read = scores((0.1, 0.8, 0.1), (0.6, 0.3, 0.1), (0.1, 0.7, 0.2), (0.3, 0.6, 0.1), (0.4, 0.3, 0.3))
    decided = decisions(own, read, THEMES, [None, 0, 0, 1, 0], np.repeat(SPOKEN, 5), 0.0)
    assert decided.schema == DECISION_SCHEMA
    assert decided.rows() == [
        ("bomen", 0.8, "own"),
        ("afval", 0.6, "own"),
        ("bomen", 0.7, "inherited"),
        ("bomen", 0.6, "context"),
        ("afval", 0.4, "context"),
    ]


def test_a_reply_that_agrees_with_its_parent_by_itself_has_its_own_theme() -> None:
    both = scores((0.1, 0.8, 0.1), (0.2, 0.7, 0.1))
    assert decisions(both, both, THEMES, [None, 0], np.repeat(SPOKEN, 2), 0.0)["basis"].to_list() == [
        "own",
        "own",
    ]


def test_no_theme_is_an_answer_with_a_confidence() -> None:
    both = scores((0.1, 0.2, 0.7))
    assert decisions(both, both, THEMES, [None], SPOKEN, 0.0).rows() == [(None, 0.7, "own")]


def test_without_words_there_is_no_theme_whatever_is_answered() -> None:
    own, read = scores((0.1, 0.8, 0.1), (0.4, 0.3, 0.3)), scores((0.1, 0.8, 0.1), (0.1, 0.8, 0.1))
    decided = decisions(own, read, THEMES, [None, 0], np.array([True, False]), 0.0)
    assert decided.rows() == [("bomen", 0.8, "own"), (None, 1.0, "own")]


def test_a_theme_under_the_least_confidence_is_none() -> None:
    both = scores((0.1, 0.6, 0.3), (0.1, 0.5, 0.4))
    decided = decisions(both, both, THEMES, [None, None], np.repeat(SPOKEN, 2), 0.55)
    assert decided.rows() == [("bomen", 0.6, "own"), (None, 0.5, "own")]


def test_no_messages_give_no_decisions() -> None:
    none = np.empty((0, 3))
    decided = decisions(none, none, THEMES, [], np.array([], dtype=bool), 0.0)
    assert decided.equals(pl.DataFrame(schema=DECISION_SCHEMA))
