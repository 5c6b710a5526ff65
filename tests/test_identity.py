"""Which message a row is: ids that stay, versions, threads and copies."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, emitted, mapping
from warehouse.sources.identity import (
    Origin,
    change,
    content_hash,
    copies,
    message_rows,
    raw_hashes,
    thread_roots,
)
from warehouse.tables import MESSAGE

SECRET = b"geheim"
NIGHT = datetime.fromisoformat("2026-04-02 03:00")
BALIE = mapping(CONTACTS)


def rows(content: str, export_id: str = "export-1", **origin: Any) -> pl.DataFrame:
    """MESSAGE rows of a contact-centre file, as the night makes them but with the text left as it is."""
    drafts = emitted("nummer;datum;vraag;antwoord\n" + content, BALIE).messages
    named = drafts.with_columns(raw_hashes(drafts, SECRET), author_key=pl.lit(None, dtype=pl.String))
    given_: dict[str, Any] = {"zone": "Europe/Amsterdam", "quotable": None, **origin}
    return message_rows(named, Origin("balie", BALIE.name, export_id, collected_at=NIGHT, **given_))


def stored_after(*files: pl.DataFrame) -> pl.DataFrame:
    """What the store holds after loading files one by one: upsert by key."""
    store = MESSAGE.empty()
    for incoming in files:
        result = change(incoming, store.filter("is_current"))
        store = pl.concat([store.join(result.rows, on=list(MESSAGE.key), how="anti"), result.rows])
    return store


def messages(*rows_: dict[str, Any]) -> pl.DataFrame:
    plain = {"platform": "x", "author_key": "a", "content_hash": "t", "created_at": NIGHT, "url": None}
    schema = {name: MESSAGE.schema[name] for name in ("message_id", *plain)}
    return pl.DataFrame([{**plain, **row} for row in rows_], schema=schema)


def copied(*rows_: dict[str, Any]) -> dict[str, str]:
    return dict(copies(messages(*rows_)).rows())


def test_a_message_row_is_whole_and_says_where_it_came_from() -> None:
    row = rows("7;01-04-2026 23:30;Wanneer?;Morgen\n").filter(native_id="7:answer").row(0, named=True)
    assert (row["message_id"], row["parent_id"], row["thread_id"]) == ("kcc:7:answer", "kcc:7", "kcc:7")
    assert (row["created_at"], row["created_day"]) == (
        datetime.fromisoformat("2026-04-01 21:30"),
        date(2026, 4, 1),
    )
    assert (row["version"], row["is_current"], row["quotable"]) == (1, True, False)
    assert (row["raw_ref"], row["mapping"], row["collected_at"]) == ("export-1#1", "balie@1", NIGHT)
    assert row["content_hash"] == content_hash("Morgen ")


def test_the_day_is_that_of_the_municipality() -> None:
    assert rows("7;01-04-2026 00:30;a;\n")["created_day"].to_list() == [date(2026, 4, 1)]
    assert rows("7;01-04-2026 00:30;a;\n", zone="UTC")["created_day"].to_list() == [date(2026, 3, 31)]


@pytest.mark.parametrize(("said", "quotable"), [(None, False), (True, True), (False, False)])
def test_only_what_is_public_or_so_configured_may_be_quoted(said: bool | None, quotable: bool) -> None:  # noqa: FBT001
    assert rows("7;01-04-2026;a;\n", quotable=said)["quotable"].to_list() == [quotable]


def test_the_hash_of_a_row_is_keyed_and_sees_every_edit() -> None:
    drafts = emitted("nummer;datum;vraag;antwoord\n7;01-04-2026;a;\n", BALIE).messages
    edits: list[dict[str, object]] = [
        {"text": "b"},
        {"title": "b"},
        {"author_id": "b"},
        {"parent_id": "b"},
        {"created_at": NIGHT},
    ]
    edited = [drafts.with_columns(**{name: pl.lit(value) for name, value in edit.items()}) for edit in edits]
    hashes = [raw_hashes(draft, SECRET).item() for draft in (drafts, *edited)]
    assert len({*hashes, raw_hashes(drafts, b"ander").item()}) == len(edits) + 2
    assert raw_hashes(drafts.with_columns(likes=pl.lit(5)), SECRET).item() == hashes[0]


def test_what_is_seen_again_changes_nothing_and_what_is_edited_becomes_a_version() -> None:
    first = rows("7;01-04-2026;Wanneer?;\n8;01-04-2026;Hoe?;\n")
    result = change(first, MESSAGE.empty())
    assert (result.loaded, result.unchanged, result.rows.schema) == (2, 0, MESSAGE.schema)
    second = rows("7;01-04-2026;Wanneer dan?;\n8;01-04-2026;Hoe?;\n9;01-04-2026;Wie?;\n", "export-2")
    stored = stored_after(first, second)
    assert stored.sort("message_id", "version").select(
        "native_id", "version", "is_current", "text"
    ).rows() == [
        ("7", 1, False, "Wanneer?"),
        ("7", 2, True, "Wanneer dan?"),
        ("8", 1, True, "Hoe?"),
        ("9", 1, True, "Wie?"),
    ]
    again = change(second, stored.filter("is_current"))
    assert (again.loaded, again.unchanged, again.rows.height) == (0, 3, 0)
    assert stored_after(first, second, second).equals(stored)


def test_counts_are_brought_up_to_date_without_a_version_and_never_emptied() -> None:
    first = rows("7;01-04-2026;a;\n8;01-04-2026;b;\n").with_columns(
        likes=pl.Series([1, 2]), views=pl.Series([9, 9])
    )
    later = first.with_columns(likes=pl.Series([5, None], dtype=pl.Int64), views=pl.lit(None, dtype=pl.Int64))
    result = change(later, first)
    assert (result.loaded, result.unchanged) == (0, 2)
    assert result.rows.select("native_id", "version", "likes", "views").rows() == [("7", 1, 5, 9)]


def test_a_text_that_goes_back_is_a_third_version() -> None:
    old, new = rows("7;01-04-2026;a;\n"), rows("7;01-04-2026;b;\n")
    stored = stored_after(old, new, old)
    assert stored.sort("version").select("version", "text", "is_current").rows() == [
        (1, "a", False), (2, "b", False), (3, "a", True),
    ]  # fmt: skip


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.dictionaries(st.integers(1, 8), st.sampled_from("abc"), min_size=1), min_size=2, max_size=4)
)
def test_the_order_of_overlapping_exports_does_not_change_which_messages_there_are(
    exports: list[dict[int, str]],
) -> None:
    files = [
        rows("".join(f"{number};01-04-2026;{text};\n" for number, text in export.items()), f"export-{index}")
        for index, export in enumerate(exports)
    ]
    for ordered in (files, files[::-1]):
        stored = stored_after(*ordered)
        current = stored.filter("is_current")
        assert sorted(current["native_id"]) == sorted(
            {str(number) for export in exports for number in export}
        )
        assert stored.select(MESSAGE.key).is_unique().all()
        versions = stored.group_by("message_id").agg(pl.col("version").sort(), pl.len())
        assert all(row["version"] == list(range(1, row["len"] + 1)) for row in versions.to_dicts())
        newest = stored.group_by("message_id").agg(pl.col("version").max()).sort("message_id")
        assert current.select("message_id", "version").sort("message_id").equals(newest)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(-3, 39), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_threads_of_any_forest_in_any_order(parents: list[int], dice: random.Random) -> None:
    """Message n has an earlier parent, one that was never seen (below nought) or none (itself or later)."""
    names = {number: f"x:{dice.random()}-{number}" for number in range(-3, 40)}
    above = {n: parent for n, parent in enumerate(parents) if parent < n}
    table = [(names[n], names[above[n]] if n in above else None) for n in range(len(parents))]
    dice.shuffle(table)

    def root(number: int) -> str:
        return root(above[number]) if number in above else names[number]

    found = thread_roots(pl.DataFrame(table, schema=["message_id", "parent_id"], orient="row"))
    assert dict(found.rows()) == {names[n]: root(n) for n in range(len(parents))}
    assert found.height == len(parents)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 7, 8])
def test_a_loop_of_parents_is_one_thread_with_all_that_hangs_on_it(length: int) -> None:
    loop = [(f"m{n}", f"m{(n + 1) % length}") for n in range(length)]
    table = [*loop, ("a", "m0"), ("b", "a"), ("los", None)]
    found = thread_roots(
        pl.DataFrame(table, schema={"message_id": pl.String, "parent_id": pl.String}, orient="row")
    )
    assert dict(found.rows()) == {
        **dict.fromkeys([name for name, _ in loop] + ["a", "b"], "m0"),
        "los": "los",
    }


def test_a_chain_of_five_thousand_replies_ends_at_its_root() -> None:
    chain = pl.DataFrame(
        {"message_id": [str(n) for n in range(5000)], "parent_id": [None, *map(str, range(4999))]}
    )
    assert thread_roots(chain.sample(fraction=1, shuffle=True, seed=1))["thread_id"].unique().to_list() == [
        "0"
    ]


def test_no_messages_have_no_threads_and_no_copies() -> None:
    assert thread_roots(MESSAGE.empty()).is_empty()
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
