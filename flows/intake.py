"""From export files to safe messages: read, gated, pseudonymised, loaded; what fails is set aside.

The only module of `flows` that sees raw text and names. It hands them to nobody but the gates and the
pseudonymiser, and no message it makes for people holds them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.collect import Export, collected
from flows.night import Night
from flows.settings import Source, mapping_text
from warehouse.errors import SourceError
from warehouse.gates import GateResult, check_messages
from warehouse.load import load_export, tie_threads
from warehouse.pseudonymise import Pseudonymiser, PseudonymiseRules, author_keys, pseudonymiser
from warehouse.sources.emit import Emitted, check_quarantined, emit_messages
from warehouse.sources.identity import Origin, message_rows, raw_hashes
from warehouse.sources.mapping import Mapping, parse_mapping
from warehouse.sources.read import read_rows
from warehouse.store import Store
from warehouse.tables import EXPORT, QUARANTINE

_EXCERPT = 60
_FREE_TEXT = ("title", "text", "area_name", "channel_name", "source_category", "department")


@dataclass(frozen=True)
class LeftOut:
    """A source, or one file of it, that the night goes on without; `sentence` says why."""

    source_id: str
    sentence: str
    export: Export | None = None


@dataclass(frozen=True)
class Collection:
    """New files to read, how many were had before, and the sources without files."""

    exports: tuple[Export, ...]
    known: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, repr=False)
class Reading:
    """One file read and mapped, and what its gate says. Holds raw text: never logged, never stored."""

    export: Export
    emitted: Emitted
    gate: GateResult


@dataclass(frozen=True, repr=False)
class SafeExport:
    """One file ready to be stored: its EXPORT, MESSAGE and QUARANTINE rows, pseudonymised."""

    row: pl.DataFrame
    messages: pl.DataFrame
    quarantined: pl.DataFrame


def mappings(night: Night) -> dict[str, Mapping]:
    """The mapping of every source. Raises ConfigurationError for the first that is wrong."""
    return {source.name: _mapping(source, night.base) for source in night.settings.source}


def collection(night: Night, store: Store) -> Collection:
    """What there is to read tonight: files that were loaded before by the same mapping are passed by."""
    known_ids = set(store.query("SELECT export_id FROM core.export WHERE status = 'loaded'")["export_id"])
    exports: list[Export] = []
    left_out: list[LeftOut] = []
    read_by = mappings(night)
    for source in night.settings.source:
        try:
            exports += collected(source, read_by[source.name], night.base)
        except SourceError as error:
            left_out.append(LeftOut(source.name, str(error)))
    new = tuple(export for export in exports if export.export_id not in known_ids)
    return Collection(new, len(exports) - len(new), tuple(left_out))


def emitted_messages(export: Export, owned_accounts: frozenset[str]) -> Emitted:
    """The drafts in one file. Raises SourceError when the file cannot be used."""
    rows = read_rows(export.content(), export.mapping, export.path.name)
    return emit_messages(rows, export.mapping, owned_accounts, export.path.name)


def gated(export: Export, emitted: Emitted, now: datetime) -> Reading:
    """The drafts with what the gate says of them; rows that break a rule become rejections.

    Raises SourceError when too many rows are rejected: then the file is at fault, not its rows.
    """
    gate = check_messages(emitted.messages, now)
    broken = gate.broken_rows.unique(["row", "role"], keep="first", maintain_order=True)
    good = emitted.messages.join(broken, on=["row", "role"], how="anti")
    refused = broken.select("row", "role", "rule", "field", value=pl.lit(None, dtype=pl.String()))
    rejected = pl.concat([emitted.rejected, refused])
    judged = Emitted(good, rejected, emitted.dropped, emitted.duplicates)
    check_quarantined(judged, export.mapping, export.path.name)
    return Reading(export, judged, gate)


def night_pseudonymiser(night: Night) -> Pseudonymiser:
    """The pseudonymiser with this municipality's own names kept."""
    keep = night.settings.owned_accounts | frozenset(night.settings.municipality.office_holders)
    return pseudonymiser(PseudonymiseRules(cache=_made(night.home / "cache" / "namen"), keep=keep))


