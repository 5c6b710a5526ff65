"""Where the themes agree with a gold set and where they do not: per gold theme, and which are confused."""

from dataclasses import dataclass

import polars as pl

from nlp.gold import FOUND_WITHOUT_THEME, GOLD_WITHOUT_THEME


@dataclass(frozen=True)
class FoundUnder:
    """So many messages of a gold theme lie under a found theme; theme_id None: under no theme."""

    theme_id: str | None
    messages: int


@dataclass(frozen=True)
class ThemeQuality:
    """How well one gold theme is found; shares are fractions of 1.

    messages: labelled messages of the theme. right: those under a found theme that stands for it.
    precision: right as a part of all labelled messages under such themes, None when there are none.
    recall: right as a part of messages. without: messages left without a theme. found: where the messages
    lie, the most first.
    """

    theme: str
    messages: int
    right: int
    precision: float | None
    recall: float
    without: int
    found: tuple[FoundUnder, ...]


@dataclass(frozen=True)
class Confusion:
    """So many messages of gold theme `theme` lie under found themes that stand for `mapped`."""

    theme: str
    mapped: str
    messages: int


def theme_qualities(joined: pl.DataFrame) -> tuple[ThemeQuality, ...]:
    """Every gold theme but "overig", the largest first. joined: what `nlp.gold.labelled` gives."""
    themed = joined.filter(pl.col("theme") != GOLD_WITHOUT_THEME)
    right = pl.col("mapped") == pl.col("theme")
    counted = themed.group_by("theme").agg(
        pl.len().alias("messages"),
        right.sum().alias("right"),
        (pl.col("theme_id") == FOUND_WITHOUT_THEME).sum().alias("without"),
    )
    placed = joined.group_by(theme="mapped").agg(pl.len().alias("placed"))
    rows = counted.join(placed, on="theme", how="left").sort("messages", "theme", descending=[True, False])
    where = {
        key: tuple(_found_under(row) for row in part.iter_rows(named=True))
        for (key,), part in themed.group_by("theme", "theme_id")
        .len("messages")
        .sort("messages", "theme_id", descending=[True, False])
        .group_by("theme", maintain_order=True)
    }
    return tuple(
        ThemeQuality(
            theme=row["theme"],
            messages=row["messages"],
            right=row["right"],
            precision=row["right"] / row["placed"] if row["placed"] else None,
            recall=row["right"] / row["messages"],
            without=row["without"],
            found=where[row["theme"]],
        )
        for row in rows.iter_rows(named=True)
    )


def confusion(joined: pl.DataFrame) -> tuple[Confusion, ...]:
    """Every pair of gold theme and mapped theme that occurs, the most messages first; "overig" is one of
    the themes on both sides, and on the found side also holds what was left without a theme.

    joined: what `nlp.gold.labelled` gives.
    """
    cells = joined.drop_nulls("theme").group_by("theme", "mapped").len("messages")
    ordered = cells.sort(["messages", "theme", "mapped"], descending=[True, False, False])
    return tuple(
        Confusion(row["theme"], row["mapped"], row["messages"]) for row in ordered.iter_rows(named=True)
    )


def _found_under(row: dict[str, str | int]) -> FoundUnder:
    theme_id = str(row["theme_id"])
    return FoundUnder(None if theme_id == FOUND_WITHOUT_THEME else theme_id, int(row["messages"]))
