"""From rows to messages: a mapping carried out, field by field, as polars expressions.

What comes out still holds names and raw text; it goes to `identity.py` and `pseudonymise.py` before
anything is written. A row that breaks a rule is set aside, never repaired by guessing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.mapping import (
    COUNT_FIELDS,
    PLACE_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    AuthorRule,
    Condition,
    Emit,
    FieldSpec,
    Kind,
    Mapping,
)
from warehouse.sources.read import PATH, ROW, Rows, normalised
from warehouse.sources.times import utc_time
from warehouse.sources.verbs import applied

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
_KINDS = list(Kind.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
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
    owned = [name.casefold().strip() for name in owned_accounts]
    kept = rows.frame.filter(_all(mapping.rows.keep_if, mapping), ~_any(mapping.rows.drop_if, mapping))
    parts = [_emitted(kept, emit, mapping, owned) for emit in mapping.emit]
    taken = pl.concat([part.select("row") for part in parts]).unique()
    dropped = (
        rows.frame.height - kept.height + kept.join(taken, left_on=ROW, right_on="row", how="anti").height
    )
    candidates = pl.concat(parts)
    rejected = pl.concat(
        [
            rows.rejected.select("row", pl.lit("").alias("role"), "rule", "field", "value"),
            _rejections(candidates),
        ]
    )
    bad = _rejections(candidates).select("row", "role").unique()
    good = candidates.join(bad, on=["row", "role"], how="anti").select(*DRAFT_SCHEMA)
    unique = good.unique(["platform", "native_id"], keep=mapping.dedupe.keep, maintain_order=True)
    emitted = Emitted(unique, rejected, dropped, good.height - unique.height)
    _check_expectations(emitted, candidates, mapping, file_name)
    return emitted


def _emitted(rows: pl.DataFrame, emit: Emit, mapping: Mapping, owned: list[str]) -> pl.DataFrame:
    """One emit of the mapping over all rows: the draft columns and, per field, what was given as text."""
    chosen = rows.filter(_all(emit.when, mapping))
    cells = {name: _cell(spec, rows.columns, mapping) for name, spec in emit.fields.items()}
    platform, kind = _cell(emit.platform, rows.columns, mapping), _cell(emit.kind, rows.columns, mapping)
    author_kind, basis = _author_kind(emit, mapping, cells, rows.columns, owned)
    values: dict[str, pl.Expr] = {
        "row": pl.col(ROW), "role": pl.lit(emit.role), "kind": kind, "platform": platform,
        "author_kind": author_kind, "author_kind_basis": basis,
        "text_truncated": _any(mapping.truncated_if, mapping),
        "platform?": _origin(emit.platform, rows.columns, mapping),
        "kind?": _origin(emit.kind, rows.columns, mapping),
    }  # fmt: skip
    for name, spec in emit.fields.items():
        values[f"{name}?"] = cells[name]
        if spec.datetime:
            values[name], time_basis = utc_time(cells[name], spec.datetime)
            if name == "created_at":
                values["created_at_basis"] = time_basis
        elif name in COUNT_FIELDS:
            values[name] = _number(cells[name], spec)
        else:
            values[name] = cells[name]
    given = [f"{name}?" for name in (*TEXT_FIELDS, *PLACE_FIELDS, *TIME_FIELDS, *COUNT_FIELDS)]
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in DRAFT_SCHEMA.items() if name not in values}
    unsaid = {name: pl.lit(None, dtype=pl.String()) for name in given if name not in values}
    every = {**values, **absent, **unsaid}
    names = [*DRAFT_SCHEMA, "platform?", "kind?", *given]
    draft = chosen.select(every[name].alias(name) for name in names)
    return draft.cast({name: dtype for name, dtype in DRAFT_SCHEMA.items()})  # type: ignore[arg-type]


def _origin(spec: FieldSpec, present: list[str], mapping: Mapping) -> pl.Expr:
    """The text of a field before it is cleaned: a constant, or the first column that is not empty."""
    if spec.const is not None:
        return pl.lit(spec.const)
    if spec.ref is not None:
        target = next((e for e in mapping.emit if e.role == spec.ref), None)
        if target is None:
            raise SourceError(
                f"Mapping {mapping.id}: 'ref: {spec.ref}' wijst naar een role die er niet is; pas hem aan."
            )
        return _cell(target.fields["native_id"], present, mapping)
    names = [normalised(name, mapping.read.columns) for name in spec.from_ or []]
    columns = [pl.col(name) for name in names if name in present]
    if not columns:
        return pl.lit(None, dtype=pl.String())
    if spec.join is not None:
        joined = pl.concat_str(columns, separator=spec.join, ignore_nulls=True)
        return pl.when(pl.any_horizontal([c.is_not_null() for c in columns])).then(joined)
    return pl.coalesce(columns)


def _cell(spec: FieldSpec, present: list[str], mapping: Mapping) -> pl.Expr:
    """The text of a field after its verbs, regex, map, prefix and suffix."""
    cell = reduce(applied, spec.use, _origin(spec, present, mapping)).cast(pl.String)
    if spec.regex is not None:
        cell = cell.str.extract(spec.regex, 1)
    if spec.map is not None:
        stripped = cell.str.strip_chars()
        mapped = stripped.replace_strict(
            list(spec.map), list(spec.map.values()), default=spec.default, return_dtype=pl.String()
        )
        cell = pl.when(stripped.is_not_null()).then(mapped)
    if spec.prefix or spec.suffix:
        cell = pl.lit(spec.prefix) + cell + pl.lit(spec.suffix)
    return pl.when(cell.str.strip_chars() != "").then(cell)


def _number(cell: pl.Expr, spec: FieldSpec) -> pl.Expr:
    """A count as Int64; null where it is no number."""
    plain = cell.str.strip_chars()
    if spec.number:
        plain = plain.str.replace_all(spec.number.thousands, "", literal=True)
        plain = plain.str.replace(spec.number.decimal, ".", literal=True)
    return plain.cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)


def _author_kind(
    emit: Emit, mapping: Mapping, cells: dict[str, pl.Expr], present: list[str], owned: list[str]
) -> tuple[pl.Expr, pl.Expr]:
    """Who speaks and how that is known: the emit's own column, else the first rule that fits."""
    if emit.author_kind is not None:
        basis = "source_rule" if emit.author_kind.const is not None else "column"
        return _cell(emit.author_kind, present, mapping), pl.lit(basis)

    def fits(rule: AuthorRule) -> pl.Expr:
        if rule.field is not None:
            cell = cells.get(rule.field, pl.lit(None, dtype=pl.String()))
            return cell.str.strip_chars().str.to_lowercase().is_in(owned).fill_null(value=False)
        return _column(rule.col or "", mapping).is_in(rule.in_ or []).fill_null(value=False)

    rules = mapping.author_kind
    municipality = _or([fits(rule) for rule in rules.municipality_if])
    other = _or([fits(rule) for rule in rules.other_if])
    kind = (
        pl.when(municipality)
        .then(pl.lit("municipality"))
        .when(other)
        .then(pl.lit("other"))
        .otherwise(pl.lit(rules.default))
    )
    basis = pl.when(municipality).then(pl.lit("owned_account")).when(other).then(pl.lit("source_rule"))
    return kind, basis.otherwise(pl.lit("default"))


