"""A file read piece by piece gives the rows that it gives as a whole."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, POSTS, judged_part, mapping, page, post
from warehouse.errors import SourceError
from warehouse.sources import delimited, record_stream, records
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import part_of_bytes
from warehouse.sources.read import read_batches
from warehouse.sources.record_stream import streamed_keys
from warehouse.sources.rows import ROW, Rows
from warehouse.sources.speakers import Parties

OPEN = ("expect: {max_quarantined: 1}", "expect: {max_quarantined: 1, min_rows: 0}")
FILLED = mapping(CONTACTS, OPEN, ('  delimiter: ";"\n', '  delimiter: ";"\n  fill_down: [datum, vraag]\n'))
PLAIN, PAGE = mapping(CONTACTS, OPEN), mapping(POSTS, OPEN)
EITHER = mapping(POSTS, OPEN, ('records: "$.data[*]"', 'records: ["$.body.items[*]", "$.data[*]", "$[*]"]'))
ARCHIVE = mapping(POSTS, ('records: "$.data[*]"', "javascript: true"))
HEADER = ("nummer", "datum", "vraag", "antwoord")


@contextmanager
def pieces(size: int, *, streamed: bool = False) -> Iterator[None]:
    """So many rows at a time, and large documents record by record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BATCH", size)
        patch.setattr(records, "_BATCH", size)
        patch.setattr(records, "_LARGE", -1 if streamed else 1 << 30)
        patch.setattr(record_stream, "_PIECE", size)
        yield


def batches(content: str, read_by: Mapping) -> list[Rows]:
    return list(read_batches(part_of_bytes(content.encode("utf-8", "surrogatepass"), "proef"), read_by))


def rows(content: str, read_by: Mapping) -> tuple[list[dict[str, object]], list[tuple[object, ...]]] | str:
    """Every row without its empty cells, and what was set aside; or the kind of complaint."""
    try:
        found = batches(content, read_by)
    except SourceError as error:
        return "beschadigd" if "JSON" in str(error) else str(error)
    frame = pl.concat([part.frame for part in found], how="diagonal").sort(ROW)
    named = [{k: v for k, v in row.items() if v is not None} for row in frame.to_dicts()]
    return named, pl.concat([part.rejected for part in found]).sort("row").rows()


def written(lines: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADER, *lines])
    return text.getvalue()


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from('\n";'), max_size=5)
LINE = st.lists(CELL, min_size=4, max_size=4) | st.lists(CELL, max_size=5) | st.just(["", "", "", ""])


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(LINE, max_size=12), st.integers(1, 5), st.sampled_from([PLAIN, FILLED]))
def test_a_csv_in_several_parts_is_the_csv(lines: list[list[str]], size: int, read_by: Mapping) -> None:
    content = written(lines)
    with pieces(100):
        whole, judged = (
            rows(content, read_by),
            judged_part(part_of_bytes(content.encode(), "p"), read_by, Parties()),
        )
    with pieces(size):
        assert all(part.frame.height + part.rejected.height <= size for part in batches(content, read_by))
        assert rows(content, read_by) == whole
        again = judged_part(part_of_bytes(content.encode(), "p"), read_by, Parties())
    assert again.messages.sort("row", "role").equals(judged.messages.sort("row", "role"))
    assert (again.read, again.dropped, again.duplicates) == (judged.read, judged.dropped, judged.duplicates)


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_what_is_filled_down_goes_on_in_the_next_part(size: int) -> None:
    lines = [
        ["1", "01-04-2026", "a", ""], ["2", "", "", ""], ["3", "x"], ["4", "", "b", ""], ["", "", "", ""],
        ["5", "", "", ""], ["6", "02-04-2026", "-", ""], ["7", "", "", ""],
    ]  # fmt: skip
    with pieces(size):
        found = pl.concat([part.frame for part in batches(written(lines), FILLED)])
    assert found.select("nummer", "datum", "vraag").rows() == [
        ("1", "01-04-2026", "a"), ("2", "01-04-2026", "a"), ("4", "01-04-2026", "b"), ("5",
        "01-04-2026", "b"),
        ("6", "02-04-2026", "b"), ("7", "02-04-2026", "b"),
    ]  # fmt: skip


