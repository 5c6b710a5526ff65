"""Which message a row is: ids that stay, hashes that see an edit, and threads."""

import random
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, emitted, mapping
from warehouse.sources.identity import (
    Origin,
    content_hash,
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
    return message_rows(
        named,
        Origin("balie", BALIE.name, export_id, collected_at=NIGHT, told_at=NIGHT, file_name="f", **given_),
    )


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
        {"platform": "b"},
    ]
    edited = [drafts.with_columns(**{name: pl.lit(value) for name, value in edit.items()}) for edit in edits]
    hashes = [raw_hashes(draft, SECRET).item() for draft in (drafts, *edited)]
    assert len({*hashes, raw_hashes(drafts, b"ander").item()}) == len(edits) + 2
    told_anew = {"likes": 5, "author_id": "b", "parent_id": "b", "created_at": NIGHT}
    retold = drafts.with_columns(**{name: pl.lit(value) for name, value in told_anew.items()})
    assert raw_hashes(retold, SECRET).item() == hashes[0]


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


def test_no_messages_have_no_threads() -> None:
    assert thread_roots(MESSAGE.empty()).is_empty()
