"""Conditions over several columns, and what a mapping inherits when it names another format."""

import json

import pytest

from warehouse.errors import SourceError
from warehouse.sources.emit import Emitted, emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.read import read_rows
from warehouse.sources.speakers import Parties

DESK = """\
id: balie
version: 1
read: {format: csv, delimiter: ";"}
emit:
  - role: contact
    kind: contact
    platform: kcc
    author_kind: resident
    fields: &fields
      native_id: {from: nummer}
      text: {from: vraag}
      created_at: {from: datum, datetime: iso}
  - role: answer
    when: {col: [antwoord, reactie], is: not_empty, optional: true}
    kind: answer
    platform: kcc
    author_kind: municipality
    fields:
      <<: *fields
      native_id: {from: nummer, suffix: ":answer"}
      text: {from: [antwoord, reactie], optional: true}
"""
HEADER, ROW = "nummer;datum;vraag", "1;2026-04-01T10:00:00Z;Kan dat?"


def emitted(content: str, mapping: Mapping) -> Emitted:
    return emitted_messages(read_rows(content.encode(), mapping, "proef"), mapping, Parties(), b"secret")


def kinds(content: str, mapping: Mapping) -> list[str]:
    return emitted(content, mapping).messages["kind"].to_list()


@pytest.mark.parametrize(
    ("header", "row", "given"),
    [
        ("antwoord", "Ja", ["contact", "answer"]),
        ("reactie", "Ja", ["contact", "answer"]),
        ("antwoord;reactie", ";Ja", ["contact", "answer"]),
        ("antwoord;reactie", ";", ["contact"]),
        ("opmerking", "Ja", ["contact"]),
    ],
)
def test_a_condition_looks_at_the_first_column_that_is_not_empty(
    header: str, row: str, given: list[str]
) -> None:
    assert kinds(f"{HEADER};{header}\n{ROW};{row}\n", parse_mapping(DESK, "balie.yaml")) == given


def test_a_condition_that_is_not_optional_needs_one_of_its_columns() -> None:
    strict = parse_mapping(DESK.replace("not_empty, optional: true", "not_empty"), "balie.yaml")
    assert kinds(f"{HEADER};reactie\n{ROW};Ja\n", strict) == ["contact", "answer"]
    with pytest.raises(SourceError, match="'antwoord' ontbreekt"):
        emitted(f"{HEADER};opmerking\n{ROW};Ja\n", strict)


def test_another_format_leaves_behind_what_only_the_old_one_has() -> None:
    below = parse_mapping(DESK, "balie.yaml")
    above = "id: balie-json\nversion: 1\nextends: balie\nread: {format: json}\n"
    mapping = parse_mapping(above, "balie-json.yaml", lambda _: below)
    record = {"nummer": "1", "datum": "2026-04-01T10:00:00Z", "vraag": "Kan dat?", "reactie": "Ja"}
    assert kinds(json.dumps([record]), mapping) == ["contact", "answer"]
    assert "delimiter" not in mapping.read.model_fields_set


def test_words_that_yaml_takes_for_yes_and_no_stay_words() -> None:
    join = 'join: [{file: "*kanalen.csv", on: {nummer: nr}, prefix: "k."}]\n'
    rows = "rows: {drop_if: [{col: vraag, in: [no, off, ja]}]}\n"
    mapping = parse_mapping(DESK + join + rows, "balie.yaml")
    assert mapping.join[0].on == {"nummer": "nr"}
    assert mapping.rows.drop_if[0].in_ == ("no", "off", "ja")
