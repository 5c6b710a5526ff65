"""From rows to messages: a mapping carried out, field by field, as polars expressions.

What comes out still holds names and raw text; it goes to `identity.py` and `pseudonymise.py` before
anything is written. A row that breaks a rule is set aside, never repaired by guessing.
"""

from dataclasses import dataclass

import polars as pl

from warehouse.sources.cells import count, field_cell, field_time, raw_cell, undamaged
from warehouse.sources.conditions import all_hold, any_holds
from warehouse.sources.mapping import Mapping
from warehouse.sources.messages import (
    COUNT_FIELDS,
    KINDS,
    PLACE_FIELDS,
    PLATFORM,
    SPEAKERS,
    TEXT_FIELDS,
    TIME_FIELDS,
    Emit,
)
from warehouse.sources.rows import ROW, Rows
from warehouse.sources.speakers import Parties, author_kind

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
    "deleted": pl.Boolean(),
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
    """Messages of rows, as drafts.

    messages: DRAFT_SCHEMA, one row per message; an id may come by more than once. rejected: REJECTED, raw
    values included. dropped: rows that give no message by a rule of the mapping. given: how many messages
    were tried; nulls: how often each field that a message can have was empty among them. held: ids
    and authors of messages that were rejected but whose own id is known.
    """

    messages: pl.DataFrame
    rejected: pl.DataFrame
    dropped: int
    given: dict[str, int]
    nulls: dict[str, int]
    held: pl.DataFrame

    @property
    def read(self) -> int:
        """All that the rows held; always the sum of what became of it."""
        return self.messages.height + self.rejected.height + self.dropped


def emitted_messages(rows: Rows, mapping: Mapping, parties: Parties, secret: bytes) -> Emitted:
    """The messages that `mapping` makes of `rows`; `secret` keys the ids that are made of content."""
    kept = rows.frame.filter(
        all_hold(mapping.rows.keep_if, mapping), ~any_holds(mapping.rows.drop_if, mapping)
    )
    candidates = pl.concat([_emitted(kept, emit, mapping, parties, secret) for emit in mapping.emit])
    dropped = rows.frame.height - candidates["row"].n_unique()
    broken = _rejections(candidates)
    rejected = pl.concat([rows.rejected.with_columns(role=pl.lit("")).select(*REJECTED), broken])
    good = candidates.join(broken, on=["row", "role"], how="anti").select(*DRAFT_SCHEMA)
    given, nulls = _filled(candidates, mapping)
    held = candidates.join(broken, on=["row", "role"], how="semi").drop_nulls(["platform", "native_id"])
    return Emitted(good, rejected, dropped, given, nulls, held.select("platform", *_IDS, "author"))


def _emitted(
    rows: pl.DataFrame, emit: Emit, mapping: Mapping, parties: Parties, secret: bytes
) -> pl.DataFrame:
    """One emit of the mapping over all rows: the draft columns and, as `name?`, what was given as text."""
    cells = {name: field_cell(spec, mapping, secret) for name, spec in emit.fields.items()}
    speaker, basis = author_kind(emit, mapping, cells, parties)
    values: dict[str, pl.Expr] = {
        "row": pl.col(ROW), "role": pl.lit(emit.role),
        "kind": field_cell(emit.kind, mapping, secret),
        "platform": field_cell(emit.platform, mapping, secret),
        "author_kind": speaker, "author_kind_basis": basis, "author_kind?": speaker,
        "text_truncated": any_holds(mapping.truncated_if, mapping),
        "deleted": any_holds(mapping.deleted_if, mapping),
        "platform?": raw_cell(emit.platform, mapping, secret), "kind?": raw_cell(emit.kind, mapping, secret),
    }  # fmt: skip
    for name, spec in emit.fields.items():
        values[f"{name}?"] = cells[name]
        if spec.datetime:
            values[name], time_basis = field_time(spec, mapping)
            if name == "created_at":
                values["created_at_basis"] = time_basis
        elif name in COUNT_FIELDS:
            values[name] = count(cells[name], spec)
        elif name in _IDS:
            values[name] = undamaged(cells[name])
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


def _rejections(candidates: pl.DataFrame) -> pl.DataFrame:
    """The first rule that each candidate breaks, with the value that was given."""
    unread = {
        name: pl.col(name).is_null() & pl.col(f"{name}?").is_not_null()
        for name in (*_IDS, *TIME_FIELDS, *COUNT_FIELDS)
    }
    alive = ~pl.col("deleted")  # of what is gone, only the id is left
    rules: list[tuple[str, str, pl.Expr]] = [
        *(("beschadigd_id", name, unread[name]) for name in _IDS),
        ("geen_id", "native_id", pl.col("native_id").is_null()),
        *(("onleesbare_datum", name, unread[name]) for name in TIME_FIELDS),
        ("geen_datum", "created_at", pl.col("created_at").is_null() & alive),
        ("geen_tekst", "text", pl.col("text").is_null() & alive),
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


def _filled(candidates: pl.DataFrame, mapping: Mapping) -> tuple[dict[str, int], dict[str, int]]:
    """Of every field that `expect.max_null` names: how many candidates can have it, and how many do not."""
    given: dict[str, int] = {}
    nulls: dict[str, int] = {}
    for name in mapping.expect.max_null:
        roles = [emit.role for emit in mapping.emit if name in emit.fields]
        giving = candidates.filter(pl.col("role").is_in(roles))
        given[name], nulls[name] = giving.height, giving[name].null_count()
    return given, nulls
