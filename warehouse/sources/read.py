"""From the bytes of an export to rows of text cells, batch by batch.

Every cell stays text until the mapping says what it is, so that no id is rounded and no date is guessed.
A row that does not fit is set aside with its number; a file that does not fit raises one sentence.
"""

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

import polars as pl
import polars.selectors as cs

from warehouse.errors import SourceError
from warehouse.sources.delimited import delimited_rows
from warehouse.sources.fields import Condition
from warehouse.sources.headers import FILE, SHEET
from warehouse.sources.joined import Joined, with_joined
from warehouse.sources.layout import Join
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part, part_of_bytes
from warehouse.sources.records import json_rows, ndjson_rows
from warehouse.sources.rows import PATH, ROW, Rows, column, missing_column, normalised

_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_VISIBLE = r"[^\s\p{Cf}]"
Reader = Callable[[Part, Mapping, str], Iterator[Rows]]


def read_batches(part: Part, mapping: Mapping, beside: Sequence[Part] = ()) -> Iterator[Rows]:
    """The rows that `mapping` finds in `part`, with every column that the mapping mentions.

    beside: other files of the same drop, for joins. Raises SourceError with one sentence when the file as a
    whole cannot be read; that may be after the first rows were given.
    """
    members, drop = _members(part, mapping, beside)
    tables = [_joined(join, members, drop, mapping, part.name) for join in mapping.join]
    before = 0
    for member in members:
        last = before
        for rows in _member_rows(member, mapping, _said(part, member)):
            moved = Rows(_moved(rows.frame, before), _moved(rows.rejected, before, "row"))
            last += rows.frame.height + rows.rejected.height
            yield Rows(with_joined(moved.frame, tables), moved.rejected)
        before = last
    fewest = mapping.expect.min_rows
    if before < fewest:
        what = "bevat geen rijen" if before == 0 else f"bevat {before} rijen, minder dan {fewest}"
        raise SourceError(f"Bestand {part.name} {what}; controleer de export en zet hem opnieuw klaar.")


def read_rows(content: bytes, mapping: Mapping, file_name: str) -> Rows:
    """All rows of a file in memory at once; see `read_batches`."""
    batches = list(read_batches(part_of_bytes(content, file_name), mapping))
    frame = pl.concat([batch.frame for batch in batches], how="diagonal")
    return Rows(frame, pl.concat([batch.rejected for batch in batches]))


def _members(part: Part, mapping: Mapping, beside: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """What holds the rows, and all that may be joined: the file itself, or members of the zip that it is."""
    from warehouse.sources.archive import members

    if not mapping.read.members:
        return [part], list(beside)
    every = members(part, part.name)
    chosen = [member for member in every if _matches(member, mapping.read.members)]
    if not chosen:
        wanted = "' of '".join(mapping.read.members)
        raise SourceError(f"Bestand {part.name} bevat geen '{wanted}'; controleer de export.")
    return sorted(chosen, key=lambda member: member.name), every


def _matches(part: Part, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(part.name.casefold(), glob.casefold()) for glob in globs)


def _said(part: Part, member: Part) -> str:
    """How a complaint names a member."""
    return part.name if member is part else f"{part.name}/{member.name}"


def _joined(join: Join, rows: list[Part], drop: list[Part], mapping: Mapping, name: str) -> Joined:
    """The table that a join adds columns from."""
    itself = join.file == "@rows"
    by_name = sorted(drop, key=lambda part: part.name)
    found = rows if itself else [part for part in by_name if _matches(part, [join.file])]
    if not found:
        raise SourceError(
            f"Bestand {name}: '{join.file}' ontbreekt in dezelfde levering; zet de bestanden bij elkaar."
        )
    read_by = Joined.mapping_of(join, mapping)
    batches = [b.frame for part in found for b in _member_rows(part, read_by, part.name)]
    return Joined.of(join, batches, mapping, name)


def _member_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """The rows of one part, every column that the mapping mentions there, and nothing for nothing."""
    rules = mapping.read
    mentioned = dict.fromkeys(
        normalised(column, rules.columns)
        for column in mapping.mentioned_columns
        if not mapping.is_joined(column)
    )
    filled: dict[str, str | None] = dict.fromkeys(normalised(c, rules.columns) for c in rules.fill_down)
    columns: set[str] = set()
    paths: set[str | None] = set()
    sheet: str | None = None
    for rows in _reader(mapping)(part, mapping, name):
        columns.update(rows.frame.columns)
        paths.update(rows.frame[PATH].unique().to_list())
        present = {*rows.frame.columns, FILE}
        absent = [pl.lit(None, dtype=pl.String()).alias(n) for n in mentioned if n not in present]
        frame = rows.frame.with_columns(*absent, pl.lit(part.name).alias(FILE))
        before, sheet = sheet, frame[SHEET][0] if SHEET in present and frame.height else sheet
        if sheet != before:
            filled = dict.fromkeys(filled)  # what stands on another sheet does not stand above
        frame = _filled_down(_nulls_applied(frame, mapping), filled)
        yield Rows(frame, rows.rejected)
    if paths:
        _require_columns(columns, paths, mapping, name)


def _reader(mapping: Mapping) -> Reader:
    """What reads a format; the libraries for spreadsheets and XML wait until they are needed."""
    match mapping.read.format:
        case "csv":
            return delimited_rows
        case "json":
            return json_rows
        case "ndjson":
            return ndjson_rows
        case "xml":
            from warehouse.sources.elements import xml_rows

            return xml_rows
        case _:
            from warehouse.sources.sheets import sheet_rows

            return sheet_rows


def _moved(frame: pl.DataFrame, by: int, name: str = ROW) -> pl.DataFrame:
    """The rows counted on from those of the parts before."""
    return frame.with_columns(column(name) + by) if by else frame


def _require_columns(columns: set[str], paths: set[str | None], mapping: Mapping, file_name: str) -> None:
    """Raise when a column is missing that the messages in this file need."""
    expected = [emit for emit in mapping.emit if all(_may_fit(c, paths) for c in emit.when if PATH in c.col)]
    for names in mapping.columns_for(expected):
        wanted = [normalised(name, mapping.read.columns) for name in names]
        if not set(wanted) & columns and not any(name.startswith(("@", "^.")) for name in wanted):
            raise SourceError(missing_column(wanted[0], sorted(columns), file_name, mapping.id))


def _may_fit(condition: Condition, paths: set[str | None]) -> bool:
    """Whether a condition on @path can hold in a file with these paths."""
    if condition.in_ is not None:
        return not set(condition.in_).isdisjoint(paths)
    return None in paths if condition.is_ == "empty" else True


def _nulls_applied(frame: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Cells without signs that cannot be seen; those that stand for nothing null."""
    nothing = [*mapping.read.nulls, *mapping.read.error_tokens]
    cell = (cs.string() - cs.by_name(PATH, FILE)).as_expr().str.replace_all(_CONTROL, "")
    given = cell.str.contains(_VISIBLE) & ~cell.str.strip_chars().is_in(nothing)
    return frame.with_columns(pl.when(given).then(cell))


def _filled_down(frame: pl.DataFrame, last: dict[str, str | None]) -> pl.DataFrame:
    """Empty cells of the columns in `last` get what stands above them; `last` is kept for the next batch."""
    for name, above in last.items():
        frame = frame.with_columns(column(name).forward_fill().fill_null(pl.lit(above, dtype=pl.String())))
        last[name] = frame[name][-1] if frame.height else above
    return frame
