"""Copies and near copies: found whatever the order of the words, and never among short texts that differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.copies import copy_groups

PETITION = [
    "laat",
    "de",
    "oude",
    "beuk",
    "bij",
    "de",
    "molen",
    "staan",
    "teken",
    "nu",
    "ook",
    "de",
    "petitie",
]


def test_a_number_for_every_text_in_order_of_appearance() -> None:
    texts = [
        ["wolf", "schaap"],
        PETITION,
        ["schaap", "wolf"],
        [],
        PETITION[::-1],
        ["wolf", "schaap", "hek"],
        [],
    ]
    assert copy_groups(texts).tolist() == [0, 1, 0, 2, 1, 3, 2]


def test_no_texts_have_no_groups() -> None:
    assert copy_groups([]).tolist() == []


@pytest.mark.parametrize(
    ("other", "is_copy"),
    [
        ([*PETITION, "delen"], True),
        ([*PETITION[:-1], "actie"], True),
        (["groet", *PETITION, "van", "ons"], False),
        (PETITION[:6], False),
    ],
)
def test_a_word_more_or_less_is_still_a_copy(other: list[str], *, is_copy: bool) -> None:
    first, second = copy_groups([PETITION, other])
    assert (first == second) == is_copy


@pytest.mark.parametrize("words", [["huisarts"], ["huisarts", "dicht"], ["huisarts", "gaat", "dicht"]])
def test_a_short_text_with_another_word_is_no_copy(words: list[str]) -> None:
    assert copy_groups([words, [*words, "weekend"]]).tolist() == [0, 1]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=8), max_size=25))
def test_equal_sets_of_words_share_a_number_and_numbers_leave_no_gap(texts: list[list[str]]) -> None:
    groups = copy_groups(texts).tolist()
    by_set = {frozenset(text): group for text, group in zip(texts, groups, strict=True)}
    assert [by_set[frozenset(text)] for text in texts] == groups
    assert list(dict.fromkeys(groups)) == list(range(len(set(groups))))
