"""Which mapping that weerklank comes with reads this export already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from warehouse.errors import SourceError
from warehouse.inspection.layout import Layout
from warehouse.inspection.sample import LOOKED_AT, Sample
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import built_in_ids, built_in_mapping
from warehouse.sources.parts import Part
from warehouse.sources.read import read_batches
from warehouse.sources.rows import Rows, normalised, rejected_rows
from warehouse.sources.speakers import Parties

_TRIED = 500
_NEAR = 0.5


@dataclass(frozen=True)
class Likeness:
    """How much an export is like what a mapping reads.

    found, asked: columns of the mapping that are there, and all that it names. missing: those it cannot do
    without. messages, set_aside: what it makes of the first rows; no messages when it cannot read the file.
    """

    mapping: Mapping
    found: int
    asked: int
    missing: tuple[str, ...]
    messages: int
    set_aside: int

    @property
    def fits(self) -> bool:
        """Whether the mapping can be used as it is."""
        enough = self.found >= 0.7 * self.asked or (self.found >= 5 and self.found >= 0.3 * self.asked)
        return enough and not self.missing and self.messages > 0 and self.set_aside <= 0.2 * self.messages


def likenesses(part: Part, layout: Layout, sample: Sample, beside: Sequence[Part] = ()) -> list[Likeness]:
    """The built-in mappings that look like this export, the most like it first.

    beside: files of the same drop. Raises nothing for a mapping that cannot read the file.
    """
    found = []
    for name in built_in_ids():
        mapping = _built_in(name)
        zipped = "members" in layout.read
        if mapping.read.format != layout.read["format"] or bool(mapping.read.members) != zipped:
            continue
        one = _likeness(part, mapping, sample, beside)
        if one.found >= _NEAR * one.asked or one.fits:
            found.append(one)
    return sorted(found, key=lambda one: (not one.fits, -one.found, one.asked))


@cache
def _built_in(name: str) -> Mapping:
    """Parsed once: there are dozens."""
    return built_in_mapping(name)


def _likeness(part: Part, mapping: Mapping, sample: Sample, beside: Sequence[Part]) -> Likeness:
    tables = mapping.read.format not in ("json", "ndjson")
    there = {normalised(name, mapping.read.columns) for name in sample.frame.columns} if tables else set()
    asked = {normalised(name, mapping.read.columns) for name in mapping.mentioned_columns if name[:1] != "@"}
    first: pl.DataFrame | None = None
    if not tables or len(there & asked) >= _NEAR * len(asked):
        first, complete = _first_rows(part, mapping, beside)
    else:
        complete = False
    columns = there if first is None else there | _filled(first)
    missing = () if complete else _missing(mapping, columns)
    messages = set_aside = 0
    if first is not None and complete and len(asked & columns) >= min(2, len(asked)):
        emitted = emitted_messages(Rows(first, rejected_rows([])), mapping, Parties(), b"inspect")
        messages, set_aside = emitted.messages.height, emitted.rejected.height
    return Likeness(mapping, len(asked & columns), len(asked), missing, messages, set_aside)


def _missing(mapping: Mapping, columns: Collection[str]) -> tuple[str, ...]:
    """Columns that the mapping cannot do without and that are not there."""
    needed = [
        [normalised(name, mapping.read.columns) for name in names]
        for names in mapping.columns_for(mapping.emit)
    ]
    return tuple(
        dict.fromkeys(names[0] for names in needed if names[0][:1] != "@" and not set(names) & set(columns))
    )


def _first_rows(part: Part, mapping: Mapping, beside: Sequence[Part]) -> tuple[pl.DataFrame | None, bool]:
    """The first rows as the mapping reads them, and whether it has nothing against the file so far."""
    frame: pl.DataFrame | None = None
    seen = 0
    try:
        for batch in read_batches(part, mapping, beside):
            frame = batch.frame.head(_TRIED) if frame is None else frame
            seen += batch.frame.height
            if seen >= LOOKED_AT:
                break
    except SourceError:
        return frame, False
    return frame, frame is not None and frame.height > 0


def _filled(frame: pl.DataFrame) -> set[str]:
    """Columns with something in them; a reader adds empty ones that its mapping names."""
    return {name for name in frame.columns if frame[name].null_count() < frame.height}
