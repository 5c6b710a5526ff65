"""Messages into the store: one file is one transaction, so that a night cut off leaves no half file."""

import polars as pl

from warehouse.sources.identity import Change, change, copies, thread_roots
from warehouse.store import Store
from warehouse.tables import EXPORT, MESSAGE, QUARANTINE


def load_export(
    store: Store, export: pl.DataFrame, messages: pl.DataFrame, quarantined: pl.DataFrame
) -> Change:
    """Store one file: its EXPORT row (loaded and unchanged counts are filled in here), its MESSAGE rows
    and its QUARANTINE rows. Says what changed."""
    with store.transaction():
        ids = messages.select("message_id")
        stored = MESSAGE.conform(
            store.query("SELECT * FROM core.message WHERE is_current").join(ids, on="message_id", how="semi")
        )
        result = change(messages, stored)
        store.upsert(MESSAGE, result.rows)
        export_id = export["export_id"].item()
        store.replace_where(QUARANTINE, "export_id", export_id, quarantined)
        store.upsert(
            EXPORT,
            export.with_columns(
                rows_loaded=pl.lit(result.loaded, dtype=pl.Int64),
                rows_unchanged=pl.lit(result.unchanged, dtype=pl.Int64),
            ),
        )
    return result


def tie_threads(store: Store) -> None:
    """Give every current message its thread and mark copies, over all that is stored."""
    with store.transaction():
        current = MESSAGE.conform(
            store.query("SELECT * FROM core.message WHERE is_current ORDER BY message_id")
        )
        tied = (
            current.drop("thread_id", "dup_of")
            .join(thread_roots(current), on="message_id", how="left")
            .join(copies(current), on="message_id", how="left")
        )
        tied = MESSAGE.conform(tied)
        before = current.select("message_id", was_thread="thread_id", was_copy="dup_of")
        moved = tied.join(before, on="message_id").filter(
            pl.col("thread_id").ne_missing(pl.col("was_thread"))
            | pl.col("dup_of").ne_missing(pl.col("was_copy"))
        )
        store.upsert(MESSAGE, moved)
