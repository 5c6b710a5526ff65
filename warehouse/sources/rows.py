"""The rows of one file between reading and emitting: text cells, numbered, and what was set aside."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from warehouse.sources.layout import Columns
from warehouse.validation import nearest

ROW = "@row"
PATH = "@path"
BATCH = 50_000
REJECTED_SCHEMA = {"row": pl.Int64(), "rule": pl.String(), "field": pl.String(), "value": pl.String()}


@dataclass(frozen=True, repr=False)
class Rows:
    """Rows of one file, or of a part of it: readers give at most BATCH at a time.

    frame: `@row` (Int64, 1-based), `@path` (the exploded list that the row comes from; null for a record)
    and one String column per column of the file. rejected: rows that could not be read, REJECTED_SCHEMA.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def rejected_rows(rejected: Iterable[tuple[int, str, str | None]]) -> pl.DataFrame:
    """REJECTED_SCHEMA of row number, rule and value; no field is to blame."""
    rows = [(row, rule, None, value) for row, rule, value in rejected]
    return pl.DataFrame(rows, schema=REJECTED_SCHEMA, orient="row")


def column(name: str) -> pl.Expr:
    """The column of exactly this name; pl.col would take '*' and '^...$' for patterns."""
    return cs.by_name(name).as_expr()


def normalised(name: str, rules: Columns) -> str:
    """A column name after the clean-up that the mapping asks for."""
    steps: dict[str, Callable[[str], str]] = {
        "strip_bom": lambda s: s.removeprefix("\ufeff"),
        "trim": str.strip,
        "casefold": str.casefold,
        "collapse_space": lambda s: re.sub(r"\s+", " ", s),
    }
    for rule in rules.normalise:
        name = steps[rule](name)
    return name


def missing_column(missing: str, present: Sequence[str], file_name: str, mapping_id: str) -> str:
    """The complaint that a column is missing, with the nearest name of those that are there."""
    near = nearest(missing, [name for name in present if not name.startswith("@")])
    hint = (
        f"lijkt '{near}' de nieuwe naam, pas dan mapping {mapping_id} aan" if near
        else f"controleer de export of pas mapping {mapping_id} aan"
    )  # fmt: skip
    return f"Bestand {file_name}: kolom '{missing}' ontbreekt; {hint}."
