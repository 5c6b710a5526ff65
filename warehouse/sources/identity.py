"""Which message a row is: permanent ids, versions, threads and copies.

The same message comes by many times: exports overlap, texts are edited, counts change. Here it is
decided what is new, what is a new version and what is only seen again.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.tables import MESSAGE

COPY_WINDOW_MINUTES = 2
PUBLIC_PLATFORMS = (
    "facebook", "instagram", "x", "linkedin", "youtube", "tiktok", "mastodon", "bluesky", "reddit",
    "threads", "web", "forum",
)  # fmt: skip
_COUNTS = ("likes", "comments", "shares", "views", "reach")
_OF_THE_TEXT = ("title", "text", "author_id", "author", "created_at", "parent_id", "platform")


@dataclass(frozen=True)
class Origin:
    """Where a file's messages come from: what is the same for all its rows."""

    source_id: str
    mapping: str
    export_id: str
    zone: str
    collected_at: datetime
    quotable: bool | None


@dataclass(frozen=True)
class Change:
    """What a file changes. rows: MESSAGE rows to upsert, old versions included."""

    rows: pl.DataFrame
    loaded: int
    unchanged: int


def raw_hashes(drafts: pl.DataFrame, secret: bytes) -> pl.Series:
    """Keyed hash of what makes a new version: text, title, author, time and place in the thread.

    Taken before pseudonymisation, so that an edit that only touches a name is seen as one; keyed, so
    that nobody can find out what was written by trying.
    """
    joined = drafts.select(
        pl.concat_str([pl.col(c).cast(pl.String).fill_null("") for c in _OF_THE_TEXT], separator="\x1f")
    ).to_series()
    digests = [hmac.new(secret, line.encode(), hashlib.sha256).hexdigest()[:32] for line in joined]
    return pl.Series("raw_hash", digests, dtype=pl.String)


def content_hash(text: str) -> str:
    """Hash of a pseudonymised text: equal texts share tokens and vectors."""
    return hashlib.blake2b(text.strip().encode(), digest_size=16).hexdigest()


def message_rows(drafts: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """MESSAGE rows, version still 1, of pseudonymised drafts that have author_key and raw_hash."""
    local_day = (
        pl.col("created_at")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(str(ZoneInfo(origin.zone)))
        .dt.date()
    )
    public = pl.col("platform").is_in(PUBLIC_PLATFORMS)
    named = drafts.with_columns(
        message_id=pl.col("platform") + ":" + pl.col("native_id"),
        parent_id=pl.col("platform") + ":" + pl.col("parent_id"),
        version=pl.lit(1, dtype=pl.Int16),
        is_current=pl.lit(value=True),
        source_id=pl.lit(origin.source_id),
        mapping=pl.lit(origin.mapping),
        export_id=pl.lit(origin.export_id),
        created_day=local_day,
        quotable=public if origin.quotable is None else pl.lit(origin.quotable),
        collected_at=pl.lit(origin.collected_at),
        content_hash=pl.col("text").map_elements(content_hash, return_dtype=pl.String()),
        raw_ref=pl.lit(origin.export_id + "#") + pl.col("row").cast(pl.String),
    )
    return MESSAGE.conform(named.with_columns(thread_id=pl.coalesce("parent_id", "message_id")))


def change(incoming: pl.DataFrame, stored: pl.DataFrame) -> Change:
    """What `incoming` MESSAGE rows do to the current `stored` ones of the same message ids.

    A new id is loaded; another raw_hash makes a new version; the same one only brings its counts.
    """
    before = stored.select("message_id", version_before="version", hash_before="raw_hash")
    compared = incoming.join(before, on="message_id", how="left")
    seen = pl.col("raw_hash") == pl.col("hash_before")
    edited = compared.filter(pl.col("hash_before").is_not_null() & ~seen)
    fresh = compared.filter(pl.col("hash_before").is_null())
    versions = pl.concat([fresh, edited]).with_columns(
        version=(pl.col("version_before").fill_null(0) + 1).cast(pl.Int16)
    )
    outdated = stored.join(edited, on="message_id", how="semi").with_columns(is_current=pl.lit(value=False))
    again = stored.join(compared.filter(seen).select("message_id", *_COUNTS), on="message_id", suffix="_new")
    differs = pl.any_horizontal(
        [pl.col(f"{c}_new").is_not_null() & pl.col(f"{c}_new").ne_missing(pl.col(c)) for c in _COUNTS]
    )
    recounted = again.filter(differs).with_columns(pl.coalesce(f"{c}_new", c).alias(c) for c in _COUNTS)
    rows = pl.concat([MESSAGE.conform(part) for part in (versions, outdated, recounted)])
    return Change(rows, loaded=versions.height, unchanged=compared.height - versions.height)


def thread_roots(messages: pl.DataFrame) -> pl.DataFrame:
    """message_id and thread_id: the oldest known ancestor, also when that one was never seen itself.

    messages: message_id, parent_id. Every round doubles the distance looked back. After the last one an
    ancestor that still has a parent is in a loop of parents; its smallest id is the root of them all.
    """
    reach = messages.select(
        "message_id", ancestor=pl.coalesce("parent_id", "message_id"),
        smallest=pl.min_horizontal("message_id", "parent_id"),
    )  # fmt: skip
    for _ in range(messages.height.bit_length()):
        further = _with_ancestor(reach).select(
            "message_id", ancestor=pl.coalesce("ancestor_above", "ancestor"),
            smallest=pl.min_horizontal("smallest", "smallest_above"),
        )  # fmt: skip
        settled = further["ancestor"].equals(reach["ancestor"])
        reach = further
        if settled:
            break
    parents = messages.select(ancestor="message_id", parent_above="parent_id")
    looping = pl.col("parent_above") != pl.col("ancestor")
    return (
        _with_ancestor(reach)
        .join(parents, on="ancestor", how="left")
        .select("message_id", thread_id=pl.when(looping).then("smallest_above").otherwise("ancestor"))
    )


def _with_ancestor(reach: pl.DataFrame) -> pl.DataFrame:
    """`reach` with, as `ancestor_above` and `smallest_above`, what its ancestor reaches in turn."""
    above = reach.select(ancestor="message_id", ancestor_above="ancestor", smallest_above="smallest")
    return reach.join(above, on="ancestor", how="left", maintain_order="left")


def copies(messages: pl.DataFrame) -> pl.DataFrame:
    """message_id and dup_of of messages that repeat an earlier one.

    messages: message_id, platform, author_key, content_hash, created_at, url. A copy has the same text
    and the same public address, or the same text by the same known author on the same platform within
    two minutes of the one before it. Who has no key may be two people who say the same.
    """
    same_text = ["platform", "author_key", "content_hash"]
    long_after = pl.col("created_at").diff().over(same_text) > pl.duration(minutes=COPY_WINDOW_MINUTES)
    ordered = messages.sort("created_at", "message_id").with_columns(
        spell=long_after.fill_null(value=False).cum_sum().over(same_text)
    )
    first_text = pl.col("message_id").first().over(*same_text, "spell")
    first_url = pl.col("message_id").first().over("url", "content_hash")
    return (
        ordered.with_columns(
            by_url=pl.when(pl.col("url").is_not_null()).then(first_url),
            by_text=pl.when(pl.col("author_key").is_not_null()).then(first_text),
        )
        .with_columns(
            pl.when(pl.col(name) != pl.col("message_id")).then(name).alias(name)
            for name in ("by_url", "by_text")
        )
        .select("message_id", dup_of=pl.coalesce("by_url", "by_text"))
        .filter(pl.col("dup_of").is_not_null())
    )
