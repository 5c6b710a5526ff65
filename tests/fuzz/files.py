"""A small table of contacts in every format that can be read, and the mapping that reads it."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from random import Random

from tests.workbook_files import ods, ods_cell, ods_row, xlsx, zipped
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping

Record = dict[str, str]
COLUMNS = ("id", "text", "time", "likes", "author", "place")
_TEXTS = (
    "De zakken naast de container staan er al een week", "Waarom is de bibliotheek dicht?", "=-leuk hoor",
    "Regel een\nregel twee; en \"nog\" een, echt",
    "café ☕ 👨\u200d👩\u200d👧", "'+1 mee eens", "<b>vet</b> &amp; meer",
)  # fmt: skip
_MAPPING = """\
id: proef
version: 1
read: {%s}
expect: {min_rows: 0, max_quarantined: 1}%s
emit:
  - role: contact
    kind: contact
    platform: kcc
    author_kind: resident
    fields:
      native_id: {from: id}
      text: {from: text, use: [undo_apostrophe, strip_html, nfc]}
      created_at: {from: time, datetime: {formats: [iso, "%%d-%%m-%%Y %%H:%%M"], tz: Europe/Amsterdam}}
      likes: {from: likes, optional: true}
      author: {from: author, optional: true, secret: true}
      area_name: {from: %s, optional: true}
"""


@dataclass(frozen=True)
class Format:
    """One reader: how it is told to read, how a table is written for it, and where its bytes are packed."""

    mapping: Mapping
    written: Callable[[Sequence[Record]], bytes]
    inner: str | None = None


def records(random: Random) -> list[Record]:
    """A few whole contacts with ids of their own."""
    return [
        {
            "id": f"n{number}",
            "text": random.choice(_TEXTS),
            "time": f"2026-03-{random.randint(1, 28):02}T{random.randint(0, 23):02}:30:00",
            "likes": str(random.randint(0, 99)),
            "author": f"schrijver {random.randint(1, 5)}",
            "place": str(random.randint(1, 3)),
        }
        for number in range(random.randint(1, 12))
    ]


def _mapping(read: str, join: str = "", place: str = "place") -> Mapping:
    return parse_mapping(_MAPPING % (read, join, place), "proef.yaml")


def _csv(table: Sequence[Record]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(table[0]) if table else COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(table)
    return file.getvalue().encode("utf-8-sig", "surrogatepass")


def _json(table: Sequence[Record]) -> bytes:
    return json.dumps({"data": list(table)}, ensure_ascii=False).encode()


def _ndjson(table: Sequence[Record]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in table).encode()


def _xml(table: Sequence[Record]) -> bytes:
    rows = ("".join(f"<{name}>{escape(cell)}</{name}>" for name, cell in record.items()) for record in table)
    return f"<export>{''.join(f'<row>{row}</row>' for row in rows)}</export>".encode()


def _rows(table: Sequence[Record]) -> list[list[str]]:
    return [list(table[0]) if table else list(COLUMNS), *(list(record.values()) for record in table)]


def _xlsx(table: Sequence[Record]) -> bytes:
    return xlsx([["Berichten van maart"], *_rows(table)])


def _ods(table: Sequence[Record]) -> bytes:
    return ods(
        [
            ods_row("Berichten van maart"),
            *(ods_row(*(ods_cell("string", cell) for cell in row)) for row in _rows(table)),
        ]
    )


def _zip(table: Sequence[Record]) -> bytes:
    places = "id;name\n1;Noord\n2;Zuid\n"
    return zipped({"drop/contacts.csv": _csv(table), "drop/places.csv": places, "drop/lees.txt": "uitleg"})


FORMATS = {
    "csv": Format(_mapping("format: csv, encoding: [utf-8-sig, utf-16, cp1252]"), _csv),
    "json": Format(_mapping('format: json, json: {records: "$.data[*]"}'), _json),
    "ndjson": Format(_mapping("format: ndjson"), _ndjson),
    "xml": Format(_mapping("format: xml, xml: {records: export/row}"), _xml),
    "xlsx": Format(_mapping("format: xlsx"), _xlsx, "xl/worksheets/sheet1.xml"),
    "ods": Format(_mapping("format: ods"), _ods, "content.xml"),
    "zip": Format(
        _mapping(
            'format: csv, members: ["*contacts.csv"]',
            '\njoin: [{file: "*places.csv", on: {place: id}, prefix: "place."}]',
            "place.name",
        ),
        _zip,
        "drop/contacts.csv",
    ),
}
