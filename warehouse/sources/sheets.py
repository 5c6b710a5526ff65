"""Rows of a workbook: which sheets take part, which row is the header, what stands in every cell."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.excel import excel_tables
from warehouse.sources.headers import BANNER, SHEET, Cells, Header, found_header, missing_header
from warehouse.sources.legacy import xls_tables
from warehouse.sources.mapping import Mapping
from warehouse.sources.opendocument import ods_tables
from warehouse.sources.parts import Part, part_of_bytes
from warehouse.sources.rows import PATH, ROW, Rows, rejected_rows
from warehouse.sources.tables import Table
from warehouse.sources.workbooks import LARGEST, checked_spreadsheet

_SCANNED = 20
_ZIP, _COMPOUND = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


def sheet_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """Rows of the sheets that the mapping names, else of the first sheet with the header it looks for.

    The header is the first of the scanned rows with the needed columns (20 where the mapping does not say).
    `@sheet` is the name of the sheet, `@banner` what stands above the header. Rows without anything in them
    are skipped and not counted. A sheet that the mapping names but that has no header is one rejected row.
    Whether it is an xlsx, xls or ods the file itself says. Raises SourceError with one sentence when it
    cannot be read, and when no sheet has the header.
    """
    globs = [glob.casefold() for glob in mapping.read.sheets]
    heads: list[Cells] = []
    count, found, headless, named = 0, False, 0, False
    for table in tables(part, name):
        if globs and not any(fnmatchcase(table.name.casefold(), glob) for glob in globs):
            continue
        named = True
        first = next(table.frames, pl.DataFrame())
        head = first.head(mapping.read.header.scan_rows if mapping.read.header else _SCANNED).rows()
        header = found_header(head, mapping, name)
        if header is None:
            heads += head
            headless += bool(head)
            continue
        found = True
        for rows in _table_rows(first, table, header, count):
            count += rows.frame.height
            yield rows
        if not globs:
            return
    if not named:
        raise SourceError(
            f"Bestand {name} heeft geen werkblad dat 'sheets' noemt; "
            f"pas mapping {mapping.id} aan of controleer de export."
        )
    if not found and not heads:
        raise SourceError(f"Bestand {name} is leeg; controleer de export en zet hem opnieuw klaar.")
    if not found:
        raise missing_header(heads, mapping, name)
    if headless:
        rejected = [(count + n, "blad_zonder_koprij", None) for n in range(1, headless + 1)]
        yield Rows(_framed(pl.DataFrame(), Header(0, (), None), "", 0), rejected_rows(rejected))


def tables(part: Part, name: str) -> Iterator[Table]:
    """The sheets of a workbook, whatever kind it is. Raises SourceError when it cannot be opened safely."""
    with part.open() as stream:
        start = stream.read(8)
    if part.size > LARGEST.unpacked:
        raise SourceError(f"Bestand {name} is te groot voor een werkmap; bewaar het als CSV.")
    if start.startswith(_ZIP):
        with part.open() as stream:
            content = stream.read()
        whole = part_of_bytes(content, part.name)
        workbook = checked_spreadsheet(whole, name)
        if "content.xml" in workbook.members:
            yield from ods_tables(workbook.members["content.xml"], name)
        elif "xl/workbook.xml" in workbook.members:
            yield from excel_tables(content, name, workbook.typed)
        else:
            raise SourceError(_no_workbook(name))
    elif start == _COMPOUND:
        with part.open() as stream:
            content = stream.read()
        if _PASSWORD in content:
            raise SourceError(
                f"Bestand {name} is beveiligd met een wachtwoord; zet het klaar zonder wachtwoord."
            )
        yield from xls_tables(content, name)
    else:
        raise SourceError(_no_workbook(name))


def _no_workbook(name: str) -> str:
    return (
        f"Bestand {name} is geen werkmap (xlsx, xls of ods), al heet het misschien zo; "
        "open het in Excel en bewaar het als .xlsx."
    )


def _table_rows(first: pl.DataFrame, table: Table, header: Header, before: int) -> Iterator[Rows]:
    """The rows under the header of one sheet, numbered on from `before`."""
    cells: pl.DataFrame | None = first.slice(header.index + 1)
    while cells is not None:
        frame = _framed(cells, header, table.name, before)
        before += frame.height
        yield Rows(frame, rejected_rows([]))
        cells = next(table.frames, None)


def _framed(cells: pl.DataFrame, header: Header, sheet: str, before: int) -> pl.DataFrame:
    """Cells as rows: empty ones left out, the others numbered, columns called as in the header."""
    width = max(len(header.names), cells.width)
    names = [*header.names, *(f"@kolom{place + 1}" for place in range(len(header.names), width))]
    absent = [pl.lit(None, dtype=pl.String()).alias(str(place)) for place in range(cells.width, width)]
    written = [pl.col(name).str.strip_chars() != "" for name in cells.columns]
    filled = cells.filter(pl.any_horizontal(written)) if written else cells
    named = filled.with_columns(absent).rename({str(place): name for place, name in enumerate(names)})
    text = pl.String()
    return named.with_row_index(ROW, before + 1).with_columns(
        pl.col(ROW).cast(pl.Int64),
        pl.lit(None, dtype=text).alias(PATH),
        pl.lit(header.banner, dtype=text).alias(BANNER),
        pl.lit(sheet, dtype=text).alias(SHEET),
    )
