"""Rows of an XML document: each record an element, each element and attribute within it a column."""

from collections.abc import Iterator
from itertools import islice

import polars as pl
from lxml import etree

from warehouse.errors import SourceError
from warehouse.sources.headers import OURS
from warehouse.sources.mapping import Mapping
from warehouse.sources.markup import forget, local_name, markup
from warehouse.sources.parts import Part
from warehouse.sources.rows import BATCH, PATH, ROW, Rows, normalised, rejected_rows

TEXT = "."
_BETWEEN = ", "
_MOST_COLUMNS = 1_000


def xml_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """Rows of the elements at the mapping's path, which names elements from the root; namespaces are ignored.

    Columns: `a` for an element in the record, `a.b` for one within it, `@x` and `a.@x` for attributes (an own
    attribute with the name of a column of ours: `.@x`), `.` for the text of a record that holds no elements.
    What occurs more than once is joined with ", "; an element with text around other elements has all of
    its text. Raises SourceError for a document that is damaged, has a DTD, or has no such path.
    """
    records = enumerate(_records(part, mapping, name), start=1)
    batch: list[tuple[int, dict[str, str | None]]] | None = None
    while batch is None or batch:
        batch = list(islice(records, BATCH))
        names = dict.fromkeys(column for _, record in batch for column in record)
        if len(names) > _MOST_COLUMNS:
            raise SourceError(
                f"Bestand {name} heeft {len(names)} verschillende velden, meer dan {_MOST_COLUMNS}; "
                f"controleer 'xml: records' in mapping {mapping.id}."
            )
        columns = {column: [record.get(column) for _, record in batch] for column in names}
        frame = pl.DataFrame(
            {ROW: [number for number, _ in batch], PATH: [None] * len(batch), **columns},
            schema={ROW: pl.Int64(), PATH: pl.String(), **dict.fromkeys(names, pl.String())},
        )
        yield Rows(frame, rejected_rows([]))


def _records(part: Part, mapping: Mapping, name: str) -> Iterator[dict[str, str | None]]:
    """The columns of each record."""
    wanted = mapping.read.xml.records.split("/") if mapping.read.xml else []
    around_found = False
    for begins, path, element in markup(part, name):
        around_found |= path == wanted[:-1] or path == wanted
        if begins:
            continue
        if path == wanted:
            cells: dict[str, list[str]] = {}
            _collect(element, "", cells)
            joined: dict[str, str | None] = {}
            for column, texts in cells.items():
                clean = normalised(column, mapping.read.columns)
                joined[clean] = _BETWEEN.join(text for text in texts if text) or None
            yield joined
        if path[: len(wanted)] != wanted or path == wanted:
            forget(element)
    if not around_found:
        raise SourceError(
            f"Bestand {name} heeft geen element {'/'.join(wanted)}; "
            f"controleer de export of pas 'xml: records' in mapping {mapping.id} aan."
        )


def _collect(element: etree._Element, prefix: str, cells: dict[str, list[str]]) -> None:
    """Adds what an element holds to `cells`; `prefix` is its name with a dot, empty for the record."""
    for key, value in element.attrib.items():
        own = f"{prefix}@{str(key).rpartition('}')[2]}"
        cells.setdefault(f".{own}" if own in OURS else own, []).append(str(value))
    whole = "".join(map(str, element.itertext()))
    children = list(element)
    around = (element.text or "") + "".join(child.tail or "" for child in children)
    if not children or around.strip():
        cells.setdefault(prefix.removesuffix(".") or TEXT, []).append(whole)
    for child in children:
        _collect(child, f"{prefix}{local_name(child)}.", cells)
