"""Who says it where: authors and messages per platform or neighbourhood, small groups taken together."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from reports.disclosure import author_count, hidden_cells, is_small

TOGETHER = "Overig, samen"
UNKNOWN = "Onbekend"
_MOST_ROWS = 8


@dataclass(frozen=True)
class BreakdownRow:
    """One group: its authors, its messages and its share of all messages of the breakdown."""

    label: str
    authors: int
    messages: int
    share: float


def breakdown(messages: pl.DataFrame, column: str) -> tuple[BreakdownRow, ...]:
    """Messages of residents per value of `column`, largest first; small groups are one row together.

    Empty when nothing can be told apart.
    """
    named = messages.with_columns(group=pl.col(column).fill_null(UNKNOWN))
    groups = _counted(named).sort("authors", "group", descending=[True, False])
    labels, authors = groups["group"].to_list(), groups["authors"].to_list()
    together = {labels[i] for i in hidden_cells(authors)}
    if groups.height > _MOST_ROWS:
        together |= set(labels[_MOST_ROWS - 1 :])
    apart = [label for label in labels if label not in together]
    rows = _pooled(named, together)
    while apart and rows["authors"].map_elements(is_small, pl.Boolean).any():
        # The same few authors in several small groups: they need more company.
        together.add(apart.pop())
        rows = _pooled(named, together)
    return tuple(
        BreakdownRow(row["group"], row["authors"], row["messages"], row["messages"] / messages.height)
        for row in rows.iter_rows(named=True)
        if apart
    )


def _pooled(named: pl.DataFrame, together: Collection[str]) -> pl.DataFrame:
    group = pl.col("group")
    pooled = named.with_columns(
        group=pl.when(group.is_in(list(together))).then(pl.lit(TOGETHER)).otherwise(group)
    )
    return _counted(pooled).sort(
        group == TOGETHER, group == UNKNOWN, "messages", "group", descending=[False, False, True, False]
    )


def _counted(named: pl.DataFrame) -> pl.DataFrame:
    return named.group_by("group").agg(authors=author_count(), messages=pl.len())