def _column(name: str, mapping: Mapping) -> pl.Expr:
    return pl.col(name if name in (ROW, PATH) else normalised(name, mapping.read.columns))


def _holds(condition: Condition, mapping: Mapping) -> pl.Expr:
    """True where the condition holds; an empty cell satisfies only `is: empty` and `not_in`."""
    cell = _column(condition.col, mapping)
    if condition.is_ is not None:
        return cell.is_null() if condition.is_ == "empty" else cell.is_not_null()
    if condition.in_ is not None:
        return cell.is_in(condition.in_).fill_null(value=False)
    if condition.not_in is not None:
        return ~cell.is_in(condition.not_in).fill_null(value=False)
    if condition.regex is not None:
        return cell.str.contains(condition.regex).fill_null(value=False)
    if condition.ends_with is not None:
        return _or([cell.str.ends_with(end).fill_null(value=False) for end in condition.ends_with])
    return (cell.str.len_chars() == condition.length_is).fill_null(value=False)


def _all(conditions: list[Condition], mapping: Mapping) -> pl.Expr:
    return reduce(lambda a, b: a & b, [_holds(c, mapping) for c in conditions], pl.lit(value=True))


def _any(conditions: list[Condition], mapping: Mapping) -> pl.Expr:
    return _or([_holds(c, mapping) for c in conditions])


