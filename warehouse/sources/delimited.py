"""Rows of a delimited file: which row is the header, which sign divides the cells, what does not fit."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import PATH, ROW, Rows, missing_column, normalised, rejected_rows

_LONGEST_CELL = 1 << 24
_DELIMITER_NAMES = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "streep"}


def delimited_rows(text: str, mapping: Mapping, file_name: str) -> Rows:
    """Rows of a delimited text, with the delimiter and header row that have the needed columns.

    Raises SourceError when no header fits.
    """
    csv.field_size_limit(_LONGEST_CELL)
    lines = list(io.StringIO(text, newline=""))
    skipped, delimiter, names = _header(lines, mapping, file_name)
    good: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[tuple[int, str, str | None]] = []
    number = 0
    for cells in islice(_rows(lines, delimiter), skipped + 1, None):
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        number += 1
        if cells is None:
            rejected.append((number, "aanhalingsteken", None))
        elif len(cells) != len(names):
            rejected.append((number, "aantal_kolommen", f"{len(cells)} in plaats van {len(names)}"))
        else:
            good.append(cells)
            numbers.append(number)
    columns = dict(zip(names, zip(*good, strict=True), strict=True)) if good else dict.fromkeys(names, ())
    frame = pl.DataFrame(
        {ROW: numbers, PATH: [None] * len(good), **columns},
        schema={ROW: pl.Int64(), PATH: pl.String(), **dict.fromkeys(names, pl.String())},
    )
    return Rows(frame, rejected_rows(rejected))


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str] | None]:
    """The cells of every row; None for a line with a stray quote, after which the next line is a row again.

    Strict, for a stray quote would else take the rows after it into its cell without a word.
    """
    start = 0
    while start < len(lines):
        rest = (lines[index] for index in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                done = reader.line_num
                yield cells
            return
        except csv.Error:
            yield None
            start += done + 1


def _header(lines: list[str], mapping: Mapping, file_name: str) -> tuple[int, str, list[str]]:
    """Index of the header row, the delimiter, and the normalised column names."""
    rules = mapping.read.header
    wanted = rules.must_contain if rules else mapping.required_columns
    needed = {normalised(name, mapping.read.columns) for name in wanted}
    scanned = rules.scan_rows if rules else 1
    for delimiter in mapping.read.delimiter:
        for index, names in _first_rows(lines, delimiter, scanned, mapping):
            if needed <= set(names):
                return index, delimiter, _unique(names, file_name)
    raise SourceError(_header_complaint(lines, mapping, needed, scanned, file_name))


def _header_complaint(
    lines: list[str], mapping: Mapping, needed: set[str], scanned: int, file_name: str
) -> str:
    """Why no header row was found: another delimiter, or a column that is not there."""
    for delimiter, name in _DELIMITER_NAMES.items():
        if delimiter in mapping.read.delimiter:
            continue
        if any(needed <= set(names) for _, names in _first_rows(lines, delimiter, scanned, mapping)):
            written = "\\t" if delimiter == "\t" else delimiter
            return (
                f"Bestand {file_name} heeft een {name} als scheidingsteken; "
                f"zet 'delimiter: \"{written}\"' in mapping {mapping.id}."
            )
    rows = (names for d in mapping.read.delimiter for _, names in _first_rows(lines, d, scanned, mapping))
    best = max(rows, key=lambda names: (len(needed & set(names)), len(names)), default=[])
    missing = sorted(needed - set(best))[0]
    header = best if needed & set(best) else []  # else it may be a row of data: nothing of it is repeated
    return missing_column(missing, header, file_name, mapping.id)


def _first_rows(
    lines: list[str], delimiter: str, count: int, mapping: Mapping
) -> Iterator[tuple[int, list[str]]]:
    """The first rows, each cell as a column name."""
    for index, cells in enumerate(islice(_rows(lines, delimiter), count)):
        yield index, [normalised(cell, mapping.read.columns) for cell in cells or ()]


def _unique(names: list[str], file_name: str) -> list[str]:
    """Column names, those that are empty or ours numbered; two equal names are an error."""
    numbered = [f"@kolom{index + 1}" if name in ("", ROW, PATH) else name for index, name in enumerate(names)]
    twice = next((name for name, count in Counter(numbered).items() if count > 1), None)
    if twice:
        raise SourceError(f"Bestand {file_name}: kolom '{twice}' staat er twee keer in; hernoem er een.")
    return numbered
