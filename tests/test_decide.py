"""From log-probabilities to a theme, its confidence, its basis and what else a message is about."""

import numpy as np
import polars as pl
import pytest

from nlp.catalogue import NO_THEME
from nlp.decide import DECISION_SCHEMA, calibrated, themes_given
from nlp.ridge import Scores

THEMES = ("afval", "bomen", NO_THEME)


def scores(*rows: tuple[float, float, float]) -> Scores:
    return np.log(rows)


def decided(
    own: Scores,
    read: Scores | None = None,
    parents: list[int | None] | None = None,
    spoken: list[bool] | None = None,
    before: list[str | None] | None = None,
    min_confidence: float = 0.0,
) -> pl.DataFrame:
    """Decisions in which every message stands alone, says something and is new, unless given otherwise."""
    size = len(own)
    return themes_given(
        own,
        own if read is None else read,
        THEMES,
        parents or [None] * size,
        np.array(spoken or [True] * size, dtype=bool),
        before or [None] * size,
        min_confidence,
    )


def test_the_basis_says_what_the_theme_was_read_from() -> None:
    own = scores((0.1, 0.8, 0.1), (0.7, 0.2, 0.1), (0.5, 0.4, 0.1), (0.5, 0.4, 0.1), (0.2, 0.3, 0.5))
    read = scores((0.1, 0.8, 0.1), (0.6, 0.3, 0.1), (0.1, 0.7, 0.2), (0.3, 0.6, 0.1), (0.4, 0.3, 0.3))
    found = decided(own, read, [None, 0, 0, 1, 0])
    assert dict(found.schema) == DECISION_SCHEMA
    assert found.select("theme_id", "basis").rows() == [
        ("bomen", "own"),
        ("afval", "own"),
        ("bomen", "inherited"),
        ("bomen", "context"),
        ("afval", "context"),
    ]


def test_a_reply_that_agrees_with_its_parent_by_itself_has_its_own_theme() -> None:
    both = scores((0.1, 0.8, 0.1), (0.2, 0.7, 0.1))
    assert decided(both, parents=[None, 0])["basis"].to_list() == ["own", "own"]


def test_no_theme_is_an_answer() -> None:
    assert decided(scores((0.1, 0.2, 0.7)))["theme_id"].to_list() == [None]


def test_without_words_there_is_no_theme_whatever_is_answered() -> None:
    own, read = scores((0.1, 0.8, 0.1), (0.4, 0.3, 0.3)), scores((0.1, 0.8, 0.1), (0.1, 0.8, 0.1))
    found = decided(own, read, [None, 0], [True, False])
    assert found.select("theme_id", "basis").rows() == [("bomen", "own"), (None, "own")]
    assert found["confidence"][1] == 1.0


def test_confidence_is_drawn_to_the_middle() -> None:
    found = calibrated(np.array([0.0, 0.01, 0.5, 0.9, 0.99, 1.0]))
    assert found == pytest.approx([0.0, 0.22, 0.5, 0.65, 0.78, 1.0], abs=0.01)


def test_a_theme_under_the_least_confidence_is_none() -> None:
    found = decided(scores((0.1, 0.6, 0.3), (0.1, 0.5, 0.4)), min_confidence=0.51)
    assert found["theme_id"].to_list() == ["bomen", None]


@pytest.mark.parametrize(
    ("probabilities", "kept"),
    [((0.3, 0.5, 0.2), "afval"), ((0.2, 0.6, 0.2), "bomen"), ((0.3, 0.3, 0.4), "afval")],
)
def test_a_theme_is_kept_until_another_is_twice_as_probable(
    probabilities: tuple[float, float, float], kept: str
) -> None:
    assert decided(scores(probabilities), before=["afval"])["theme_id"].to_list() == [kept]


def test_no_theme_is_kept_like_a_theme() -> None:
    both = scores((0.5, 0.1, 0.4), (0.5, 0.1, 0.4))
    assert decided(both, before=[NO_THEME, None])["theme_id"].to_list() == [None, "afval"]


def test_a_second_night_changes_nothing() -> None:
    both = scores((0.5, 0.1, 0.4), (0.3, 0.5, 0.2), (0.34, 0.33, 0.33))
    first = decided(both, before=["bomen", "afval", NO_THEME])
    again = decided(both, before=first["theme_id"].fill_null(NO_THEME).to_list())
    assert again.equals(first)


def test_what_else_a_message_is_about_comes_in_order_of_probability() -> None:
    names = ("afval", "bomen", "honden", NO_THEME)
    read = np.log([(0.25, 0.3, 0.44, 0.01), (0.2, 0.1, 0.1, 0.6), (0.4, 0.05, 0.05, 0.5)])
    before = [None, None, "afval"]
    found = themes_given(read, read, names, [None] * 3, np.ones(3, dtype=bool), before, 0.0)
    assert found.select("theme_id", "other_themes").rows() == [
        ("honden", ["bomen", "afval"]),
        (None, []),
        ("afval", []),
    ]


def test_no_messages_give_no_decisions() -> None:
    assert decided(np.empty((0, 3))).equals(pl.DataFrame(schema=DECISION_SCHEMA))


def test_a_second_night_changes_nothing_of_what_is_unsure_or_says_nothing() -> None:
    both, parents, spoken = scores((0.4, 0.25, 0.35), (0.4, 0.25, 0.35)), [1, None], [True, False]
    for least in (0.0, 0.5):
        first = decided(both, None, parents, spoken, min_confidence=least)
        before = first["theme_id"].fill_null(NO_THEME).to_list()
        assert decided(both, None, parents, spoken, before, least).equals(first)
