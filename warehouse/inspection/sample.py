"""The first rows of an export, read by the true reader, and what their columns look like."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from warehouse.errors import SourceError
from warehouse.inspection.columns import Column, column_of
from warehouse.inspection.guesses import Guess, guesses
from warehouse.inspection.layout import Layout
from warehouse.inspection.written_times import WrittenTimes, written_times
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part
from warehouse.sources.read import read_batches
from warehouse.sources.rows import PATH, column

LOOKED_AT = 5_000
_MOST_COLUMNS = 400


@dataclass(frozen=True, repr=False)
class Sample:
    """The first rows of a file. Holds raw text: never shown.

    frame: as `Rows.frame`, at most LOOKED_AT rows. rejected: rows before those that could not be read.
    about: estimated rows in the whole file; exact when it was seen whole, None when it is packed.
    """

    frame: pl.DataFrame
    rejected: int
    about: int | None
    whole: bool


@dataclass(frozen=True)
class Moment:
    """The columns that together are the time of a message, what is put between them, and its formats."""

    columns: tuple[str, ...]
    join: str | None
    times: WrittenTimes


@dataclass(frozen=True)
class Group:
    """Rows of one kind: the records themselves, or those of one list within them (`path`)."""

    path: str | None
    rows: int
    columns: tuple[Column, ...]
    roles: dict[str, Guess]
    moment: Moment | None


def probe(layout: Layout) -> Mapping:
    """A mapping that reads every row of a file and needs no column of it; nothing stands for nothing yet."""
    read = {**layout.read, "nulls": [], "error_tokens": []}
    nothing = {
        "native_id": {"const": "x"}, "text": {"const": "x"},
        "created_at": {"const": "2026-01-01T00:00:00Z", "datetime": "iso"},
    }  # fmt: skip
    emit = [{"kind": "post", "platform": "web", "fields": nothing}]
    content = {"id": "inspect", "version": 1, "read": read, "emit": emit, "expect": {"min_rows": 0}}
    return Mapping.model_validate(content)


def sample_of(part: Part, layout: Layout) -> Sample:
    """The first rows of `part`. Raises SourceError when it cannot be read."""
    batches = read_batches(part, probe(layout))
    frames: list[pl.DataFrame] = []
    rejected = seen = 0
    whole = True
    for batch in batches:
        frames.append(batch.frame)
        seen += batch.frame.height
        rejected += batch.rejected.height
        if seen >= LOOKED_AT:
            whole = next(batches, None) is None
            break
    if not seen:
        raise SourceError(
            f"Bestand {part.name} bevat geen rijen; controleer de export en zet hem opnieuw klaar."
        )
    frame = pl.concat(frames, how="diagonal")
    about: int | None = seen + rejected
    if not whole:
        about = _estimated(frame, layout, part.size)
    return Sample(frame.head(LOOKED_AT), rejected, about, whole)


def _estimated(frame: pl.DataFrame, layout: Layout, size: int) -> int | None:
    """Rows in a file of `size` bytes, by how many the rows of `frame` take; None when it is packed."""
    if "members" in layout.read or layout.read["format"] in ("xlsx", "xls", "ods"):
        return None
    named = layout.read["format"] != "csv"  # every cell with its name and signs around both
    taken = 0
    for name in _named(frame):
        lengths = frame[name].str.len_bytes()
        around = len(name) + 7 if named else 1
        taken += int(lengths.sum()) + around * (len(lengths) - (lengths.null_count() if named else 0))
    return max(frame.height, round(size / max(1, taken) * frame.height))


def groups_of(frame: pl.DataFrame, now: datetime) -> tuple[Group, ...]:
    """The rows of `frame` by the list that they come from, the records themselves first.

    now: bounds what may be a time.
    """
    paths = sorted(frame[PATH].unique().to_list(), key=lambda path: path or "")
    return tuple(_group(frame.filter(pl.col(PATH).eq_missing(path)), path, now) for path in paths)


def _group(rows: pl.DataFrame, path: str | None, now: datetime) -> Group:
    names = [name for name in _named(rows) if rows[name].null_count() < rows.height or path is None]
    columns = _agreed([column_of(rows[name], now) for name in names[:_MOST_COLUMNS]])
    own = [c for c in columns if not c.name.startswith("^.")]
    roles = guesses(own)
    return Group(path, rows.height, columns, roles, _moment(rows, roles, now))


def _agreed(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns, where one of them settles which of day and month comes first, with that said of all."""
    settled = {c.times.order: c.name for c in columns if c.times and c.times.order}
    if len(settled) != 1:
        return tuple(columns)
    [(order, name)] = settled.items()
    return tuple(replace(c, times=c.times.settled_by(order, name)) if c.times else c for c in columns)


def _named(frame: pl.DataFrame) -> list[str]:
    """The columns of the file itself."""
    return [name for name in frame.columns if not name.startswith("@")]


def _moment(rows: pl.DataFrame, roles: dict[str, Guess], now: datetime) -> Moment | None:
    if "created_at" not in roles:
        return None
    day = roles["created_at"].column
    if "clock" in roles and not (day.times and day.times.clock):
        together = (day.name, roles["clock"].column.name)
        texts = _texts(rows, together)
        times = written_times(texts[:400], now, hinted=True) if texts else None
        if times and times.share >= 0.8:
            order = day.times.order if day.times else None
            return Moment(together, " ", times.settled_by(order, day.name) if order else times)
    return Moment((day.name,), None, day.times) if day.times else None


def _texts(rows: pl.DataFrame, names: Sequence[str]) -> list[str]:
    joined = pl.concat_str(
        [column(name).str.strip_chars() for name in names], separator=" ", ignore_nulls=True
    )
    return [text for text in rows.select(joined).to_series().drop_nulls().to_list() if text.strip()]
