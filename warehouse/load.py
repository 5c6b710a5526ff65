"""Messages into the store: a file counts as loaded when all of it is, so that no night leaves a half one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from warehouse.sources.copies import copies
from warehouse.sources.identity import thread_roots
from warehouse.sources.versions import change, emptied
from warehouse.store import Store
from warehouse.tables import EXPORT, MESSAGE, QUARANTINE

_MESSAGES_A_TRANSACTION = 250_000
_STORED = "SELECT message.* FROM core.message JOIN incoming USING (message_id) WHERE is_current"
_ALL_VERSIONS = "SELECT message.* FROM core.message JOIN incoming USING (message_id)"
_TIED = """
SELECT message_id, version, parent_id, thread_id, dup_of, platform, source_id, author_key, content_hash,
       created_at, url, text_truncated, text
FROM core.message
WHERE is_current
ORDER BY message_id
"""


@dataclass(frozen=True, repr=False)
class SafeBatch:
    """A part of a file, pseudonymised: MESSAGE rows, QUARANTINE rows, and message_ids gone at the source.

    held: message_ids of rows in quarantine; they are there, though nothing of them is read.
    """

    messages: pl.DataFrame
    quarantined: pl.DataFrame
    gone: pl.Series
    held: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))


@dataclass(frozen=True)
class Loaded:
    """What a file changed: messages stored as new or as a new version, and those known already."""

    loaded: int
    unchanged: int


def load_export(
    store: Store, export: pl.DataFrame, batches: Iterable[SafeBatch], gone_at: datetime
) -> Loaded:
    """Store one file: its EXPORT row (loaded and unchanged counts are filled in here) and its batches.

    gone_at: the moment that the file tells of. When a batch cannot be made, nothing of the file is stored, or
    of one too large for one transaction the parts before it; those are whole, and as the file only counts as
    loaded with its last part, the next night reads it again.
    """
    read_before = _read_before(store, export, gone_at)
    loaded = unchanged = 0
    unread, whole = iter(batches), False
    while not whole:
        with store.transaction():
            if not loaded + unchanged:
                store.replace_where(QUARANTINE, "export_id", export["export_id"].item(), QUARANTINE.empty())
            until = loaded + unchanged + _MESSAGES_A_TRANSACTION
            while loaded + unchanged < until and not whole:
                batch = next(unread, None)
                if batch is None:
                    whole = True
                    store.upsert(EXPORT, _counted(export, loaded, unchanged))
                else:
                    result = _taken(store, batch, gone_at, read_before)
                    loaded, unchanged = loaded + result.loaded, unchanged + result.unchanged
    return Loaded(loaded, unchanged)


def _taken(store: Store, batch: SafeBatch, gone_at: datetime, read_before: datetime | None) -> Loaded:
    """A batch in the store."""
    stored = MESSAGE.conform(store.query(_STORED, incoming=batch.messages.select("message_id")))
    result = change(batch.messages, stored, read_before)
    store.upsert(MESSAGE, result.rows)
    store.amend(MESSAGE, result.sightings)
    store.upsert(QUARANTINE, batch.quarantined)
    _see(store, batch.held, gone_at)
    _empty(store, batch.gone, gone_at)
    return Loaded(result.loaded, result.unchanged + len(batch.gone))


def _counted(export: pl.DataFrame, loaded: int, unchanged: int) -> pl.DataFrame:
    counts = {"rows_loaded": loaded, "rows_unchanged": unchanged}
    return export.with_columns(pl.lit(n, dtype=pl.Int64).alias(name) for name, n in counts.items())


_BEFORE = """
SELECT max(coalesce(told_at, $told_at)) AS told_at
FROM core.export
WHERE source_id = $source_id AND file_name = $file_name AND sha256 = $sha256
  AND export_id <> $export_id AND status = 'loaded'
"""


def _read_before(store: Store, export: pl.DataFrame, told_at: datetime) -> datetime | None:
    """The moment that the same file told of when another mapping read it; None when none did."""
    named = export.select("source_id", "file_name", "sha256", "export_id").row(0, named=True)
    before: datetime | None = store.query(_BEFORE, {**named, "told_at": told_at})["told_at"].item()
    return before


def tie_threads(store: Store) -> None:
    """Give every current message its thread and mark copies, over all that is stored."""
    with store.transaction():
        current = store.query(_TIED)
        tied = (
            current.select("message_id", "version", was_thread="thread_id", was_copy="dup_of")
            .join(thread_roots(current), on="message_id", how="left")
            .join(copies(current), on="message_id", how="left")
        )
        moved = tied.filter(
            pl.col("thread_id").ne_missing(pl.col("was_thread"))
            | pl.col("dup_of").ne_missing(pl.col("was_copy"))
        )
        store.amend(MESSAGE, moved.select("message_id", "version", "thread_id", "dup_of"))


def empty_the_gone(store: Store, source_id: str, passes: int, now: datetime) -> int:
    """Empty messages that the last `passes` whole exports of a source lack though their period holds them.

    A message belongs to the period in which its thread began; of one whose beginning was never seen nothing
    is known. Says how many were emptied.
    """
    parameters = {"source_id": source_id, "passes": passes}
    gone = store.query(_GONE, parameters)["message_id"]
    with store.transaction():
        _empty(store, gone, now)
    return len(gone)


_GONE = """
WITH missed AS (
    SELECT message.message_id, count(*) AS times
    FROM core.message AS message
    JOIN core.message AS root ON root.message_id = message.thread_id AND root.is_current
    JOIN core.whole_export AS passed
      ON passed.source_id = message.source_id
     AND passed.told_at > message.seen_at
     AND root.created_at >= passed.window_start
    WHERE message.is_current AND message.deleted_at IS NULL AND message.source_id = $source_id
    GROUP BY message.message_id
)
SELECT message_id FROM missed WHERE times >= $passes ORDER BY message_id
"""


def _see(store: Store, message_ids: pl.Series, seen_at: datetime) -> None:
    """Note that messages of which nothing else is known were still there at that moment."""
    if message_ids.is_empty():
        return
    stored = store.query(_STORED, incoming=message_ids.to_frame("message_id").unique())
    earlier = stored.filter(pl.col("deleted_at").is_null(), pl.col("seen_at") < seen_at)
    store.amend(MESSAGE, earlier.select("message_id", "version", seen_at=pl.lit(seen_at)))


def _empty(store: Store, message_ids: pl.Series, gone_at: datetime) -> None:
    """Empty every version of messages that are gone, unless a later export has them."""
    if message_ids.is_empty():
        return
    stored = MESSAGE.conform(store.query(_ALL_VERSIONS, incoming=message_ids.to_frame("message_id")))
    later = stored.filter(pl.col("is_current") & (pl.col("seen_at") > gone_at)).select("message_id")
    store.upsert(MESSAGE, emptied(stored.join(later, on="message_id", how="anti"), gone_at))
