"""Columns of another file of the same drop, beside the rows that they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.layout import Header, Join
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import column, missing_column, normalised


@dataclass(frozen=True, repr=False)
class Joined:
    """A table to join. ours: columns of the rows to look up. table: `@key0`... and the prefixed columns."""

    ours: tuple[str, ...]
    table: pl.DataFrame

    @staticmethod
    def mapping_of(join: Join, mapping: Mapping) -> Mapping:
        """The mapping that reads the other file: the same layout, and a header with its keys."""
        own = mapping.read.header if join.file == "@rows" else None
        header = own or Header(must_contain=tuple(join.on.values()))
        read = mapping.read.model_copy(update={"header": header, "members": (), "fill_down": ()})
        bare = {"read": read, "join": (), "emit": (), "rows": type(mapping.rows)(), "truncated_if": ()}
        bare |= {"deleted_if": (), "author_kind": type(mapping.author_kind)()}
        return mapping.model_copy(update=bare)

    @classmethod
    def of(cls, join: Join, batches: Sequence[pl.DataFrame], mapping: Mapping, name: str) -> Self:
        """The columns that the mapping names, of the last row with each key.

        Raises SourceError when a key or a column is not there.
        """
        rules = mapping.read.columns
        mentioned = [n for n in mapping.mentioned_columns if n.startswith(join.prefix)]
        wanted = {normalised(n.removeprefix(join.prefix), rules): normalised(n, rules) for n in mentioned}
        keys = {normalised(theirs, rules): f"@key{i}" for i, theirs in enumerate(join.on.values())}
        found = pl.concat(batches, how="diagonal") if batches else pl.DataFrame()
        optional = {n for emit in mapping.emit for s in emit.specs if s.optional for n in s.columns}
        needed = [*keys, *(n.removeprefix(join.prefix) for n in mentioned if n not in optional)]
        for missing in (normalised(n, rules) for n in needed):
            if missing not in found.columns:
                said = f"{name} ({join.file})"
                raise SourceError(missing_column(missing, found.columns, said, mapping.id))
        table = found.select(
            *(column(theirs).alias(key) for theirs, key in keys.items()),
            *(
                column(theirs).alias(ours) if theirs in found.columns
                else pl.lit(None, dtype=pl.String()).alias(ours)
                for theirs, ours in wanted.items()
            ),
        )  # fmt: skip
        filled = table.drop_nulls(list(keys.values()))
        newest = filled.unique(list(keys.values()), keep="last", maintain_order=True)
        return cls(tuple(normalised(ours, rules) for ours in join.on), newest)


def with_joined(frame: pl.DataFrame, tables: Sequence[Joined]) -> pl.DataFrame:
    """`frame` with the columns of every table; null where a key is not found."""
    for joined in tables:
        keys = [name for name in joined.table.columns if name.startswith("@key")]
        frame = frame.join(
            joined.table, left_on=list(joined.ours), right_on=keys, how="left", maintain_order="left"
        )
    return frame
