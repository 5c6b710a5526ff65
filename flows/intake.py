"""From export files to safe messages: judged as a whole first, then pseudonymised and loaded in parts.

The only module of `flows` that sees raw text and names. It hands them to nobody but the gates and the
pseudonymiser, and no message it makes for people holds them. A file is read twice, so that none has to fit
in memory and nothing is loaded of a file that does not pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.collect import Export
from flows.gathering import LeftOut
from flows.night import Night
from flows.settings import Settings
from warehouse.areas import Areas, no_areas, read_areas, with_areas
from warehouse.errors import SourceError
from warehouse.gates import GateResult, check_messages, together
from warehouse.load import SafeBatch, empty_the_gone, load_export, tie_threads
from warehouse.pseudonymise import Pseudonymiser, PseudonymiseRules, author_keys, pseudonymiser
from warehouse.sources.emit import Emitted, emitted_messages
from warehouse.sources.identity import Origin, as_compared, message_rows, private_ids, raw_hashes
from warehouse.sources.moments import export_moment
from warehouse.sources.read import read_batches
from warehouse.sources.speakers import Parties
from warehouse.sources.tally import Tally, new_columns
from warehouse.sources.verbs import applied
from warehouse.store import Store
from warehouse.tables import EXPORT, QUARANTINE, WHOLE_EXPORT

_EXCERPT = 60
_MESSAGE_ID = (pl.col("platform") + ":" + pl.col("native_id")).alias("message_id")
_FREE_TEXT = ("title", "text", "area_name", "channel_name", "source_category", "department")


@dataclass(frozen=True)
class Readers:
    """What reading needs beside the mapping: the known accounts, the areas, and the secret that keys ids."""

    parties: Parties
    areas: Areas
    secret: bytes

    def __repr__(self) -> str:
        return "Readers()"


@dataclass(frozen=True, repr=False)
class Reading:
    """One file judged as a whole; what it holds is read again when it is loaded.

    refused: BROKEN_ROW that the gate refuses. repeats: row and role that give way to another of the same id.
    authors: names and handles in it: never logged, never stored. told_at: the moment that the file tells of.
    unnamed: rejected rows of which nobody knows which message they are.
    """

    export: Export
    gate: GateResult
    refused: pl.DataFrame
    repeats: pl.DataFrame
    authors: frozenset[str]
    told_at: datetime
    oldest: datetime | None
    read: int
    good: int
    rejected: int
    dropped: int
    unnamed: int
    notices: tuple[str, ...]

    @property
    def messages(self) -> int:
        """Messages that will be stored or are known."""
        return self.good - self.repeats.height


def readers(settings: Settings, base: Path, secret: bytes) -> Readers:
    """What the settings say about reading. Raises ConfigurationError when the list of areas is wrong."""
    listed = settings.municipality.areas
    areas = read_areas(base / listed) if listed else no_areas()
    return Readers(Parties(settings.owned_accounts, settings.partner_accounts), areas, secret)


def judged(export: Export, reading_by: Readers, zone: str, now: datetime) -> Reading:
    """One file read and mapped, and what its gate says; nothing of its text stays in memory.

    Raises SourceError when the file cannot be used, or when too much of it is not what the mapping expects.
    """
    tally, gates, columns = Tally(export.mapping), list[GateResult](), dict[str, None]()
    authors: set[str] = set()
    for names, emitted in _emitted(export, reading_by):
        gate = check_messages(emitted.messages.filter(~pl.col("deleted")), now)
        tally.add(emitted, gate.broken_rows)
        gates.append(gate)
        columns.update(dict.fromkeys(names))
        authors.update(emitted.messages["author"].drop_nulls().unique())
    name = export.path.name
    tally.check(name, now)
    gate = together(gates)
    written = datetime.fromtimestamp(export.path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    return Reading(
        export, gate, gate.broken_rows, tally.repeats(), frozenset(authors),
        min(export_moment(name, written, tally.newest, export.mapping, zone), now), tally.oldest,
        tally.read, tally.good, tally.rejected, tally.dropped, tally.unnamed,
        _about_columns(export, list(columns)),
    )  # fmt: skip


def night_pseudonymiser(night: Night) -> Pseudonymiser:
    """The pseudonymiser with the names of this municipality and its partners kept."""
    keep = _organisations(night.settings) | frozenset(night.settings.municipality.office_holders)
    return pseudonymiser(PseudonymiseRules(cache=_made(night.home / "cache" / "namen"), keep=keep))


def names_in(readings: tuple[Reading, ...], organisations: frozenset[str]) -> frozenset[str]:
    """Author names and handles that occur tonight, to be found in anybody's text; no `organisations`."""
    known = {account.casefold() for account in organisations}
    return frozenset(name for reading in readings for name in reading.authors if name.casefold() not in known)


