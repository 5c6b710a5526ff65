"""Which rows a condition of the mapping holds for; polars expressions only."""

from collections.abc import Iterable
from functools import reduce

import polars as pl

from warehouse.sources.fields import Condition
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import column, normalised


def all_hold(conditions: Iterable[Condition], mapping: Mapping) -> pl.Expr:
    """True where every condition holds, and where there is none."""
    return reduce(lambda a, b: a & b, [holds(c, mapping) for c in conditions], pl.lit(value=True))


def any_holds(conditions: Iterable[Condition], mapping: Mapping) -> pl.Expr:
    """True where at least one condition holds."""
    return _either([holds(c, mapping) for c in conditions])


def _either(tests: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(lambda a, b: a | b, tests, pl.lit(value=False))


def holds(condition: Condition, mapping: Mapping) -> pl.Expr:
    """True where the condition holds; an empty cell satisfies only `is: empty` and the two with not."""
    cell = pl.coalesce([_cell(name, mapping) for name in condition.col])
    if condition.is_ is not None:
        return cell.is_null() if condition.is_ == "empty" else cell.is_not_null()
    if condition.in_ is not None:
        return cell.is_in(condition.in_).fill_null(value=False)
    if condition.not_in is not None:
        return ~cell.is_in(condition.not_in).fill_null(value=False)
    if condition.regex is not None:
        return cell.str.contains(condition.regex).fill_null(value=False)
    if condition.ends_with is not None:
        return _either([cell.str.ends_with(end).fill_null(value=False) for end in condition.ends_with])
    if condition.length_is is not None:
        return (cell.str.len_chars() == condition.length_is).fill_null(value=False)
    same = (cell == _cell(condition.same_as or condition.not_same_as or "", mapping)).fill_null(value=False)
    return same if condition.same_as is not None else ~same


def _cell(name: str, mapping: Mapping) -> pl.Expr:
    return column(normalised(name, mapping.read.columns))
