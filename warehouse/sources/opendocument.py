"""The sheets of an ods as text cells (OpenDocument 1.3, part 3, sections 9 and 19), row by row.

Read here and not by the library for xlsx: that one loses line ends and tabs within a cell, and unfolds a
cell that is repeated a million times before it gives any.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, islice, repeat

import polars as pl
from lxml import etree

from warehouse.errors import SourceError
from warehouse.sources.markup import forget, local_name, markup
from warehouse.sources.parts import Part
from warehouse.sources.rows import BATCH
from warehouse.sources.tables import Table, duration_text, number_text, text_table, typed_text
from warehouse.sources.workbooks import LARGEST, MOST_CELLS

_SHEET = ["document-content", "body", "spreadsheet", "table"]
_NUMBERS = ("float", "percentage", "currency")
_CELLS = ("table-cell", "covered-table-cell")
_DURATION = re.compile(r"^(-?)PT(\d{1,6})H(\d{1,6})M(\d{1,6})(?:[.,]\d*)?S$")
_SPACE = re.compile(r"[ \t\r\n]+")
_ERRORS = ("#NAME?", "#NAAM?", "Err:")
Row = list[str | None]


def ods_tables(content: Part, name: str) -> Iterator[Table]:
    """The sheets in the content.xml of an ods; empty rows that are repeated count as one.

    Dates are 2026-03-01T09:00:00, times 09:30:00, numbers as `number_text`. Raises SourceError for a
    document that is damaged, or that repeats cells without end: written out, as large as no zip may be.
    """
    for (_, sheet), numbered in groupby(_rows(content, name), key=lambda found: found[0]):
        yield Table(sheet, _frames(row for _, row in numbered))


def _frames(rows: Iterator[Row]) -> Iterator[pl.DataFrame]:
    while batch := list(islice(rows, BATCH)):
        yield text_table(batch)


def _rows(content: Part, name: str) -> Iterator[tuple[tuple[int, str], Row]]:
    """The rows of all sheets, each with the number and the name of its sheet."""
    sheet, cells, size = (0, ""), 0, 0
    for begins, path, element in markup(content, name):
        if path[:4] != _SHEET or "table" in path[4:]:
            continue
        if begins and len(path) == 4:
            sheet = (sheet[0] + 1, _attribute(element, "name") or "")
        elif not begins and path[-1] == "table-row":
            row, times = _row(element, name), _times(element, "rows", name)
            forget(element)
            times = times if row else 1
            cells += len(row) * times
            size += sum(len(text) for text in row if text) * times
            if cells > MOST_CELLS or size > LARGEST.unpacked:
                raise SourceError(
                    f"Bestand {name} heeft te veel cellen; bewaar alleen de tabel en zet die opnieuw klaar."
                )
            yield from repeat((sheet, row), times)


def _row(element: etree._Element, name: str) -> Row:
    """The cells of a row, without the empty ones at its end."""
    row: Row = []
    empty = 0
    for cell in element:
        if local_name(cell) not in _CELLS:
            continue
        text, times = _cell(cell), _times(cell, "columns", name)
        if text is None:
            empty += times
            continue
        if len(row) + empty + times > MOST_CELLS:
            raise SourceError(f"Bestand {name} heeft een rij zonder einde; maak de export opnieuw.")
        row += [*repeat(None, empty), *repeat(text, times)]
        empty = 0
    return row


def _times(element: etree._Element, what: str, name: str) -> int:
    """How often a row or a cell is repeated."""
    written = _attribute(element, f"number-{what}-repeated") or "1"
    if not re.fullmatch(r"[0-9]{1,7}", written):
        raise SourceError(f"Bestand {name}: de werkmap is beschadigd; maak de export opnieuw.")
    return max(int(written), 1)


def _cell(cell: etree._Element) -> str | None:
    """The text of a cell; None for an empty one."""
    kind = _attribute(cell, "value-type")
    if kind in _NUMBERS:
        return number_text(_attribute(cell, "value") or "")
    if kind == "date":
        date = _attribute(cell, "date-value") or ""
        return f"{date}T00:00:00" if len(date) == 10 else date or None
    if kind == "time":
        return _time(_attribute(cell, "time-value") or "")
    if kind == "boolean":
        return _attribute(cell, "boolean-value")
    paragraphs = ["".join(_text(p)) for p in cell if local_name(p) in ("p", "h")]
    text = "\n".join(paragraphs) if paragraphs else _attribute(cell, "string-value") or ""
    formula = _attribute(cell, "formula")
    if formula and (not text or text.startswith(_ERRORS)):
        return typed_text(formula)
    return text or None


def _time(written: str) -> str | None:
    found = _DURATION.match(written)
    if found is None:
        return written or None
    time = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4]))
    return duration_text(-time if found[1] else time)


def _text(element: etree._Element) -> Iterator[str]:
    """The text within a paragraph; spaces, tabs and line ends are elements, notes are left out."""
    yield _SPACE.sub(" ", element.text or "")
    for child in element:
        match local_name(child):
            case "s":
                written = _attribute(child, "c") or "1"
                yield " " * (min(int(written), 1_000) if written.isdecimal() and len(written) < 8 else 1)
            case "tab":
                yield "\t"
            case "line-break":
                yield "\n"
            case "annotation" | "note":
                pass
            case _:
                yield from _text(child)
        yield _SPACE.sub(" ", child.tail or "")


def _attribute(element: etree._Element, wanted: str) -> str | None:
    """An attribute by its local name; of two the first, for LibreOffice writes some in two spaces."""
    return next(
        (str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == wanted), None
    )
