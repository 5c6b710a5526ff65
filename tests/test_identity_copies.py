"""Which messages are copies of another: by address, by author and moment, and by two routes."""

import random
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.sources.copies import copies
from warehouse.tables import MESSAGE

NIGHT = datetime.fromisoformat("2026-04-02 03:00")
PLAIN = {
    "platform": "x", "source_id": "api", "author_key": "a", "content_hash": "t", "created_at": NIGHT,
    "url": None, "text": "De container is alweer vol", "text_truncated": False,
}  # fmt: skip


def copied(*rows: dict[str, Any]) -> dict[str, str]:
    schema = {name: MESSAGE.schema[name] for name in ("message_id", *PLAIN)}
    return dict(copies(pl.DataFrame([{**PLAIN, **row} for row in rows], schema=schema)).rows())


def test_no_messages_have_no_copies() -> None:
    assert copies(MESSAGE.empty()).schema == {"message_id": pl.String, "dup_of": pl.String}


def test_the_same_text_soon_after_by_the_same_author_is_a_copy() -> None:
    after = {name: NIGHT + timedelta(seconds=seconds) for name, seconds in
             {"b": 120, "c": 200, "d": 500, "e": 600}.items()}  # fmt: skip
    assert copied({"message_id": "a"}, *({"message_id": n, "created_at": at} for n, at in after.items())) == {
        "b": "a", "c": "a", "e": "d",
    }  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"author_key": "b"}, {"platform": "y"}, {"content_hash": "u"}, {"author_key": None}]
)
def test_another_author_platform_or_text_is_no_copy(other: dict[str, str | None]) -> None:
    assert copied({"message_id": "a"}, {"message_id": "b", **other}) == {}


def test_two_without_a_name_who_say_the_same_are_two() -> None:
    assert copied({"message_id": "a", "author_key": None}, {"message_id": "b", "author_key": None}) == {}


def test_the_same_text_at_the_same_address_is_a_copy_at_any_time() -> None:
    later = {"message_id": "b", "url": "u", "author_key": None, "created_at": NIGHT + timedelta(days=3)}
    assert copied({"message_id": "a", "url": "u"}, later) == {"b": "a"}


def test_comments_that_bear_the_address_of_their_post_are_not_its_copies() -> None:
    texts = ({"message_id": f"m{n}", "url": "u", "content_hash": str(n)} for n in range(4))
    assert copied(*texts) == {}


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 400), st.sampled_from(["u", "v", None])), max_size=20
    ),
    st.randoms(use_true_random=False),
)
def test_the_first_of_equal_messages_is_never_a_copy(
    said: list[tuple[str, int, str | None]], dice: random.Random
) -> None:
    table = [
        {"message_id": f"m{n}", "content_hash": text, "created_at": NIGHT + timedelta(seconds=at), "url": url}
        for n, (text, at, url) in enumerate(said)
    ]
    found = copied(*table)
    assert copied(*dice.sample(table, len(table))) == found
    when = {row["message_id"]: (row["created_at"], row["message_id"]) for row in table}
    text_of = {row["message_id"]: row["content_hash"] for row in table}
    assert all(when[of] < when[copy] and text_of[of] == text_of[copy] for copy, of in found.items())


TOOL = {"message_id": "tool", "source_id": "tool", "author_key": None}


def test_a_listening_tool_that_cuts_a_text_off_gives_a_copy_of_the_whole_one() -> None:
    whole = {"message_id": "api", "url": "u", "text": "De container is alweer vol, al drie weken lang"}
    cut = {
        **TOOL,
        "url": "u",
        "text": "De container is alweer vol, al …",
        "content_hash": "c",
        "text_truncated": True,
    }
    earlier = {**cut, "created_at": NIGHT - timedelta(hours=1)}
    assert copied(whole, cut) == copied(whole, earlier) == {"tool": "api"}
    assert copied(whole, {**cut, "text": "Iets heel anders over dezelfde straat..."}) == {}
    assert copied(whole, {**cut, "text_truncated": False}) == {}
    assert copied(whole, {**cut, "url": "v"}) == {}


def test_the_same_text_from_another_source_within_minutes_is_a_copy() -> None:
    assert copied({"message_id": "api"}, TOOL) == {"tool": "api"}
    assert copied({"message_id": "api"}, {**TOOL, "created_at": NIGHT + timedelta(minutes=3)}) == {}
    assert copied({"message_id": "api", "text": "Ja!"}, {**TOOL, "text": "Ja!"}) == {}
    assert copied({"message_id": "api"}, {**TOOL, "platform": "facebook"}) == {}


def test_a_copy_of_a_copy_is_a_copy_of_the_original() -> None:
    whole = {"message_id": "api", "url": "u", "text": "De container is alweer vol, al drie weken lang"}
    cut = {"text": "De container is alweer vol, al …", "content_hash": "c", "text_truncated": True}
    first, again = {**TOOL, **cut, "url": "u"}, {**TOOL, **cut, "message_id": "tool-2", "author_key": "b"}
    assert copied(whole, {**first, "author_key": "b"}, again) == {"tool": "api", "tool-2": "api"}