def test_before_the_first_value_there_is_nothing_to_fill_down() -> None:
    with pieces(1):
        found = pl.concat(
            [p.frame for p in batches(written([["1", "", "a", ""], ["2", "x", "", ""]]), FILLED)]
        )
    assert found.select("datum", "vraag").rows() == [(None, "a"), ("x", "a")]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("$[*]", ()), ("$.data[*]", ("data",)), ("$.a.b-c[*]", ("a", "b-c")), ("$", None), ("$.data", None),
        ("$.data[0]", None), ("$.data[*].x[*]", None), ("$..data[*]", None), ("$['data'][*]", None),
        ("$.data[?@.x][*]", None), ("$.*[*]", None),
    ],
)  # fmt: skip
def test_only_a_plain_path_can_be_followed_record_by_record(path: str, keys: tuple[str, ...] | None) -> None:
    assert streamed_keys(path) == keys


NUMBERS = st.sampled_from(
    [
        "0",
        "-1",
        "1.50",
        "1e2",
        "1E+2",
        "0.0000001",
        "12345678901234567890123",
        "1.0",
        "-0.0",
        "1e400",
        "2.5E-9",
    ]
)
LEAF = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=6)
DOCUMENT = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b.c", "", "é"]), inner)
    ),
    max_leaves=5,
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(0, 3) | st.text(max_size=3), "text": LEAF, "time": st.just("2026-04-01T10:00:00Z"),
        "likes": st.integers(-2, 10**20) | st.just("@"), "more": DOCUMENT,
        "author": st.fixed_dictionaries({}, optional={"name": LEAF, "id": LEAF}) | LEAF,
        "replies": st.lists(st.fixed_dictionaries({}, optional={"id": LEAF, "text": LEAF}) | LEAF,
        max_size=2),
    },
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.lists(RECORD | LEAF, max_size=6), NUMBERS, st.integers(1, 4),
    st.sampled_from([("data", PAGE), ("data", EITHER), ("body", EITHER), ("", EITHER)]),
)  # fmt: skip
@example([{"id": 1, "likes": "@"}], "1e2", 1, ("data", PAGE))
def test_a_document_record_by_record_is_the_document(
    found: list[object], number: str, size: int, place: tuple[str, Mapping]
) -> None:
    key, read_by = place
    document = {"data": {"data": found}, "body": {"body": {"items": found}, "data": []}, "": found}[key]
    content = json.dumps(document, ensure_ascii=False).replace('"@"', number)
    with pieces(100):
        whole = rows(content, read_by)
    with pieces(size, streamed=True):
        assert rows(content, read_by) == whole


@pytest.mark.parametrize(
    "content",
    [
        '{"data": [{"id": 1}', '{"data": [{"id": 1}]', '{"data": [{"id": 1}]} x', "{", "[1, 2",
        '{"data": [{"id": 1e99999999999999999999}]}', '{"data": [{"id": 1' + "0" * 5000 + "}]}",
        '{"data": [{"id": 1, "x": ' + "[" * 70 + "]" * 70 + "}]}", '{"data": [{"id": tru}]}',
        '{"data": [{"a" 1}]}',
        '{"data": [{"id": "a\nb"}]}', '{"data": [{"id": "\\x"}]}', '{"data": [{"id": 01}]}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("streamed", [False, True])
def test_a_damaged_document_is_one_sentence_in_both_ways(content: str, streamed: bool) -> None:  # noqa: FBT001
    with pieces(10, streamed=streamed), pytest.raises(SourceError) as caught:
        batches(content, PAGE)
    assert str(caught.value).startswith("Bestand proef")
    assert "\n" not in str(caught.value)


def test_half_characters_are_the_same_in_both_ways() -> None:
    content = page(post(1)).replace("Hallo", "\\ud83d \\ude00 \\ud83d\\ude00")
    with pieces(10):
        whole = rows(content, PAGE)
    with pieces(10, streamed=True):
        assert rows(content, PAGE) == whole


def test_a_large_archive_that_is_a_script_is_read_too() -> None:
    content = "window.YTD.tweets.part0 = " + json.dumps([post(1), post(2)])
    with pieces(10):
        whole = rows(content, ARCHIVE)
    with pieces(10, streamed=True):
        assert rows(content, ARCHIVE) == whole


def test_a_document_without_records_says_so_in_both_ways() -> None:
    for streamed in (False, True):
        with pieces(10, streamed=streamed), pytest.raises(SourceError, match="bevat geen rijen"):
            batches('{"data": [], "items": [{"id": 1}]}', mapping(POSTS))


def test_columns_that_only_a_later_part_has_are_there() -> None:
    content = page(post(1), post(2, likes=3), post(4, replies=[post(5, likes=1)]))
    for streamed in (False, True):
        with pieces(1, streamed=streamed):
            found = judged_part(part_of_bytes(content.encode(), "proef"), PAGE, Parties())
        assert found.messages.sort("row").select("native_id", "parent_id", "likes").rows() == [
            ("1", None, None), ("2", None, 3), ("4", None, None), ("5", "4", 1),
        ]  # fmt: skip