def _organisations(settings: Settings) -> frozenset[str]:
    return settings.owned_accounts | settings.partner_accounts


def stored(
    night: Night,
    store: Store,
    readings: tuple[Reading, ...],
    left_out: tuple[LeftOut, ...],
    whole: pl.DataFrame,
) -> tuple[int, tuple[LeftOut, ...]]:
    """Load every file in its own transaction, oldest first; note what was left out; tie the threads.

    whole: WHOLE_EXPORT of tonight's pulls. Gives how many messages are new or changed, and the files that
    could not be loaded after all.
    """
    loaded, missed = 0, list[LeftOut]()
    reading_by = readers(night.settings, night.base, night.secret)
    known_names = names_in(readings, _organisations(night.settings))
    pseudonymise = night_pseudonymiser(night) if readings else None
    for reading in sorted(readings, key=lambda reading: reading.told_at):
        try:
            batches = safe_batches(reading, known_names, pseudonymise, reading_by, night)
            row = loaded_row(reading, night.now)
            loaded += load_export(store, row, batches, reading.told_at).loaded
        except SourceError as error:
            missed.append(LeftOut(reading.export.source.name, str(error), reading.export))
    for miss in (*left_out, *missed):
        if miss.export is not None:
            row = export_row(miss.export, night.now).with_columns(
                status=pl.lit("left_out"), reason=pl.lit(miss.sentence)
            )
            store.upsert(EXPORT, EXPORT.conform(row))
    tie_threads(store)
    # What could not be read may hold what the rest of a pull lacks.
    partly = {miss.source_id for miss in (*left_out, *missed)}
    unread = {miss.export.export_id for miss in missed if miss.export is not None}
    taken = tuple(reading for reading in readings if reading.export.export_id not in unread)
    _forget_the_gone(night, store, taken, whole.filter(~pl.col("source_id").is_in(partly)))
    return loaded, tuple(missed)


def safe_batches(
    reading: Reading,
    known_names: frozenset[str],
    pseudonymise: Pseudonymiser | None,
    reading_by: Readers,
    night: Night,
) -> Iterator[SafeBatch]:
    """The parts of a file without names: texts pseudonymised, authors hashed, excerpts cut.

    Raises SourceError when the file changed since it was judged.
    """
    if pseudonymise is None:
        raise ValueError("no text is loaded without a pseudonymiser")
    export = reading.export
    _require_unchanged(export)
    origin = Origin(
        export.source.name, export.mapping.name, export.export_id,
        night.settings.municipality.timezone, night.now, reading.told_at, export.path.name,
        export.source.quotable,
    )  # fmt: skip
    passed_over = pl.concat([reading.refused.select("row", "role"), reading.repeats])
    for _, emitted in _emitted(export, reading_by):
        messages = private_ids(emitted.messages, night.secret)
        drafts = messages.join(passed_over, on=["row", "role"], how="anti")
        refused = reading.refused.join(emitted.messages.select("row", "role"), on=["row", "role"], how="semi")
        rejected = pl.concat([emitted.rejected, refused.with_columns(value=pl.lit(None, dtype=pl.String()))])
        held = pl.concat([
            messages.join(refused, on=["row", "role"], how="semi").select(_MESSAGE_ID),
            private_ids(emitted.held, night.secret).select(_MESSAGE_ID),
        ])  # fmt: skip
        gone = drafts.filter("deleted").select(_MESSAGE_ID).to_series()
        alive = _safe(drafts.filter(~pl.col("deleted")), known_names, pseudonymise, night.secret)
        quarantined = rejected.with_columns(
            export_id=pl.lit(export.export_id), source_id=pl.lit(export.source.name),
            excerpt=pseudonymise.texts(rejected["value"], known_names).str.slice(0, _EXCERPT),
        ).unique(["row", "role", "rule"], keep="first", maintain_order=True)  # fmt: skip
        yield SafeBatch(message_rows(alive, origin), QUARANTINE.conform(quarantined), gone, held.to_series())
    _require_unchanged(export)


