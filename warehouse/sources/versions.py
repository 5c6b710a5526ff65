"""What an export changes: the same message comes by many times, edited, counted anew, or gone.

The export that tells of the latest moment is believed, so that the order in which exports come in makes no
difference to the current messages.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from warehouse.sources.messages import COUNT_FIELDS
from warehouse.tables import MESSAGE

_OF_THE_STORE = (
    "message_id",
    "version",
    "is_current",
    "thread_id",
    "dup_of",
    "seen_at",
    "seen_in",
    "counted_at",
)
_OF_THE_FILE = ("collected_at", "export_id", "raw_ref", "mapping", "source_id")
_SAID = tuple(n for n in MESSAGE.columns if n not in (*_OF_THE_STORE, *_OF_THE_FILE, *COUNT_FIELDS))


@dataclass(frozen=True)
class Change:
    """What a file changes. rows: MESSAGE rows to upsert, old versions included.

    sightings: message_id, version, seen_at and seen_in of messages that were only seen again.
    """

    rows: pl.DataFrame
    sightings: pl.DataFrame
    loaded: int
    unchanged: int


def change(incoming: pl.DataFrame, stored: pl.DataFrame, read_before: datetime | None = None) -> Change:
    """What `incoming` MESSAGE rows do to the current `stored` ones of the same message ids.

    A new id is loaded; another raw_hash told of later makes a new version; an older text changes nothing.
    Counts are those of the latest export that gives any; one that is not given is never emptied.
    read_before: the moment that the same file told of when another mapping read it; what is known since no
    later than that gives way, whatever moment it tells of now.
    """
    both = incoming.join(stored, on="message_id", how="left", suffix="_was")
    if read_before is not None:
        moments = pl.col("seen_at_was", "counted_at_was")
        both = both.with_columns(pl.when(moments > read_before).then(moments))
    known = pl.col("version_was").is_not_null()
    same_text = _same_text()
    both = both.with_columns(
        fresh=~known, wins=known & _told_later(), same_text=known & same_text
    ).with_columns(_newest_counts())
    edited = both.filter(pl.col("wins") & ~pl.col("same_text"))
    versions = pl.concat([both.filter("fresh"), edited]).with_columns(
        version=(pl.col("version_was").fill_null(0) + 1).cast(pl.Int16)
    )
    outdated = stored.join(edited, on="message_id", how="semi").with_columns(is_current=pl.lit(value=False))
    seen = both.filter(~pl.col("fresh") & ~(pl.col("wins") & ~pl.col("same_text")))
    kept = _seen_again(seen)
    differs = pl.any_horizontal(
        pl.col(n).ne_missing(pl.col(f"{n}_was")) for n in (*_SAID, *COUNT_FIELDS, "counted_at")
    )
    amended, untouched = kept.filter(differs), kept.filter(~differs)
    moved = [pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in ("seen_at", "seen_in")]
    later = untouched.filter(pl.any_horizontal(moved))
    rows = pl.concat([MESSAGE.conform(part) for part in (versions, outdated, amended)])
    return Change(
        rows,
        later.select("message_id", "version", "seen_at", "seen_in"),
        loaded=versions.height,
        unchanged=both.height - versions.height,
    )


def emptied(messages: pl.DataFrame, gone_at: datetime) -> pl.DataFrame:
    """MESSAGE rows of messages that are gone at the source: who and when, no words, no author, no address."""
    nothing = ("title", "author_key", "url", "raw_hash", "area_name", "area_code", *COUNT_FIELDS)
    return MESSAGE.conform(
        messages.with_columns(
            *(pl.lit(None, dtype=MESSAGE.schema[name]).alias(name) for name in nothing),
            text=pl.lit(""),
            content_hash=pl.lit(""),
            deleted_at=pl.col("deleted_at").fill_null(pl.lit(gone_at)),
            seen_at=pl.max_horizontal("seen_at", pl.lit(gone_at)),
        )
    )


def _same_text() -> pl.Expr:
    """Whether the text is the stored one. Of what an older weerklank stored only the hash without names is
    known."""
    same = (pl.col("raw_hash") == pl.col("raw_hash_was")).fill_null(value=False)
    unhashed = pl.col("raw_hash_was").is_null() & pl.col("deleted_at_was").is_null()
    told_alike = pl.col("title").eq_missing(pl.col("title_was")) & (
        pl.col("content_hash") == pl.col("content_hash_was")
    )
    return same | (unhashed & told_alike)


def _told_later() -> pl.Expr:
    """Whether the incoming row is the one to believe; of the same moment that of the last file by name, and
    of one name that of the file that took the other's place."""
    later, as_late = _compared("seen_at")
    name_later, same_name = _compared("seen_in")
    return later | (as_late & (name_later | same_name))


def _compared(name: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether a column is later than it was, or the same; nothing comes before anything."""
    now, was = pl.col(name), pl.col(f"{name}_was")
    return (now > was).fill_null(was.is_null() & now.is_not_null()), now.eq_missing(was)


def _newest_counts() -> list[pl.Expr]:
    """Every count as it is known best, and the moment that it is of; what is gone has none."""
    later, as_late = _compared("counted_at")
    gone = pl.col("deleted_at_was").is_not_null() & ~pl.col("wins")
    counts = [
        pl.when(gone)
        .then(f"{name}_was")
        .when(later)
        .then(pl.coalesce(name, f"{name}_was"))
        .when(as_late)
        .then(pl.max_horizontal(name, f"{name}_was"))
        .otherwise(pl.coalesce(f"{name}_was", name))
        .alias(name)
        for name in COUNT_FIELDS
    ]
    return [*counts, pl.max_horizontal("counted_at", "counted_at_was").alias("counted_at")]


def _seen_again(seen: pl.DataFrame) -> pl.DataFrame:
    """Messages whose text was known: what the later export says of them, in the place of the stored row."""
    from_store = [
        n
        for n in (*_OF_THE_STORE, *_OF_THE_FILE)
        if n not in ("message_id", "seen_at", "seen_in", "counted_at")
    ]
    return seen.with_columns(
        *(pl.when("wins").then(name).otherwise(f"{name}_was").alias(name) for name in _SAID),
        *(pl.col(f"{name}_was").alias(name) for name in from_store),
        seen_at=pl.max_horizontal("seen_at", "seen_at_was"),
        seen_in=pl.when("wins").then("seen_in").otherwise("seen_in_was"),
    )
