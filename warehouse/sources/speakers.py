"""Who speaks: the municipality, another known party or a resident, by the rules of the mapping."""

from collections.abc import Mapping as Cells
from dataclasses import dataclass

import polars as pl

from warehouse.sources.cells import field_cell, plain
from warehouse.sources.conditions import holds
from warehouse.sources.mapping import Mapping
from warehouse.sources.messages import AccountRule, AuthorRule, Emit


@dataclass(frozen=True)
class Parties:
    """Names and numbers of accounts: the municipality's own, and those of other organisations."""

    owned: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


def author_kind(
    emit: Emit, mapping: Mapping, cells: Cells[str, pl.Expr], parties: Parties
) -> tuple[pl.Expr, pl.Expr]:
    """Who speaks and how that is known: the emit's own column, else the first rule that fits.

    cells: the author fields of the emit, by name.
    """
    if emit.author_kind is not None:
        basis = "source_rule" if emit.author_kind.const is not None else "column"
        return field_cell(emit.author_kind, mapping, b""), pl.lit(basis)
    rules = mapping.author_kind
    kind, basis_of = pl.lit(rules.default), pl.lit("default")
    for speaker, of_speaker in (("other", rules.other_if), ("municipality", rules.municipality_if)):
        for rule in reversed(of_speaker):
            fits = _fits(rule, mapping, cells, parties)
            kind = pl.when(fits).then(pl.lit(speaker)).otherwise(kind)
            known_by = _BASIS[rule.in_list] if isinstance(rule, AccountRule) else "source_rule"
            basis_of = pl.when(fits).then(pl.lit(known_by)).otherwise(basis_of)
    return kind, basis_of


_BASIS = {"owned_accounts": "owned_account", "partner_accounts": "partner_account"}


def _fits(rule: AuthorRule, mapping: Mapping, cells: Cells[str, pl.Expr], parties: Parties) -> pl.Expr:
    if not isinstance(rule, AccountRule):
        return holds(rule, mapping)
    names = parties.owned if rule.in_list == "owned_accounts" else parties.partners
    listed = pl.select(_account(pl.lit(pl.Series(sorted(names), dtype=pl.String)))).to_series().implode()
    return (
        _account(cells.get(rule.field, pl.lit(None, dtype=pl.String()))).is_in(listed).fill_null(value=False)
    )


def _account(cell: pl.Expr) -> pl.Expr:
    """An account as it is compared: case, form of accents and invisible signs make no difference."""
    return plain(cell).str.normalize("NFC").str.to_lowercase()