def names_in(readings: list[Reading], owned_accounts: frozenset[str]) -> frozenset[str]:
    """Author names and handles that occur tonight, to be found in anybody's text."""
    owned = {account.casefold() for account in owned_accounts}
    names = {
        name
        for reading in readings
        for name in reading.emitted.messages["author"].drop_nulls().unique()
        if name.casefold() not in owned
    }
    return frozenset(names)


def safe_export(
    reading: Reading, known_names: frozenset[str], pseudonymise: Pseudonymiser, night: Night
) -> SafeExport:
    """The file without names: texts pseudonymised, authors hashed, excerpts cut."""
    drafts, export = reading.emitted.messages, reading.export
    authors = drafts.select(pl.coalesce("author_id", "author")).to_series()
    named_in_url = pl.any_horizontal(
        pl.col("url").str.to_lowercase().str.contains(pl.col(name).str.to_lowercase(), literal=True)
        for name in ("author", "author_id")
    ).fill_null(value=False)
    safe = drafts.with_columns(
        raw_hashes(drafts, night.secret),
        author_keys(authors, drafts["platform"], night.secret).alias("author_key"),
        *(pseudonymise.texts(drafts[name], known_names).alias(name) for name in _FREE_TEXT),
        url=pl.when(~named_in_url).then("url"),
    ).drop("author", "author_id")
    origin = Origin(
        export.source.name, export.mapping.name, export.export_id,
        night.settings.municipality.timezone, night.now, export.source.quotable,
    )  # fmt: skip
    rejected = reading.emitted.rejected
    quarantined = rejected.with_columns(
        export_id=pl.lit(export.export_id), source_id=pl.lit(export.source.name),
        excerpt=pseudonymise.texts(rejected["value"], known_names).str.slice(0, _EXCERPT),
    ).unique(["row", "role", "rule"], keep="first", maintain_order=True)  # fmt: skip
    row = export_row(export, night.now).with_columns(
        rows_read=pl.lit(reading.emitted.read), rows_duplicate=pl.lit(reading.emitted.duplicates),
        rows_quarantined=pl.lit(rejected.height), rows_dropped=pl.lit(reading.emitted.dropped),
        status=pl.lit("loaded"), loaded_at=pl.lit(night.now),
    )  # fmt: skip
    return SafeExport(EXPORT.conform(row), message_rows(safe, origin), QUARANTINE.conform(quarantined))


def stored(store: Store, safe: list[SafeExport], left_out: tuple[LeftOut, ...], now: datetime) -> int:
    """Load every file in its own transaction, note what was left out, tie the threads.

    Says how many messages are new or changed.
    """
    loaded = 0
    for export in safe:
        loaded += load_export(store, export.row, export.messages, export.quarantined).loaded
    for miss in left_out:
        if miss.export is not None:
            row = export_row(miss.export, now).with_columns(
                status=pl.lit("left_out"), reason=pl.lit(miss.sentence)
            )
            store.upsert(EXPORT, EXPORT.conform(row))
    tie_threads(store)
    return loaded


def export_row(export: Export, now: datetime) -> pl.DataFrame:
    """The EXPORT row of a file, without what became of its rows."""
    return EXPORT.conform(
        pl.DataFrame(
            {
                "export_id": export.export_id, "sha256": export.sha256, "source_id": export.source.name,
                "mapping": export.mapping.name, "file_name": export.path.name, "bytes": export.size,
                "first_seen": now,
            }
        )
    )  # fmt: skip


def _mapping(source: Source, base: Path) -> Mapping:
    text, name = mapping_text(source, base)
    return parse_mapping(text, name)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
