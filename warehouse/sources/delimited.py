"""Rows of a delimited file: which row is the header, which sign divides the cells, what does not fit."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.decoding import decoded, text_lines
from warehouse.sources.headers import (
    BANNER,
    Header,
    column_names,
    found_header,
    is_header,
    missing_header,
    needed_columns,
)
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part
from warehouse.sources.rows import BATCH, PATH, ROW, Rows, rejected_rows

_LONGEST_CELL = 1 << 20
_LINES_BEFORE_HEADER = 1_000
_DELIMITER_NAMES = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "streep"}


def delimited_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """Rows of a delimited text, with the delimiter and header row that have the needed columns.

    Raises SourceError when no header fits.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with decoded(part, mapping, name) as text:
        lines = text_lines(text, name)
        head = list(islice(lines, _LINES_BEFORE_HEADER))
        header, delimiter = _header(head, mapping, name)
        table = islice(_rows(chain(head, lines), delimiter), header.index + 1, None)
        filled = (cells for cells in table if cells is None or any(cell.strip() for cell in cells))
        numbered = enumerate(filled, start=1)
        batch = list(islice(numbered, BATCH))
        yield _batch(batch, header)
        while batch := list(islice(numbered, BATCH)):
            yield _batch(batch, header)


def _batch(numbered: list[tuple[int, list[str] | None]], header: Header) -> Rows:
    """Rows that have as many cells as the header, and what is wrong with the others."""
    width = len(header.names)
    good = [(number, cells) for number, cells in numbered if cells is not None and len(cells) == width]
    rejected = [
        (number, "aanhalingsteken", None) if cells is None
        else (number, "aantal_kolommen", f"{len(cells)} in plaats van {width}")
        for number, cells in numbered if cells is None or len(cells) != width
    ]  # fmt: skip
    columns = zip(*(cells for _, cells in good), strict=True) if good else ((),) * width
    frame = pl.DataFrame(
        {ROW: [number for number, _ in good], **dict(zip(header.names, columns, strict=True))},
        schema={ROW: pl.Int64(), **dict.fromkeys(header.names, pl.String())},
    )
    ours = {PATH: pl.lit(None, dtype=pl.String()), BANNER: pl.lit(header.banner, dtype=pl.String())}
    return Rows(frame.with_columns(**ours), rejected_rows(rejected))


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str] | None]:
    """The cells of every row; None for a line with a stray quote, after which the next line is a row again.

    Strict, for a stray quote would else take the rows after it into its cell without a word.
    """
    unread, again, taken = iter(lines), deque[str](), list[str]()

    def fed() -> Iterator[str]:
        while line := again.popleft() if again else next(unread, ""):
            taken.append(line)
            yield line

    while True:
        try:
            for cells in csv.reader(fed(), delimiter=delimiter, strict=True):
                taken.clear()
                yield cells
            return
        except csv.Error:
            yield None
            again.extendleft(reversed(taken[1:]))
            taken.clear()


def _header(head: list[str], mapping: Mapping, file_name: str) -> tuple[Header, str]:
    """The header and the delimiter."""
    for delimiter in mapping.read.delimiter:
        header = found_header(_first_rows(head, delimiter, mapping), mapping, file_name)
        if header:
            return header, delimiter
    needed = needed_columns(mapping)
    for delimiter, name in _DELIMITER_NAMES.items():
        rows = _first_rows(head, delimiter, mapping)
        if delimiter not in mapping.read.delimiter and any(
            is_header(column_names(cells, mapping), needed) for cells in rows
        ):
            written = "\\t" if delimiter == "\t" else delimiter
            raise SourceError(
                f"Bestand {file_name} heeft een {name} als scheidingsteken; "
                f"zet 'delimiter: \"{written}\"' in mapping {mapping.id}."
            )
    every = chain.from_iterable(_first_rows(head, d, mapping) for d in mapping.read.delimiter)
    raise missing_header(every, mapping, file_name)


def _first_rows(head: list[str], delimiter: str, mapping: Mapping) -> Iterator[list[str] | None]:
    """The rows that may be the header."""
    return islice(_rows(head, delimiter), mapping.read.header.scan_rows if mapping.read.header else 1)
