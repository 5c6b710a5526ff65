"""Messages into the store: one file is one transaction, so that a night cut off leaves no half file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from warehouse.sources.copies import copies
from warehouse.sources.identity import thread_roots
from warehouse.sources.versions import change, emptied
from warehouse.store import Store
from warehouse.tables import EXPORT, MESSAGE, QUARANTINE

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
    """A part of a file, pseudonymised: MESSAGE rows, QUARANTINE rows, and message_ids gone at the source."""

    messages: pl.DataFrame
    quarantined: pl.DataFrame
    gone: pl.Series


@dataclass(frozen=True)
class Loaded:
    """What a file changed: messages stored as new or as a new version, and those known already."""

    loaded: int
    unchanged: int


def load_export(
    store: Store, export: pl.DataFrame, batches: Iterable[SafeBatch], gone_at: datetime
) -> Loaded:
    """Store one file: its EXPORT row (loaded and unchanged counts are filled in here) and its batches.

    gone_at: the moment that the file tells of. When a batch cannot be made, nothing of the file is stored.
    """
    loaded = unchanged = 0
    with store.transaction():
        store.replace_where(QUARANTINE, "export_id", export["export_id"].item(), QUARANTINE.empty())
        for batch in batches:
            ids = batch.messages.select("message_id")
            result = change(batch.messages, MESSAGE.conform(store.query(_STORED, incoming=ids)))
            store.upsert(MESSAGE, result.rows)
            store.amend(MESSAGE, result.sightings)
            store.upsert(QUARANTINE, batch.quarantined)
            _empty(store, batch.gone, gone_at)
            loaded, unchanged = loaded + result.loaded, unchanged + result.unchanged + len(batch.gone)
        counts = {"rows_loaded": loaded, "rows_unchanged": unchanged}
        store.upsert(
            EXPORT, export.with_columns(pl.lit(n, dtype=pl.Int64).alias(c) for c, n in counts.items())
        )
    return Loaded(loaded, unchanged)


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


def _empty(store: Store, message_ids: pl.Series, gone_at: datetime) -> None:
    """Empty every version of messages that are gone, unless a later export has them."""
    if message_ids.is_empty():
        return
    stored = MESSAGE.conform(store.query(_ALL_VERSIONS, incoming=message_ids.to_frame("message_id")))
    later = stored.filter(pl.col("is_current") & (pl.col("seen_at") > gone_at)).select("message_id")
    store.upsert(MESSAGE, emptied(stored.join(later, on="message_id", how="anti"), gone_at))
