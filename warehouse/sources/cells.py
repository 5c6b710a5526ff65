"""From cells to the text of a field: origin, verbs, split, regex, map, prefix and suffix, as expressions."""

import hashlib
from functools import partial, reduce

import polars as pl

from warehouse.sources.fields import FieldSpec
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import column, normalised
from warehouse.sources.times import utc_time
from warehouse.sources.verbs import DAMAGED_NUMBER, applied

_KEY_BYTES = 64


def field_cell(spec: FieldSpec, mapping: Mapping, secret: bytes) -> pl.Expr:
    """The text of a field, never empty; of several columns the first that is not empty when cleaned."""
    cell = pl.coalesce(_cleaned_cells(spec, mapping, secret))
    if spec.map is not None:
        stripped = cell.str.strip_chars()
        mapped = stripped.replace_strict(
            list(spec.map), list(spec.map.values()), default=spec.default, return_dtype=pl.String()
        )
        cell = pl.when(stripped.is_not_null()).then(mapped)
    return pl.lit(spec.prefix) + cell + pl.lit(spec.suffix) if spec.prefix or spec.suffix else cell


def field_time(spec: FieldSpec, mapping: Mapping) -> tuple[pl.Expr, pl.Expr]:
    """The time of a field (Datetime us, UTC without a mark) and its basis; see `times.utc_time`."""
    if spec.datetime is None:
        raise ValueError("a field without datetime has no time")
    return utc_time(_cleaned_cells(spec, mapping, b""), spec.datetime)


def raw_cell(spec: FieldSpec, mapping: Mapping, secret: bytes) -> pl.Expr:
    """The text of a field as it was before anything was cleaned."""
    return pl.coalesce(_origins(spec, mapping, secret))


def undamaged(cell: pl.Expr) -> pl.Expr:
    """An id as it is compared; null where a spreadsheet rounded it, for then many ids become one."""
    clean = plain(cell)
    return pl.when(~clean.str.contains(DAMAGED_NUMBER)).then(clean)


def count(cell: pl.Expr, spec: FieldSpec) -> pl.Expr:
    """A count as Int64; null where it is no whole number."""
    clean = plain(cell)
    if spec.number:
        clean = clean.str.replace_all(spec.number.thousands, "", literal=True)
        clean = clean.str.replace(spec.number.decimal, ".", literal=True)
    number = clean.cast(pl.Float64, strict=False)
    whole = pl.when(number == number.round()).then(number).cast(pl.Int64, strict=False)
    return pl.coalesce(clean.cast(pl.Int64, strict=False), whole)


def plain(cell: pl.Expr) -> pl.Expr:
    """A cell without the signs around and within it that cannot be seen."""
    return cell.str.replace_all(r"[\p{Cc}\p{Cf}]", "").str.strip_chars()


def _origins(spec: FieldSpec, mapping: Mapping, secret: bytes) -> list[pl.Expr]:
    """The cells that a field may come from, in order."""
    if spec.const is not None:
        return [pl.lit(spec.const)]
    if spec.ref is not None:
        target = next(emit for emit in mapping.emit if emit.role == spec.ref)
        return [field_cell(target.fields["native_id"], mapping, secret)]
    columns = [column(normalised(name, mapping.read.columns)) for name in spec.columns]
    if spec.hash_of is not None:
        return [_hashed(columns, secret)]
    if spec.join is not None:
        joined = pl.concat_str(columns, separator=spec.join, ignore_nulls=True)
        return [pl.when(pl.any_horizontal([c.is_not_null() for c in columns])).then(joined)]
    return columns


def _cleaned_cells(spec: FieldSpec, mapping: Mapping, secret: bytes) -> list[pl.Expr]:
    return [_cleaned(cell, spec) for cell in _origins(spec, mapping, secret)]


def _cleaned(origin: pl.Expr, spec: FieldSpec) -> pl.Expr:
    cell = reduce(applied, spec.use, origin).cast(pl.String)
    if spec.split is not None:
        parts = cell.str.split(spec.split)
        cell = (parts.list.first() if spec.take == "first" else parts.list.last()).str.strip_chars()
    if spec.regex is not None:
        cell = cell.str.extract(spec.regex, 1)
    return pl.when(cell.str.strip_chars() != "").then(cell)


def _hashed(columns: list[pl.Expr], secret: bytes) -> pl.Expr:
    """An id of what the cells hold; keyed, so that nobody finds out who wrote what by trying."""
    joined = pl.concat_str([plain(cell).fill_null("") for cell in columns], separator="\x1f")
    given = pl.any_horizontal([cell.is_not_null() for cell in columns])
    hashed = pl.when(given).then(joined).map_elements(
        partial(_digest, key=secret[:_KEY_BYTES]), return_dtype=pl.String(), skip_nulls=True
    )  # fmt: skip
    return pl.lit("h:") + hashed


def _digest(text: str, key: bytes) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16, key=key).hexdigest()
