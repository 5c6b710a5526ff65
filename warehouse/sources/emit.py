"""From rows to messages: a mapping carried out, field by field, as polars expressions.

What comes out still holds names and raw text; it goes to `identity.py` and `pseudonymise.py` before
anything is written. A row that breaks a rule is set aside, never repaired by guessing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.conditions import all_hold, any_holds
from warehouse.sources.fields import FieldSpec
from warehouse.sources.mapping import (
    COUNT_FIELDS,
    KINDS,
    PLACE_FIELDS,
    PLATFORM,
    SPEAKERS,
    TEXT_FIELDS,
    TIME_FIELDS,
    AuthorRule,
    Emit,
    Mapping,
)
from warehouse.sources.rows import ROW, Rows, column, normalised
from warehouse.sources.times import utc_time
from warehouse.sources.verbs import DAMAGED_NUMBER, applied

DRAFT_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "role": pl.String(),
    "kind": pl.String(),
    "platform": pl.String(),
    "author_kind": pl.String(),
    "author_kind_basis": pl.String(),
    **dict.fromkeys((*TEXT_FIELDS, *PLACE_FIELDS), pl.String()),
    **dict.fromkeys(TIME_FIELDS, pl.Datetime("us")),
    "created_at_basis": pl.String(),
    **dict.fromkeys(COUNT_FIELDS, pl.Int64()),
    "text_truncated": pl.Boolean(),
}
REJECTED = {
    "row": pl.Int64(),
    "role": pl.String(),
    "rule": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
}
_IDS = ("native_id", "parent_id", "author_id")


@dataclass(frozen=True, repr=False)
class Emitted:
    """Messages of one file, as drafts.

    messages: DRAFT_SCHEMA, one row per message, ids unique. rejected: REJECTED, raw values included.
    dropped: rows left out by a rule of the mapping. duplicates: repeats of an id within the file.
    """

    messages: pl.DataFrame
    rejected: pl.DataFrame
    dropped: int
    duplicates: int

    @property
    def read(self) -> int:
        """All that the file held; always the sum of what became of it."""
        return self.messages.height + self.rejected.height + self.dropped + self.duplicates


def emit_messages(rows: Rows, mapping: Mapping, owned_accounts: Iterable[str], file_name: str) -> Emitted:
    """The messages that `mapping` makes of `rows`.

    Raises SourceError when more is null or set aside than the mapping's `expect` allows.
    """
    owned = pl.Series(list(owned_accounts), dtype=pl.String)
    kept = rows.frame.filter(
        all_hold(mapping.rows.keep_if, mapping), ~any_holds(mapping.rows.drop_if, mapping)
    )
    candidates = pl.concat([_emitted(kept, emit, mapping, owned) for emit in mapping.emit])
    dropped = rows.frame.height - candidates["row"].n_unique()
    broken = _rejections(candidates)
    rejected = pl.concat([rows.rejected.with_columns(role=pl.lit("")).select(*REJECTED), broken])
    good = candidates.join(broken, on=["row", "role"], how="anti").select(*DRAFT_SCHEMA)
    unique = good.unique(["platform", "native_id"], keep=mapping.dedupe.keep, maintain_order=True)
    emitted = Emitted(unique, rejected, dropped, good.height - unique.height)
    _check_expectations(emitted, candidates, mapping, file_name)
    return emitted


def _emitted(rows: pl.DataFrame, emit: Emit, mapping: Mapping, owned: pl.Series) -> pl.DataFrame:
    """One emit of the mapping over all rows: the draft columns and, as `name?`, what was given as text."""
    cells = {name: _cell(spec, mapping) for name, spec in emit.fields.items()}
    author_kind, basis = _author_kind(emit, mapping, cells, owned)
    values: dict[str, pl.Expr] = {
        "row": pl.col(ROW), "role": pl.lit(emit.role),
        "kind": _cell(emit.kind, mapping), "platform": _cell(emit.platform, mapping),
        "author_kind": author_kind, "author_kind_basis": basis, "author_kind?": author_kind,
        "text_truncated": any_holds(mapping.truncated_if, mapping),
        "platform?": _origin(emit.platform, mapping), "kind?": _origin(emit.kind, mapping),
    }  # fmt: skip
    for name, spec in emit.fields.items():
        values[f"{name}?"] = cells[name]
        if spec.datetime:
            values[name], time_basis = utc_time(cells[name], spec.datetime)
            if name == "created_at":
                values["created_at_basis"] = time_basis
        elif name in COUNT_FIELDS:
            values[name] = _number(cells[name], spec)
        elif name in _IDS:
            values[name] = _undamaged(cells[name])
        else:
            values[name] = cells[name]
    given = [f"{name}?" for name in (*TEXT_FIELDS, *PLACE_FIELDS, *TIME_FIELDS, *COUNT_FIELDS)]
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in DRAFT_SCHEMA.items() if name not in values}
    unsaid = {name: pl.lit(None, dtype=pl.String()) for name in given if name not in values}
    every = {**values, **absent, **unsaid}
    names = [*DRAFT_SCHEMA, "platform?", "kind?", "author_kind?", *given]
    chosen = rows.lazy().filter(all_hold(emit.when, mapping))  # lazy: equal parts of expressions run once
    draft = chosen.select(every[name].alias(name) for name in names)
    return draft.with_columns(pl.col(name).cast(dtype) for name, dtype in DRAFT_SCHEMA.items()).collect()


def _origin(spec: FieldSpec, mapping: Mapping) -> pl.Expr:
    """The text of a field before it is cleaned: a constant, or the first column that is not empty."""
    if spec.const is not None:
        return pl.lit(spec.const)
    if spec.ref is not None:
        target = next(emit for emit in mapping.emit if emit.role == spec.ref)
        return _cell(target.fields["native_id"], mapping)
    columns = [column(normalised(name, mapping.read.columns)) for name in spec.from_ or ()]
    if spec.join is not None:
        joined = pl.concat_str(columns, separator=spec.join, ignore_nulls=True)
        return pl.when(pl.any_horizontal([c.is_not_null() for c in columns])).then(joined)
    return pl.coalesce(columns)


def _cell(spec: FieldSpec, mapping: Mapping) -> pl.Expr:
    """The text of a field after its verbs, regex, map, prefix and suffix; never an empty one."""
    cell = reduce(applied, spec.use, _origin(spec, mapping)).cast(pl.String)
    if spec.regex is not None:
        cell = cell.str.extract(spec.regex, 1)
    if spec.map is not None:
        stripped = cell.str.strip_chars()
        mapped = stripped.replace_strict(
            list(spec.map), list(spec.map.values()), default=spec.default, return_dtype=pl.String()
        )
        cell = pl.when(stripped.is_not_null()).then(mapped)
    cell = pl.when(cell.str.strip_chars() != "").then(cell)
    return pl.lit(spec.prefix) + cell + pl.lit(spec.suffix) if spec.prefix or spec.suffix else cell


def _plain(cell: pl.Expr) -> pl.Expr:
    """A cell without the signs around and within it that cannot be seen."""
    return cell.str.replace_all(r"[\p{Cc}\p{Cf}]", "").str.strip_chars()


def _undamaged(cell: pl.Expr) -> pl.Expr:
    """An id as it is compared; null where a spreadsheet rounded it, for then many ids become one."""
    plain = _plain(cell)
    return pl.when(~plain.str.contains(DAMAGED_NUMBER)).then(plain)


def _number(cell: pl.Expr, spec: FieldSpec) -> pl.Expr:
    """A count as Int64; null where it is no whole number."""
    plain = _plain(cell)
    if spec.number:
        plain = plain.str.replace_all(spec.number.thousands, "", literal=True)
        plain = plain.str.replace(spec.number.decimal, ".", literal=True)
    number = plain.cast(pl.Float64, strict=False)
    whole = pl.when(number == number.round()).then(number).cast(pl.Int64, strict=False)
    return pl.coalesce(plain.cast(pl.Int64, strict=False), whole)


def _author_kind(
    emit: Emit, mapping: Mapping, cells: dict[str, pl.Expr], owned: pl.Series
) -> tuple[pl.Expr, pl.Expr]:
    """Who speaks and how that is known: the emit's own column, else the first rule that fits."""
    if emit.author_kind is not None:
        basis = "source_rule" if emit.author_kind.const is not None else "column"
        return _cell(emit.author_kind, mapping), pl.lit(basis)
    rules = mapping.author_kind
    kind, basis_of = pl.lit(rules.default), pl.lit("default")
    for speaker, of_speaker in (("other", rules.other_if), ("municipality", rules.municipality_if)):
        for rule in reversed(of_speaker):
            fits = _fits(rule, mapping, cells, owned)
            kind = pl.when(fits).then(pl.lit(speaker)).otherwise(kind)
            known_by = "owned_account" if rule.field else "source_rule"
            basis_of = pl.when(fits).then(pl.lit(known_by)).otherwise(basis_of)
    return kind, basis_of


