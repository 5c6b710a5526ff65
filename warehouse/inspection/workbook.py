"""The first rows of every sheet of a workbook, to see where its table starts."""

from warehouse.sources.parts import Part
from warehouse.sources.sheets import tables
from warehouse.sources.tables import Table

_FIRST = 60


def first_rows(part: Part) -> dict[str, list[list[str | None]]]:
    """Per sheet its first rows, as text cells. Raises SourceError when the workbook cannot be read."""
    return {table.name: _first(table) for table in tables(part, part.name)}


def _first(table: Table) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for frame in table.frames:
        rows += [list(row) for row in frame.head(_FIRST - len(rows)).rows()]
        if len(rows) >= _FIRST:
            break
    return rows
