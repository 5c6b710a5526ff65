"""What may be shown: no small count of authors, no text that could do harm, no quote that could point.

The last step before anything leaves: every rendering is made of values that went through here.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import polars as pl

MINIMUM_AUTHORS = 5
"""Counts of authors from 1 up to this number are hidden, and every figure that would give them away."""

HIDDEN = f"minder dan {MINIMUM_AUTHORS}"

# Steering and bidirectional characters that can hide or reorder text on a screen or in a terminal.
# The zero-width joiner stays: emoji are made with it.
_INVISIBLE = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u{AD}\u{61C}\u{180E}\u{200B}\u{200C}\u{200E}\u{200F}"
    r"\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}\u{FFF9}-\u{FFFC}\u{E0000}-\u{E007F}]"
)
_BLANK = r"[\s\u{2028}\u{2029}]+"

# Everything that rests on what residents said about a theme; the municipality's posts are public.
_RESIDENT_FIGURES = (
    "resident_messages",
    "resident_authors",
    "resident_voices",
    "resident_share",
    "resident_share_low",
    "resident_share_high",
    "difference_pp",
    "log2_ratio",
    "log_odds_z",
    "q_value",
)


def is_small(authors: int) -> bool:
    """True for a count of authors that may not be shown; zero may."""
    return 0 < authors < MINIMUM_AUTHORS


def hidden_cells(authors: Sequence[int]) -> frozenset[int]:
    """Positions to hide in a row of counts of which the total is known.

    The small counts, and then the next smallest ones until what can be computed from the total (the
    hidden remainder) spans two cells and is itself no small count. A zero hides nothing, so it stays.
    """
    hidden = [i for i, count in enumerate(authors) if is_small(count)]
    if not hidden:
        return frozenset()
    shown = sorted((count, i) for i, count in enumerate(authors) if count >= MINIMUM_AUTHORS)
    for _, i in shown:
        if len(hidden) > 1 and sum(authors[j] for j in hidden) >= MINIMUM_AUTHORS:
            break
        hidden.append(i)
    return frozenset(hidden)


def protected_gap(gap: pl.DataFrame) -> pl.DataFrame:
    """The gap frame without the residents' figures of the themes that have to be hidden.

    Adds `small` (too few authors, or unknown) and `hidden` (small, or hidden because another theme is).
    """
    authors = gap["resident_authors"].fill_null(1).to_list()
    hidden = hidden_cells(authors)
    marked = gap.with_columns(
        small=pl.Series([is_small(count) for count in authors], dtype=pl.Boolean),
        hidden=pl.Series([i in hidden for i in range(gap.height)], dtype=pl.Boolean),
    )
    return marked.with_columns(pl.when(~pl.col("hidden")).then(pl.col(_RESIDENT_FIGURES)))


def author_count() -> pl.Expr:
    """Different authors in a group of messages; every anonymous message counts as one."""
    key = pl.col("author_key")
    return key.drop_nulls().n_unique() + key.is_null().sum()


def plain_text(text: str) -> str:
    """`text` on one line, without control, bidirectional and other invisible characters."""
    return str(pl.Series([text]).str.replace_all(_INVISIBLE, "").str.replace_all(_BLANK, " ")[0]).strip()


def plain_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `plain_text` done to every text, also within lists."""

    def plain(expr: pl.Expr) -> pl.Expr:
        return expr.str.replace_all(_INVISIBLE, "").str.replace_all(_BLANK, " ").str.strip_chars(" ")

    texts = pl.selectors.by_dtype(pl.String())
    lists = pl.selectors.by_dtype(pl.List(pl.String()))
    return frame.with_columns(plain(texts)).with_columns(lists.list.eval(plain(pl.element())))


def public_link(url: str | None) -> str | None:
    """`url` when it is an ordinary web address, else None: no javascript:, no file:, no half address."""
    if url is None or any(character in url for character in " \"'<>\\`"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname and not parts.username else None