def _fits(rule: AuthorRule, mapping: Mapping, cells: dict[str, pl.Expr], owned: pl.Series) -> pl.Expr:
    if rule.col is not None:
        return column(normalised(rule.col, mapping.read.columns)).is_in(rule.in_ or ()).fill_null(value=False)
    cell = cells.get(rule.field or "", pl.lit(None, dtype=pl.String()))
    accounts = pl.select(_name(pl.lit(owned))).to_series().implode()
    return _name(cell).is_in(accounts).fill_null(value=False)


def _name(cell: pl.Expr) -> pl.Expr:
    """An account as it is compared: case, form of accents and invisible signs make no difference."""
    return _plain(cell).str.normalize("NFC").str.to_lowercase()


def _rejections(candidates: pl.DataFrame) -> pl.DataFrame:
    """The first rule that each candidate breaks, with the value that was given."""
    unread = {
        name: pl.col(name).is_null() & pl.col(f"{name}?").is_not_null()
        for name in (*_IDS, *TIME_FIELDS, *COUNT_FIELDS)
    }
    rules: list[tuple[str, str, pl.Expr]] = [
        *(("beschadigd_id", name, unread[name]) for name in _IDS),
        ("geen_id", "native_id", pl.col("native_id").is_null()),
        *(("onleesbare_datum", name, unread[name]) for name in TIME_FIELDS),
        ("geen_datum", "created_at", pl.col("created_at").is_null()),
        ("geen_tekst", "text", pl.col("text").is_null()),
        ("onbekende_waarde", "platform", ~pl.col("platform").str.contains(PLATFORM).fill_null(value=False)),
        ("onbekende_waarde", "kind", ~pl.col("kind").is_in(KINDS).fill_null(value=False)),
        ("onbekende_waarde", "author_kind", ~pl.col("author_kind").is_in(SPEAKERS).fill_null(value=False)),
        *(("geen_getal", name, unread[name]) for name in COUNT_FIELDS),
    ]
    rule = pl.coalesce([pl.when(broken).then(pl.lit(name)) for name, _, broken in rules])
    field = pl.coalesce([pl.when(broken).then(pl.lit(column)) for _, column, broken in rules])
    value = pl.coalesce([pl.when(broken).then(pl.col(f"{column}?")) for _, column, broken in rules])
    judged = candidates.select("row", "role", rule.alias("rule"), field.alias("field"), value.alias("value"))
    return judged.filter(pl.col("rule").is_not_null())