def _require_unchanged(export: Export) -> None:
    if not export.unchanged():
        raise SourceError(f"Bestand {export.path.name} verandert nog; zet de export klaar en draai opnieuw.")


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


def _emitted(export: Export, reading_by: Readers) -> Iterator[tuple[list[str], Emitted]]:
    """The columns and the drafts of every part of a file, with areas by the municipality's list."""
    for rows in read_batches(export.part, export.mapping, export.parts_beside):
        emitted = emitted_messages(rows, export.mapping, reading_by.parties, reading_by.secret)
        located = with_areas(emitted.messages, reading_by.areas)
        yield (
            rows.frame.columns,
            replace(emitted, messages=located),
        )


def _safe(
    drafts: pl.DataFrame, known_names: frozenset[str], pseudonymise: Pseudonymiser, secret: bytes
) -> pl.DataFrame:
    """Drafts without names, with author_key and raw_hash."""
    authors = drafts.select(pl.coalesce("author_id", "author")).to_series()
    ours = pl.col("author_kind") == "municipality"
    named_in_url = pl.any_horizontal(
        as_compared("url").str.contains(as_compared(name), literal=True) for name in ("author", "author_id")
    ).fill_null(value=False)
    public = drafts.with_columns(pl.when(ours | ~named_in_url).then("url").alias("url"))
    impersonal = pseudonymise.addresses(public["url"])
    return drafts.with_columns(
        raw_hashes(drafts, secret),
        author_keys(authors, drafts["platform"], secret).alias("author_key"),
        *(pseudonymise.texts(drafts[name], known_names).alias(name) for name in _FREE_TEXT),
        url=applied(pl.when(ours).then(public["url"]).otherwise(impersonal), "canonical_url"),
    ).drop("author", "author_id")


def loaded_row(reading: Reading, now: datetime) -> pl.DataFrame:
    """The EXPORT row of a file that was judged good; what it changes is filled in when it is loaded."""
    return export_row(reading.export, now).with_columns(
        rows_read=pl.lit(reading.read), rows_duplicate=pl.lit(reading.repeats.height),
        rows_quarantined=pl.lit(reading.rejected), rows_dropped=pl.lit(reading.dropped),
        status=pl.lit("loaded"), loaded_at=pl.lit(now), told_at=pl.lit(reading.told_at),
    )  # fmt: skip


def _forget_the_gone(night: Night, store: Store, readings: tuple[Reading, ...], whole: pl.DataFrame) -> None:
    """Empty what whole exports of a source no longer hold, where the settings say that they are whole.

    Files of one night count as one: what one of them holds, another need not. A row of which nobody knows the
    id may be any message, so then the night does not count.
    """
    for source in night.settings.source:
        read = [reading for reading in readings if reading.export.source.name == source.name]
        passed = whole.filter(source_id=source.name)
        told_at = [*passed["told_at"], *(reading.told_at for reading in read)]
        starts = [*passed["window_start"]] if source.collect else [r.oldest for r in read if r.oldest]
        if starts and (source.collect or source.gone_after) and not any(r.unnamed for r in read):
            row = {"source_id": source.name, "told_at": min(told_at), "window_start": max(starts)}
            store.insert_new(WHOLE_EXPORT, WHOLE_EXPORT.conform(pl.DataFrame([row])))
        gone = empty_the_gone(store, source.name, source.gone_after, night.now) if source.gone_after else 0
        if gone:
            night.tell(
                f"bron '{source.name}': {gone} bericht(en) staan niet meer bij de bron en zijn geleegd"
            )


def _about_columns(export: Export, columns: list[str]) -> tuple[str, ...]:
    """A warning about columns that nobody expected. Raises SourceError when the mapping asks for that."""
    asked = export.mapping.expect.new_columns
    new = [] if asked == "ignore" else new_columns(columns, export.mapping)
    if not new:
        return ()
    sentence = (
        f"Bestand {export.path.name} heeft nieuwe kolommen ({', '.join(sorted(new)[:5])}); "
        f"neem ze op in mapping {export.mapping.id} of zet ze bij expect.columns."
    )
    if asked == "fail":
        raise SourceError(sentence)
    return (sentence,)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
