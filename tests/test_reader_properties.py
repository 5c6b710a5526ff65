"""What holds for every file: all that is read is counted, ids are unique, a failure is one sentence."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, get_args

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, POSTS, emitted, mapping, rows_of
from warehouse.errors import ConfigurationError, WeerklankError
from warehouse.sources.emit import Emitted
from warehouse.sources.fields import Verb
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping

HEADER = ("nummer", "datum", "vraag", "antwoord")
BALIE, PAGE = mapping(CONTACTS), mapping(POSTS)
ENCODED = mapping(
    CONTACTS, ('delimiter: ";"', 'delimiter: [";", ","]\n  encoding: [utf-8-sig, utf-16, cp1252]')
)
LINES = mapping(POSTS, ("format: json", "format: ndjson"))
NOTHING = ("", "-", "n.v.t.", "NULL")

# Without control characters, which reading takes out, and halves of characters, which no file can hold.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from('\n\t;,"-'), max_size=12
)
dates = st.sampled_from(["01-04-2026", "29-03-2026 02:30", "25-10-2026 02:30", "31-02-2026", "gisteren", ""])
numbers = st.sampled_from(["1", "2", " 2", "\u200b2", "1.2E+17", "", "0042", "a:b"]) | texts
contact_rows = st.tuples(numbers, dates, texts, texts).map(list)
ragged_rows = st.lists(texts, max_size=6)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just("\ud83d")
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
posts = st.fixed_dictionaries(
    {},
    optional={
        "id": numbers | st.integers(0, 3) | documents,
        "text": texts | documents,
        "time": st.sampled_from(["2026-04-01T10:00:00Z", "1", "262142-01-01T00:00:00Z", 0]) | documents,
        "author": st.fixed_dictionaries({}, optional={"id": numbers, "name": texts}) | documents,
        "likes": st.integers(-3, 10**20) | documents,
        "replies": documents,
    },
)
threads = st.recursive(
    posts,
    lambda inner: st.builds(lambda post, some: {**post, "replies": some}, posts, st.lists(inner, max_size=3)),
)
WHOLE = {"id": "geheel", "text": "Hallo", "time": "2026-04-01T10:00:00Z"}


def checked(found: Emitted) -> Emitted:
    """What must hold for all that is emitted."""
    messages, rejected = found.messages, found.rejected
    assert found.read == messages.height + rejected.height + found.dropped + found.duplicates
    assert messages.select("platform", "native_id").is_unique().all()
    whole = messages.drop_nulls(["native_id", "text", "created_at", "kind", "platform", "author_kind"])
    assert whole.height == messages.height
    assert messages.select("row", "role").is_unique().all()
    assert messages.join(rejected, on=["row", "role"], how="semi").is_empty()
    return found


def outcome(content: bytes, read_by: Mapping) -> Emitted | str:
    """The messages, or the one sentence why there are none; nothing else is allowed."""
    try:
        return checked(emitted(content, read_by, ("Gemeente Meerwold",)))
    except WeerklankError as error:
        said = str(error)
    assert re.fullmatch(r"[^\n]+\.", said)
    return said


def described_by(text: str) -> Mapping | None:
    """The mapping, or None when it is refused in one sentence."""
    try:
        return parse_mapping(text, "proef.yaml")
    except ConfigurationError as error:
        said = str(error)
    assert re.fullmatch(r"Mapping proef\.yaml[^\n]+\.", said)
    return None


def written(rows: list[list[str]], delimiter: str = ";", header: Iterable[str] = HEADER) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([list(header), *rows])
    return file.getvalue()


def kept(cell: str) -> str | None:
    """What reading makes of a cell: null when nothing can be seen in it, or when it says nothing."""
    seen = any(not sign.isspace() and unicodedata.category(sign) != "Cf" for sign in cell)
    return cell if seen and cell.strip() not in NOTHING else None


def parts(record: Any) -> Iterator[object]:
    """A record and, as the mapping explodes them, what is in its lists of replies."""
    yield record
    replies = record.get("replies") if isinstance(record, dict) else None
    if isinstance(replies, list):
        for reply in replies:
            yield from parts(reply)
    elif replies is not None:
        yield replies


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.lists(contact_rows, min_size=1, max_size=8), st.sampled_from(";,\t"))
def test_a_written_csv_reads_back_cell_by_cell(rows: list[list[str]], delimiter: str) -> None:
    read_by = mapping(CONTACTS, ('delimiter: ";"', f"delimiter: {json.dumps(delimiter)}"))
    numbered = [[f"n{number}", *row[1:]] for number, row in enumerate(rows)]
    frame = rows_of(written(numbered, delimiter), read_by).frame
    assert frame.select(HEADER).rows() == [tuple(map(kept, row)) for row in numbered]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(contact_rows | ragged_rows, max_size=8))
def test_every_row_of_a_csv_becomes_something_that_is_counted(rows: list[list[str]]) -> None:
    whole = [["heel", "01-04-2026", "Vraag", ""], *rows]
    found = checked(emitted(written(whole), BALIE))
    there = [row for row in whole if any(cell.strip() for cell in row)]
    answers = [row for row in there if len(row) == len(HEADER)]
    table = rows_of(written(whole), BALIE).frame
    assert table.height == len(answers)
    assert found.read == len(there) + table["antwoord"].count()
    assert found.dropped == 0


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(threads | documents, max_size=5))
def test_every_record_of_a_document_becomes_something_that_is_counted(records: list[Any]) -> None:
    found = checked(emitted(json.dumps({"data": [{**WHOLE, "replies": [WHOLE]}, *records]}), PAGE))
    assert found.read == 2 + sum(1 for record in records for _ in parts(record))
    assert found.dropped == 0


@settings(max_examples=60, deadline=timedelta(seconds=30), derandomize=True, database=None)
@given(
    st.binary(max_size=200)
    | texts.map(str.encode)
    | st.lists(
        st.sampled_from([";".join(HEADER), "\n", "\r", ";", ",", '"', "\0", "1", "é", "[", '{"data":[', "}"])
    ).map(lambda pieces: "".join(pieces).encode("utf-8")),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", ";".join(HEADER).encode() + b"\n"]),
)
def test_any_bytes_give_messages_or_one_sentence(content: bytes, start: bytes) -> None:
    for read_by in (BALIE, ENCODED, PAGE, LINES):
        outcome(start + content, read_by)


@settings(max_examples=40, deadline=timedelta(seconds=30), derandomize=True, database=None)
@given(st.lists(threads | documents, min_size=1, max_size=4), st.integers(0, 400), st.binary(max_size=2))
def test_a_damaged_document_gives_messages_or_one_sentence(
    records: list[Any], place: int, damage: bytes
) -> None:
    text = json.dumps({"data": [WHOLE, *records]}).encode()
    place %= len(text)
    for content in (text[:place] + damage, text[:place] + damage + text[place + 1 :]):
        outcome(content, PAGE)
        outcome(content + b"\n" + text, LINES)


FULL = {
    "nummer": "1", "datum": "01-04-2026", "vraag": "<p>Hoe?</p>", "id": "2", "text": "resident", "*": "post",
    "time": "2026-04-01T10:00:00Z", "^x$": "x", "author.name": "Jan", "likes": "3",
}  # fmt: skip
columns = st.sampled_from([*FULL, *FULL, "^.id", "@path", "$.author.name", "$..id", "weg"])
tests = st.sampled_from(
    [{"is": "empty"}, {"is": "not_empty"}, {"in": []}, {"in": ["1"]}, {"not_in": ["1", "replies"]},
     {"regex": "^[0-9]"}, {"ends_with": ["…", ""]}, {"ends_with": []}, {"length_is": 1}]
)  # fmt: skip
conditions = st.builds(lambda col, test: {"col": col, **test}, columns, tests)
verbs = st.lists(st.sampled_from(get_args(Verb)), max_size=3)
cleaning = st.fixed_dictionaries(
    {"optional": st.sampled_from([True] * 9 + [False])},
    optional={
        "use": verbs,
        "regex": st.sampled_from([r"(\d+)", "(.*)", r"(\p{L})"]),
        "map": st.sampled_from([{}, {"1": "a"}, {"resident": "resident"}]),
        "prefix": st.sampled_from(["", "p"]),
        "suffix": st.sampled_from(["", ":s"]),
        "join": st.sampled_from(["", " "]),
    },
)
sources = st.lists(columns, min_size=1, max_size=3).map(lambda names: {"from": names})
fixed = st.sampled_from([{"const": "1"}, {"const": "2026-04-01T10:00:00Z"}, {"const": " "}])
specs = st.builds(lambda origin, clean: {**origin, **clean}, sources | fixed, cleaning)
choices = st.builds(lambda origin, clean: {**origin, **clean}, sources, cleaning)
formats = st.sampled_from(["iso", "epoch_s", "epoch_ms", "%d-%m-%Y", "%d-%m-%Y %H:%M", "%s"])
time_specs = st.builds(
    lambda spec, some, tz: {**spec, "datetime": {"formats": some, "tz": tz}},
    sources | fixed,
    st.lists(formats, min_size=1, max_size=3),
    st.sampled_from(["Europe/Amsterdam", "UTC", "America/Sao_Paulo"]),
)
emits = st.fixed_dictionaries(
    {
        "kind": choices | st.just("post"),
        "platform": choices | st.just("x"),
        "fields": st.fixed_dictionaries(
            {"native_id": specs, "text": specs, "created_at": time_specs},
            optional={
                "parent_id": specs | st.just({"ref": "a"}),
                "title": specs,
                "likes": specs,
                "edited_at": time_specs,
            },
        ),
    },
    optional={"when": st.lists(conditions, max_size=2), "author_kind": choices | st.just("resident")},
)
layouts = st.sampled_from(
    [
        {"format": "csv", "delimiter": ";"},
        {"format": "json", "json": {"records": "$.data[*]", "explode": ["replies"]}},
        {"format": "json", "columns": {"normalise": ["casefold", "trim"]}, "json": {"records": "$..data[*]"}},
        {"format": "ndjson", "json": {"explode": ["replies"]}},
    ]
)
mappings = st.builds(
    lambda read, keep, drop, first, second, speaker, most: {
        "id": "proef", "version": 1, "read": read, "rows": {"keep_if": keep, "drop_if": drop},
        "emit": [{"role": "a", **first}, {"role": "b", **second}],
        "author_kind": {"municipality_if": speaker}, "expect": {"max_quarantined": most, "min_rows": 0},
    },
    layouts,
    st.lists(conditions, max_size=1), st.lists(conditions, max_size=1), emits, emits,
    st.lists(st.builds(lambda col: {"col": col, "in": ["1"]}, columns), max_size=1),
    st.sampled_from([1, 0.2]),
)  # fmt: skip


@settings(max_examples=60, deadline=timedelta(seconds=30), derandomize=True, database=None)
@given(
    mappings, st.lists(st.lists(texts, min_size=10, max_size=10), max_size=3), st.lists(threads, max_size=3)
)
def test_any_mapping_is_refused_in_one_sentence_or_reads_any_file(
    described: dict[str, Any], rows: list[list[str]], records: list[Any]
) -> None:
    read_by = described_by(yaml.safe_dump(described))
    if read_by is None:
        return
    whole = [FULL, {**FULL, "id": "3", "replies": [FULL]}, *records]
    files = {
        "csv": written([list(FULL.values()), *rows], header=FULL),
        "json": json.dumps({"data": whole}),
        "ndjson": "\n".join(json.dumps(record) for record in whole),
    }
    outcome(files[read_by.read.format].encode(), read_by)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.integers(0, len(CONTACTS)),
    st.integers(0, 30),
    st.sampled_from(
        [
            "",
            " ",
            "\n",
            ":",
            "- ",
            "[",
            "{",
            "&a ",
            "*a",
            "!!int ",
            "<<: ",
            "null",
            "é",
            '"',
            "#",
            "2026-13-45",
            "\t",
        ]
    ),
)
def test_any_change_to_a_mapping_is_refused_in_one_sentence_or_is_a_mapping(
    start: int, cut: int, put: str
) -> None:
    described_by(CONTACTS[:start] + put + CONTACTS[start + cut :])
