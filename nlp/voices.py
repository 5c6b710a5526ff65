"""What counts, on each side, as bringing up a theme.

Everything that compares residents with the municipality starts from these definitions. The frames of
messages have at least message_id, author_kind, author_key, kind, theme_id, dup_of (String) and
created_day (Date, in the municipality's own time zone). A null theme_id is a message without a theme.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

POST_KINDS = ("post", "share")
ISO_WEEK = pl.col("created_day").dt.truncate("1w")


@dataclass(frozen=True)
class Window:
    """The days from `start` up to and including `end`. Raises ValueError when `end` comes first."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a window cannot end ({self.end}) before it starts ({self.start})")

    @classmethod
    def ending(cls, end: date, days: int) -> "Window":
        """The window of so many days of which `end` is the last."""
        return cls(end - timedelta(days=days - 1), end)

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1

    def previous(self) -> "Window":
        """The window of the same length that ends the day before this one starts."""
        return Window.ending(self.start - timedelta(days=1), self.days)

    def months(self) -> dict[str, "Window"]:
        """The calendar months in it by name (YYYY-MM), oldest first, the outer two cut at its ends."""
        firsts = pl.date_range(self.start.replace(day=1), self.end, "1mo", eager=True)
        lasts = firsts.dt.month_end()
        return {
            f"{first:%Y-%m}": Window(max(first, self.start), min(last, self.end))
            for first, last in zip(firsts, lasts, strict=True)
        }

    def of(self, messages: pl.DataFrame) -> pl.DataFrame:
        """The messages that were written in this window."""
        return messages.filter(pl.col("created_day").is_between(self.start, self.end))


def resident_messages(messages: pl.DataFrame, week: pl.Expr = ISO_WEEK) -> pl.DataFrame:
    """What residents wrote themselves: `messages` of residents, without copies of another message.

    Adds `author` (String: author_key, or message_id when anonymous, so that every anonymous message has
    an author of its own) and `week`, within which an author is heard once per theme.
    """
    own_words = (pl.col("author_kind") == "resident") & pl.col("dup_of").is_null()
    return messages.filter(own_words).with_columns(author=pl.coalesce("author_key", "message_id"), week=week)


def resident_voices(messages: pl.DataFrame, week: pl.Expr = ISO_WEEK) -> pl.DataFrame:
    """One row per voice: a resident who brings up a theme, counted once per theme and week.

    One angry author is not a movement: ten comments in a week are one voice, one comment in each of ten
    weeks is ten. An anonymous message is a voice of its own. No theme counts like a theme.
    Gives theme_id, author, week and messages (how many messages the voice rests on); order not defined.
    """
    return (
        resident_messages(messages, week)
        .group_by("theme_id", "author", "week")
        .agg(messages=pl.len().cast(pl.Int64))
    )


def municipality_posts(messages: pl.DataFrame) -> pl.DataFrame:
    """What the municipality chose to bring up: its posts and shares, the same text counted once.

    Its answers and comments are responsiveness, not agenda: they count for neither side.
    """
    return messages.filter(
        pl.col("author_kind") == "municipality",
        pl.col("kind").is_in(POST_KINDS),
        pl.col("dup_of").is_null(),
    )


def unassigned_share(side: pl.DataFrame) -> float | None:
    """Share of the voices or posts without a theme; None when there are none at all."""
    return side["theme_id"].null_count() / side.height if side.height else None
