"""Which messages are copies: the same item by two routes, or said twice within minutes."""

from collections.abc import Sequence

import polars as pl

COPY_WINDOW_MINUTES = 2
_SHORTEST = 20
_CUT_SIGN = r"(?:\s|\.\.\.|…|\[…\])+$"


def copies(messages: pl.DataFrame) -> pl.DataFrame:
    """message_id and dup_of of messages that repeat another one.

    messages: message_id, platform, source_id, author_key, content_hash, created_at, url, text and
    text_truncated. A copy has

    - the same public address and the same text, or the start of it where its source cut it off, or
    - the same text by the same known author on the same platform within two minutes of the one before, or
    - the same text, of some length, from another source on the same platform within two minutes.

    Who has no key may be two people who say the same.
    """
    ordered = messages.sort("created_at", "message_id").with_columns(
        long=pl.col("text").str.len_chars() >= _SHORTEST
    )
    first = pl.col("message_id").first()
    by_author, by_text = ["platform", "author_key", "content_hash"], ["platform", "content_hash"]
    from_elsewhere = pl.col("source_id") != pl.col("source_id").first().over(*by_text, "text_spell")
    found = (
        ordered.filter(pl.col("content_hash").is_duplicated() | pl.col("text_truncated"))
        .with_columns(author_spell=_spell(by_author), text_spell=_spell(by_text))
        .with_columns(
            by_url=pl.when(pl.col("url").is_not_null()).then(first.over("url", "content_hash")),
            by_author=pl.when(pl.col("author_key").is_not_null()).then(
                first.over(*by_author, "author_spell")
            ),
            by_source=pl.when(pl.col("long") & from_elsewhere).then(first.over(*by_text, "text_spell")),
        )
        .join(_cut_off(ordered), on="message_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col(name) != pl.col("message_id")).then(name).alias(name)
            for name in ("by_url", "by_author", "by_source")
        )
        .select("message_id", dup_of=pl.coalesce("by_url", "by_cut", "by_author", "by_source"))
        .filter(pl.col("dup_of").is_not_null())
    )
    above = found.select(dup_of="message_id", further="dup_of")
    of_a_copy = pl.col("further").is_not_null() & (pl.col("further") != pl.col("message_id"))
    return found.join(above, on="dup_of", how="left", maintain_order="left").select(
        "message_id", dup_of=pl.when(of_a_copy).then("further").otherwise("dup_of")
    )


def _spell(same: Sequence[str]) -> pl.Expr:
    """Counts on whenever a message comes long after the one before it that is the same."""
    long_after = pl.col("created_at").diff().over(same) > pl.duration(minutes=COPY_WINDOW_MINUTES)
    return long_after.fill_null(value=False).cum_sum().over(same)


def _cut_off(ordered: pl.DataFrame) -> pl.DataFrame:
    """message_id and, as by_cut, the whole message at the same address that a cut one is the start of."""
    addressed = ordered.filter(pl.col("url").is_not_null())
    cut = addressed.filter(pl.col("text_truncated").fill_null(value=False)).select(
        "message_id", "url", "content_hash", start=pl.col("text").str.replace(_CUT_SIGN, "")
    )
    whole = addressed.filter(~pl.col("text_truncated").fill_null(value=False))
    return (
        cut.filter(pl.col("start").str.len_chars() >= _SHORTEST)
        .join(whole.select("url", "text", whole_hash="content_hash", by_cut="message_id"), on="url")
        .filter(
            pl.col("text").str.starts_with(pl.col("start")), pl.col("whole_hash") != pl.col("content_hash")
        )
        .unique("message_id", keep="first", maintain_order=True)
        .select("message_id", "by_cut")
    )
