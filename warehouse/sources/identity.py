"""Which message a row is: permanent ids, hashes that tell an edit, and the thread that it stands in."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.sources.messages import COUNT_FIELDS
from warehouse.sources.moments import name_in_order
from warehouse.tables import MESSAGE

PUBLIC_PLATFORMS = (
    "facebook", "instagram", "x", "linkedin", "youtube", "tiktok", "mastodon", "bluesky", "reddit",
    "threads", "web", "forum", "govocal", "decidim", "consul", "fixmystreet",
)  # fmt: skip
_OF_THE_TEXT = ("title", "text", "platform")
# A number, a code or a urn does not look so; an address, an account or written words do.
_MAY_NAME = r"[/@\s]|^did:"
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Origin:
    """Where a file's messages come from: what is the same for all its rows.

    told_at: the moment that the file tells of; see `moments.py`. file_name: orders files of one moment.
    """

    source_id: str
    mapping: str
    export_id: str
    zone: str
    collected_at: datetime
    told_at: datetime
    file_name: str
    quotable: bool | None


def raw_hashes(drafts: pl.DataFrame, secret: bytes) -> pl.Series:
    """Keyed hash of what makes a new version: title and text. What else a later export says is only brought
    up to date, for two routes to the same message seldom agree on author or seconds.

    Taken before pseudonymisation, so that an edit that only touches a name is seen as one; keyed, so
    that nobody can find out what was written by trying.
    """
    joined = drafts.select(
        pl.concat_str([pl.col(c).cast(pl.String).fill_null("") for c in _OF_THE_TEXT], separator="\x1f")
    ).to_series()
    digests = [hmac.digest(secret, line.encode(), "sha256").hex()[:32] for line in joined]
    return pl.Series("raw_hash", digests, dtype=pl.String)


def private_ids(drafts: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """`drafts` with native_id and parent_id as keyed hash ("k:...") where they may hold a name.

    An id that is an address, holds an account or has spaces is hashed by its form alone, so that a reply that
    names it gets the same hash in any export. One with its own author in it is hashed too.
    """
    held = pl.any_horizontal(
        (as_compared(name).str.len_chars() >= _SHORTEST_NAME)
        & as_compared(name).str.contains(r"\p{L}")
        & as_compared("native_id").str.contains(as_compared(name), literal=True)
        for name in ("author", "author_id")
    ).fill_null(value=False)
    formed = {name: pl.col(name).str.contains(_MAY_NAME) for name in ("native_id", "parent_id")}
    marked = {"native_id": formed["native_id"] | held, "parent_id": formed["parent_id"]}
    return drafts.with_columns(
        pl.when(marks)
        .then(
            pl.when(marks)
            .then(pl.concat_str("platform", name, separator="\x1f"))
            .map_elements(partial(_keyed, secret=secret), return_dtype=pl.String(), skip_nulls=True)
        )
        .otherwise(name)
        .alias(name)
        for name, marks in marked.items()
    )


def as_compared(name: str) -> pl.Expr:
    """A column without case and without what is no letter or digit: how a name stands in an address."""
    return pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def _keyed(text: str, secret: bytes) -> str:
    return "k:" + hmac.digest(secret, text.encode(), "sha256").hex()[:32]


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
    counted = pl.any_horizontal(pl.col(COUNT_FIELDS).is_not_null())
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
        seen_at=pl.lit(origin.told_at),
        seen_in=pl.lit(name_in_order(origin.file_name)),
        counted_at=pl.when(counted).then(pl.lit(origin.told_at)),
    )
    return MESSAGE.conform(named.with_columns(thread_id=pl.coalesce("parent_id", "message_id")))


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
