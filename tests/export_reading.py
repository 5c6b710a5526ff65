"""A contact-centre CSV and a page of posts as JSON: mappings and the short way from bytes to messages."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import pytest

from warehouse.errors import SourceError
from warehouse.gates import BROKEN_ROW
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.parts import Part, part_of_bytes
from warehouse.sources.read import read_batches, read_rows
from warehouse.sources.rows import Rows
from warehouse.sources.speakers import Parties
from warehouse.sources.tally import Tally

SECRET = b"geheim"
NOW = datetime.fromisoformat("2026-04-02 03:00")

CONTACTS = """\
id: balie
version: 1
read:
  format: csv
  delimiter: ";"
expect: {max_quarantined: 1}
emit:
  - role: contact
    kind: contact
    platform: kcc
    author_kind: resident
    fields:
      native_id: {from: nummer}
      text: {from: vraag}
      created_at: {from: datum, datetime: {formats: ["%d-%m-%Y %H:%M", "%d-%m-%Y"], tz: Europe/Amsterdam}}
  - role: answer
    when: {col: antwoord, is: not_empty}
    kind: answer
    platform: kcc
    author_kind: municipality
    fields:
      native_id: {from: nummer, suffix: ":answer"}
      parent_id: {ref: contact}
      text: {from: antwoord}
      created_at: {from: datum, datetime: {formats: ["%d-%m-%Y %H:%M", "%d-%m-%Y"], tz: Europe/Amsterdam}}
"""
POSTS = """\
id: pagina
version: 1
read:
  format: json
  json: {records: "$.data[*]", explode: [replies]}
expect: {max_quarantined: 1}
emit:
  - role: post
    when: {col: "@path", is: empty}
    kind: post
    platform: forum
    fields: &fields
      native_id: {from: id}
      author: {from: author.name, secret: true, optional: true}
      author_id: {from: author.id, secret: true, optional: true}
      text: {from: text}
      created_at: {from: time, datetime: iso}
      likes: {from: likes, optional: true}
  - role: reply
    when: {col: "@path", in: replies}
    kind: reply
    platform: forum
    fields:
      <<: *fields
      parent_id: {from: ^.id}
author_kind:
  municipality_if: [{field: author, in_list: owned_accounts}]
  default: resident
"""


def mapping(text: str, *changes: tuple[str, str]) -> Mapping:
    """The mapping in `text` after replacements, each of which must have something to replace."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_mapping(text, "proef.yaml")


def rows_of(content: bytes | str, read_by: Mapping) -> Rows:
    """The rows in a file."""
    return read_rows(content.encode() if isinstance(content, str) else content, read_by, "proef")


@dataclass(frozen=True)
class Judged:
    """A whole file as the night judges it: its messages without repeats, and what became of the rest."""

    messages: pl.DataFrame
    rejected: pl.DataFrame
    dropped: int
    duplicates: int
    read: int


def emitted(
    content: bytes | str, read_by: Mapping, owned: Iterable[str] = (), partners: Iterable[str] = ()
) -> Judged:
    """The messages in a file."""
    part = part_of_bytes(content.encode() if isinstance(content, str) else content, "proef")
    return judged_part(part, read_by, Parties(frozenset(owned), frozenset(partners)))


def judged_part(part: Part, read_by: Mapping, parties: Parties, beside: Sequence[Part] = ()) -> Judged:
    """A file, judged batch by batch as the night does, without the gate."""
    tally = Tally(read_by)
    batches = []
    for rows in read_batches(part, read_by, beside):
        batches.append(emitted_messages(rows, read_by, parties, SECRET))
        tally.add(batches[-1], pl.DataFrame(schema=BROKEN_ROW))
    tally.check(part.name, NOW)
    repeats = tally.repeats()
    messages = pl.concat([batch.messages for batch in batches])
    return Judged(
        messages.join(repeats, on=["row", "role"], how="anti"),
        pl.concat([batch.rejected for batch in batches]),
        tally.dropped,
        repeats.height,
        tally.read,
    )


def refusal(content: bytes | str, *changes: tuple[str, str], text: str = CONTACTS) -> str:
    """The one sentence why a file cannot be read."""
    with pytest.raises(SourceError) as caught:
        rows_of(content, mapping(text, *changes))
    said = str(caught.value)
    assert said.startswith("Bestand proef")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def page(*records: object) -> str:
    """A page of posts as a file."""
    return json.dumps({"data": records}, ensure_ascii=False)


def post(number: object, **more: object) -> dict[str, object]:
    """One post, whole unless `more` says otherwise."""
    return {"id": number, "text": "Hallo", "time": "2026-04-01T10:00:00Z", **more}