def _check_expectations(emitted: Emitted, candidates: pl.DataFrame, mapping: Mapping, file_name: str) -> None:
    """Raise when the file as a whole is not what the mapping expects."""
    check_quarantined(emitted, mapping, file_name)
    for name, most in mapping.expect.max_null.items():
        giving = candidates.filter(pl.col("role").is_in([e.role for e in mapping.emit if name in e.fields]))
        share = giving[name].null_count() / giving.height if giving.height else 0.0
        if share > most:
            raise SourceError(
                f"Bestand {file_name}: '{name}' is leeg in {share:.0%} van de rijen, meer dan de {most:.0%} "
                f"die mapping {mapping.id} toestaat; controleer de export."
            )


def check_quarantined(emitted: Emitted, mapping: Mapping, file_name: str) -> None:
    """Raise SourceError when a larger share of the file was set aside than the mapping allows."""
    total = emitted.messages.height + emitted.rejected.height + emitted.duplicates
    if total and emitted.rejected.height / total > mapping.expect.max_quarantined:
        worst = (
            emitted.rejected.group_by("rule", "field")
            .len()
            .sort("len", "rule", descending=True)
            .row(0, named=True)
        )
        row = emitted.rejected.filter(pl.col("rule") == worst["rule"])["row"].sort().to_list()[0]
        where = f" in '{worst['field']}'" if worst["field"] else ""
        raise SourceError(
            f"Bestand {file_name}: {emitted.rejected.height} van {total} rijen zijn onbruikbaar "
            f"({worst['rule'].replace('_', ' ')}{where}, voor het eerst in rij {row}); "
            f"controleer de export of pas mapping {mapping.id} aan."
        )
