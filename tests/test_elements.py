"""Rows of XML: columns by path, nothing from outside, bounded memory, one sentence for damage."""

import resource
from html import escape
from io import BytesIO
from typing import BinaryIO

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.errors import SourceError
from warehouse.sources.elements import xml_rows
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.parts import Part, part_of_bytes
from warehouse.sources.rows import BATCH, PATH, ROW

REQUESTS = """\
id: meldingen-xml
version: 1
read: {format: xml, xml: {records: service_requests/request}}
emit:
  - kind: report
    platform: open311
    author_kind: resident
    fields:
      native_id: {from: id}
      text: {from: description}
      created_at: {from: requested, datetime: iso}
"""
READ_BY = parse_mapping(REQUESTS, "proef.yaml")


def frame(content: str | bytes, read_by: Mapping = READ_BY) -> pl.DataFrame:
    encoded = content.encode() if isinstance(content, str) else content
    batches = list(xml_rows(part_of_bytes(encoded, "proef.xml"), read_by, "proef.xml"))
    assert all(batch.rejected.is_empty() for batch in batches)
    return pl.concat([batch.frame for batch in batches], how="diagonal")


def around(requests: str) -> str:
    return f"<service_requests>{requests}</service_requests>"


def refusal(content: str | bytes) -> str:
    with pytest.raises(SourceError) as caught:
        frame(content)
    said = str(caught.value)
    assert said.startswith("Bestand proef.xml")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def test_elements_attributes_and_repeats_become_columns() -> None:
    found = frame(
        around(
            '<request nr="7"><id>1</id><description>Zak <b>naast</b> de bak &amp; meer</description>'
            '<place lat="52.1"><street>Dam</street><street>Kade</street><empty/></place></request>'
            "<other><request><id>9</id></request></other>"
            "<!-- <request/> --><request><id><![CDATA[a<b]]></id><place/></request>"
        )
    )
    assert found.select(
        ROW, "@nr", "id", "description", "description.b", "place.@lat", "place.street", "place.empty"
    ).rows() == [
        (1, "7", "1", "Zak naast de bak & meer", "naast", "52.1", "Dam, Kade", None),
        (2, None, "a<b", None, None, None, None, None),
    ]
    assert found[PATH].to_list() == [None, None]
    assert found.schema[PATH] == pl.String()


def test_namespaces_and_encodings_make_no_difference() -> None:
    content = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><a:service_requests xmlns:a="urn:x" xmlns="urn:y">'
        "<request a:nr='1'><a:id>café</a:id></request></a:service_requests>"
    )
    assert frame(content.encode("latin-1")).select("@nr", "id").row(0) == ("1", "café")
    wide = content.replace("ISO-8859-1", "UTF-16")
    assert frame(wide.encode("utf-16"))["id"].to_list() == ["café"]


def test_a_record_may_be_text_only_and_an_attribute_never_takes_a_name_of_ours() -> None:
    found = frame(around('<request row="9" path="x" file="y">Los</request>'))
    assert found.select(ROW, PATH, ".@row", ".@path", ".@file", ".").row(0) == (1, None, "9", "x", "y", "Los")


def test_a_document_without_records_and_one_of_another_shape() -> None:
    assert frame(around("")).height == 0
    assert frame(around("<other/>")).columns == [ROW, PATH]
    assert "geen element service_requests/request" in refusal("<requests><request/></requests>")


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE service_requests [<!ENTITY e "x">]>' + around("<request><id>&e;</id></request>"),
        '<!DOCTYPE service_requests SYSTEM "http://127.0.0.1/x.dtd">' + around(""),
        '<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + around("<request><id>&e;</id></request>"),
        '<!DOCTYPE s [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>' + around(""),
    ],
)
def test_a_dtd_is_refused(content: str) -> None:
    assert "DTD" in refusal(content)


def test_damage_is_one_sentence_with_its_line() -> None:
    assert "regel 2:" in refusal("<service_requests>\n<request></service_requests>")
    assert "regel 1:" in refusal(around("<request><id>&nbsp;</id></request>"))
    for content in (
        "",
        "geen xml",
        around("<request>\0</request>"),
        '<?xml version="1.0" encoding="x-9"?><a/>',
    ):
        assert "beschadigd" in refusal(content)
    assert "beschadigd" in refusal(around("<request>é</request>").encode("latin-1"))


def test_too_many_layers_or_columns_are_refused() -> None:
    assert "te diep genest" in refusal(around("<a>" * 1_000))
    wide = "".join(f"<c{number}/>" for number in range(1_001))
    assert "meer dan 1000" in refusal(around(f"<request>{wide}</request>"))


class Endless(BytesIO):
    """A long document that is written while it is read."""

    def __init__(self, records: int) -> None:
        super().__init__(b"<service_requests>")
        self._left = records

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if chunk:
            return chunk
        if self._left == 0:
            self._left = -1
            return b"</service_requests>"
        if self._left < 0:
            return b""
        many = min(self._left, 500)
        self._left -= many
        return (b"<junk>" + b"x" * 4_000 + b"</junk><request><id>1</id></request>\n") * many


def test_a_long_document_is_read_in_batches_and_bounded_memory() -> None:
    def opened() -> BinaryIO:
        return Endless(BATCH + 10)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heights = [rows.frame.height for rows in xml_rows(Part("proef.xml", 0, opened), READ_BY, "proef.xml")]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert heights == [BATCH, 10, 0]
    assert grown < 100_000  # KiB; the document is 200 MB


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=8)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_what_is_written_reads_back(rows: list[tuple[str, str]]) -> None:
    written = "".join(f"<request><id>{escape(a)}</id><d>{escape(b)}</d></request>" for a, b in rows)
    found = frame(around(written))
    expected = [(a or None, b or None) for a, b in rows]
    assert (found.select("id", "d").rows() if rows else []) == expected


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.binary(max_size=4), st.booleans())
def test_any_damage_gives_rows_or_one_sentence(place: int, damage: bytes, cut: bool) -> None:  # noqa: FBT001
    whole = around('<request nr="1"><id>1</id><d>é<b>x</b></d></request>' * 3).encode()
    place %= len(whole)
    content = whole[:place] + damage + (b"" if cut else whole[place + len(damage) :])
    try:
        frame(content)
    except SourceError:
        refusal(content)
