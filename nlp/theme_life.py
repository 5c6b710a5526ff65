"""What became of every emergent theme in a night: born, same, split, merged, asleep or woken."""

import polars as pl

from nlp.registry import MIN_SHARED, MOST, comparable, nearest_and_margin, theme_cosines
from warehouse.tables import THEME_EVENT

# The part of a known theme's messages that a found theme must hold to be a piece of it.
PIECE = 0.25


def theme_events(
    found: pl.DataFrame,
    ids: pl.DataFrame,
    known: pl.DataFrame,
    shared: pl.DataFrame,
    near: pl.DataFrame,
    assigned: frozenset[str],
) -> pl.DataFrame:
    """One event for every emergent theme, known or found, sorted by theme_id: THEME_EVENT without run_id.

    found: number, centroid. ids: as `registry.registered` gives. known: THEME rows as they were before this
    night. shared: as `registry.shared_messages` gives. near: as `near_theme.near_themes` gives. assigned: ids
    of the known themes that have messages tonight without being found, because people adopted them.

    A found theme is `same`, or `woken` when it was asleep; a new one is `split` (related: the theme it comes
    from) when it and another found theme each hold a quarter of the messages of a known theme, else
    `born`. A known theme that is not found is `merged` (related: where to) when most of its messages lie in
    one other theme, else `asleep`. match_cosine and margin: of a found theme to the known ones, of any
    other to the found ones.
    """
    emergent = known.filter(pl.col("origin") == "emergent")
    gone = emergent.join(ids, on="theme_id", how="anti").sort("theme_id")
    events = pl.concat(
        [
            _of_found(ids.join(near, on="number", how="left"), emergent, shared),
            _of_gone(gone, found, ids, shared, assigned),
        ],
        how="diagonal",
    )
    return THEME_EVENT.conform(events).drop("run_id").sort("theme_id")


def _of_found(ids: pl.DataFrame, known: pl.DataFrame, shared: pl.DataFrame) -> pl.DataFrame:
    pieces = (
        shared.filter(pl.col("messages") >= MIN_SHARED, pl.col("part") >= PIECE)
        .filter(pl.len().over("theme_id") > 1)
        .sort("messages", "theme_id", descending=[True, False])
        .unique("number", keep="first", maintain_order=True)
        .select("number", piece_of="theme_id")
    )
    asleep = known.filter(pl.col("status") == "asleep")["theme_id"].to_list()
    return (
        ids.join(pieces, on="number", how="left")
        .with_columns(piece_of=pl.when("born").then("piece_of"))
        .select(
            "theme_id",
            event=pl.when(pl.col("piece_of").is_not_null())
            .then(pl.lit("split"))
            .when("born")
            .then(pl.lit("born"))
            .when(pl.col("theme_id").is_in(asleep))
            .then(pl.lit("woken"))
            .otherwise(pl.lit("same")),
            match_cosine="match_cosine",
            margin="margin",
            related_theme_id="piece_of",
            near_theme_id="near_theme_id",
            near_cosine="near_cosine",
        )
    )


def _of_gone(
    gone: pl.DataFrame,
    found: pl.DataFrame,
    ids: pl.DataFrame,
    shared: pl.DataFrame,
    assigned: frozenset[str],
) -> pl.DataFrame:
    went = (
        shared.filter(pl.col("messages") >= MIN_SHARED, pl.col("part") >= MOST)
        .sort("theme_id", "messages", "number", descending=[False, True, False])
        .unique("theme_id", keep="first", maintain_order=True)
        .join(ids.select("number", related_theme_id="theme_id"), on="number")
        .select("theme_id", "related_theme_id")
    )
    near = comparable(gone, found)
    nearest, margin = nearest_and_margin(theme_cosines(near, found))
    return (
        gone.select("theme_id")
        .join(went, on="theme_id", how="left")
        .join(
            near.select("theme_id", match_cosine=pl.Series(nearest), margin=pl.Series(margin)).fill_nan(None),
            on="theme_id",
            how="left",
        )
        .with_columns(related_theme_id=pl.when(~pl.col("theme_id").is_in(assigned)).then("related_theme_id"))
        .select(
            "theme_id",
            event=pl.when(pl.col("theme_id").is_in(assigned))
            .then(pl.lit("same"))
            .when(pl.col("related_theme_id").is_not_null())
            .then(pl.lit("merged"))
            .otherwise(pl.lit("asleep")),
            match_cosine="match_cosine",
            margin="margin",
            related_theme_id="related_theme_id",
        )
    )