def _or(tests: list[pl.Expr]) -> pl.Expr:
    return reduce(lambda a, b: a | b, tests, pl.lit(value=False))


def _rejections(candidates: pl.DataFrame) -> pl.DataFrame:
    """The first rule that each candidate breaks, with the value that was given."""
    rules: list[tuple[str, str, pl.Expr]] = [
        ("geen_id", "native_id", pl.col("native_id").is_null()),
        (
            "onleesbare_datum",
            "created_at",
            pl.col("created_at").is_null() & pl.col("created_at?").is_not_null(),
        ),
        ("geen_datum", "created_at", pl.col("created_at").is_null()),
        ("onleesbare_datum", "edited_at", pl.col("edited_at").is_null() & pl.col("edited_at?").is_not_null()),
        ("geen_tekst", "text", pl.col("text").is_null()),
        ("onbekende_waarde", "platform", pl.col("platform").is_null()),
        ("onbekende_waarde", "kind", pl.col("kind").is_null() | ~pl.col("kind").is_in(_KINDS)),
        *(
            ("geen_getal", name, pl.col(name).is_null() & pl.col(f"{name}?").is_not_null())
            for name in COUNT_FIELDS
        ),
    ]
    rule = pl.coalesce([pl.when(broken).then(pl.lit(name)) for name, _, broken in rules])
    field = pl.coalesce([pl.when(broken).then(pl.lit(column)) for _, column, broken in rules])
    value = pl.coalesce([pl.when(broken).then(pl.col(f"{column}?")) for _, column, broken in rules])
    judged = candidates.select("row", "role", rule.alias("rule"), field.alias("field"), value.alias("value"))
    return judged.filter(pl.col("rule").is_not_null()).cast(REJECTED)  # type: ignore[arg-type]


def _check_expectations(emitted: Emitted, candidates: pl.DataFrame, mapping: Mapping, file_name: str) -> None:
    """Raise when the file as a whole is not what the mapping expects."""
    total = emitted.messages.height + emitted.rejected.height + emitted.duplicates
    if total and emitted.rejected.height / total > mapping.expect.max_quarantined:
        worst = (
            emitted.rejected.group_by("rule", "field")
            .len()
            .sort("len", "rule", descending=True)
            .row(0, named=True)
        )
        row = emitted.rejected.filter(pl.col("rule") == worst["rule"])["row"].min()
        where = f" in '{worst['field']}'" if worst["field"] else ""
        raise SourceError(
            f"Bestand {file_name}: {emitted.rejected.height} van {total} rijen zijn onbruikbaar "
            f"({worst['rule'].replace('_', ' ')}{where}, voor het eerst in rij {row}); "
            f"controleer de export of pas mapping {mapping.id} aan."
        )
    for name, most in mapping.expect.max_null.items():
        share = candidates[name].null_count() / candidates.height if candidates.height else 0.0
        if share > most:
            raise SourceError(
                f"Bestand {file_name}: '{name}' is leeg in {share:.0%} van de rijen, meer dan de {most:.0%} "
                f"die mapping {mapping.id} toestaat; controleer de export."
            )
