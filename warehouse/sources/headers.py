"""Which row of a table is its header, what stands above it, and how the columns are called."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import PATH, ROW, missing_column, normalised

BANNER, SHEET, FILE = "@banner", "@sheet", "@file"
OURS = (ROW, PATH, BANNER, SHEET, FILE)
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """The header of one table.

    index: how many rows stand above it. names: the columns as rows are read with them, no two equal.
    banner: what is written above it, cells joined by spaces and rows by line ends; None for nothing.
    """

    index: int
    names: tuple[str, ...]
    banner: str | None


def found_header(rows: Iterable[Cells | None], mapping: Mapping, file_name: str) -> Header | None:
    """The first of `rows` that has the columns a header needs; None when none has.

    Raises SourceError when two of its columns have the same name.
    """
    needed = needed_columns(mapping)
    above: list[str] = []
    for index, cells in enumerate(rows):
        names = column_names(cells, mapping)
        if is_header(names, needed):
            return Header(index, _unique(names, file_name), "\n".join(above) or None)
        written = " ".join(cell.strip() for cell in cells or () if cell and cell.strip())
        above += [written] if written else []
    return None


def missing_header(rows: Iterable[Cells | None], mapping: Mapping, file_name: str) -> SourceError:
    """The complaint that none of `rows` is a header, by the column that the likeliest of them lacks."""
    needed = needed_columns(mapping)
    candidates = (column_names(cells, mapping) for cells in rows)
    best = max(candidates, key=lambda names: (_found(names, needed), len(names)), default=[])
    missing = sorted(columns[0] for columns in needed if not set(columns) & set(best))[0]
    header = best if _found(best, needed) else []  # else it may be a row of data: nothing of it is repeated
    return SourceError(missing_column(missing, header, file_name, mapping.id))


def needed_columns(mapping: Mapping) -> list[tuple[str, ...]]:
    """By which columns a header is known: those the mapping says, else all it cannot do without.

    Of every tuple at least one must be there.
    """
    rules = mapping.read.header
    wanted = [(name,) for name in rules.must_contain] if rules else mapping.required_columns
    return [tuple(normalised(name, mapping.read.columns) for name in names) for names in wanted]


def is_header(names: Sequence[str], needed: Sequence[tuple[str, ...]]) -> bool:
    """Whether these column names hold at least one of every tuple."""
    return _found(names, needed) == len(needed)


def _found(names: Sequence[str], needed: Sequence[tuple[str, ...]]) -> int:
    return sum(not set(columns).isdisjoint(names) for columns in needed)


def column_names(cells: Cells | None, mapping: Mapping) -> list[str]:
    """A row as column names, with those that the mapping gives by position in their place."""
    rules = mapping.read.columns
    return [
        normalised(rules.names.get(position, cell or ""), rules) for position, cell in enumerate(cells or ())
    ]


def _unique(names: list[str], file_name: str) -> tuple[str, ...]:
    """Column names, those that are empty or ours numbered; two equal names are an error."""
    numbered = [f"@kolom{index + 1}" if name in ("", *OURS) else name for index, name in enumerate(names)]
    twice = next((name for name, count in Counter(numbered).items() if count > 1), None)
    if twice:
        raise SourceError(f"Bestand {file_name}: kolom '{twice}' staat er twee keer in; hernoem er een.")
    return tuple(numbered)
