"""Emergent themes carried between store and `nlp`: sought, recognised, named, and their life written down."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.night import Night
from flows.texts import embedded, hashed, prepared
from nlp.catalogue import Catalogue
from nlp.discover import MEMBERS_SCHEMA, NO_SUBJECT, Discovery, DiscoveryRules, emergent_themes
from nlp.embed import Embedder
from nlp.labels import theme_labels
from nlp.near_theme import LIKE, mean_vectors, near_themes
from nlp.registry import registered, shared_messages
from nlp.theme_life import theme_events
from nlp.tokens import stop_words
from warehouse.sources.identity import content_hash
from warehouse.store import Store
from warehouse.tables import MESSAGE_THEME, THEME

_MESSAGES = """
SELECT message_id, author_kind, author_key, created_day, content_hash, text, dup_of
FROM core.message
WHERE is_current AND deleted_at IS NULL AND created_day <= $as_of
ORDER BY message_id
"""
_KNOWN = "SELECT * FROM core.theme WHERE origin = 'emergent' ORDER BY theme_id"
_BEFORE = """
SELECT message_theme.message_id, message_theme.theme_id
FROM core.message_theme
JOIN core.theme USING (theme_id)
WHERE theme.origin = 'emergent'
"""

_UNKNOWN = "Gevonden in wat de catalogus van bekende thema's niet kent."
_LIKE_A_KNOWN_ONE = "Lijkt op het bekende thema '{}': misschien hetzelfde, anders gezegd."

# Cosine from which a post of the municipality belongs to an emergent theme: well above what holds the theme
# together, because here no shared word is asked for.
CLOSE_POST = 0.6


@dataclass(frozen=True, repr=False)
class Emergent:
    """What a night makes of emergent themes.

    messages: MESSAGE_THEME rows of all messages, the emergent themes filled in. themes: THEME rows of all
    emergent themes, known and new. events: THEME_EVENT rows without run_id, one for each of them.
    """

    messages: pl.DataFrame
    themes: pl.DataFrame
    events: pl.DataFrame


def with_emergent(store: Store, night: Night, themed: pl.DataFrame, embedder: Embedder) -> Emergent:
    """MESSAGE_THEME rows (`themed`) with the emergent themes of tonight.

    They are looked for in what residents wrote in the window and the catalogue does not know, but not in
    what people said has no theme. Posts of the municipality without a theme join the one they are close to,
    or it would look silent on them only because nobody looked.
    """
    known = THEME.conform(store.query(_KNOWN))
    messages = store.query(_MESSAGES, {"as_of": night.as_of}).join(
        themed, on="message_id", maintain_order="left"
    )
    unknown = pl.col("theme_id").is_null() & pl.col("basis").ne_missing("taught")
    rest = night.window.of(messages).filter(unknown & pl.col("dup_of").is_null())
    texts = pl.concat(
        [
            rest.select("message_id", "author_key", "author_kind", "text"),
            prepared(store, rest["content_hash"], embedder.name),
        ],
        how="horizontal",
    )
    residents = texts.filter(pl.col("author_kind") == "resident")
    empty_words = stop_words(night.settings.municipality.name)
    found = emergent_themes(residents, empty_words, DiscoveryRules())
    posts = close_texts(texts.filter(pl.col("author_kind") == "municipality"), found.themes, CLOSE_POST)
    members = pl.concat([found.members, posts])
    shared = shared_messages(members, store.query(_BEFORE))
    ids = registered(found.themes, known, shared, night.as_of)
    assigned = frozenset(themed["theme_id"].drop_nulls())
    near = near_themes(found.themes, _known_centroids(store, night, messages, found, embedder))
    labels = theme_labels(residents, found.members, empty_words | NO_SUBJECT)
    named = ids.join(labels, on="number").join(near, on="number", how="left")
    return Emergent(
        messages=_filled(themed, members.join(ids, on="number")),
        themes=_theme_rows(night.catalogue, found, named, known, assigned),
        events=theme_events(found.themes, ids, known, shared, near, assigned),
    )


def _known_centroids(
    store: Store, night: Night, messages: pl.DataFrame, found: Discovery, embedder: Embedder
) -> pl.DataFrame:
    """theme_id and centroid of the catalogue's themes: of what residents say under them in the window and of
    the catalogue's examples; none are computed where nothing was found."""
    themes = () if found.themes.is_empty() else night.catalogue.themes
    # A new database may be given an assigner that was learned before it: then it has not read the examples.
    if unread := [text for theme in themes for text in theme.residents]:
        embedded(store, hashed(pl.Series(unread)), embedder, night.tell)
    examples = pl.DataFrame(
        [(theme.theme_id, content_hash(text)) for theme in themes for text in theme.residents],
        schema={"theme_id": pl.String(), "content_hash": pl.String()},
        orient="row",
    )
    said = night.window.of(messages).filter(
        pl.col("theme_id").is_in([theme.theme_id for theme in themes])
        & (pl.col("author_kind") == "resident")
        & pl.col("dup_of").is_null()
    )
    texts = pl.concat([examples, said.select("theme_id", "content_hash")])
    vectors = prepared(store, texts["content_hash"], embedder.name)["vector"]
    return mean_vectors(texts.select("theme_id", vector=vectors).drop_nulls())


def _filled(themed: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    new = members.select("message_id", new_theme="theme_id", nearness="confidence")
    return MESSAGE_THEME.conform(
        themed.join(new, on="message_id", how="left", maintain_order="left").with_columns(
            theme_id=pl.coalesce("theme_id", "new_theme"), confidence=pl.coalesce("nearness", "confidence")
        )
    )


def _theme_rows(
    catalogue: Catalogue, found: Discovery, named: pl.DataFrame, known: pl.DataFrame, assigned: frozenset[str]
) -> pl.DataFrame:
    """THEME rows of found and known themes. What people hid or merged stays so; of the others a found or
    adopted one is active, any other asleep."""
    names = {theme.theme_id: theme.label for theme in catalogue.themes}
    like = pl.col("near_theme_id").replace_strict(names, default=None, return_dtype=pl.String())
    awake = THEME.conform(
        found.themes.join(named, on="number").with_columns(
            description=pl.when(pl.col("near_cosine") >= LIKE)
            .then(pl.format(_LIKE_A_KNOWN_ONE, like))
            .otherwise(pl.lit(_UNKNOWN)),
            origin=pl.lit("emergent"),
            department=pl.lit("Nog te bepalen"),
        )
    )
    heard = [*awake["theme_id"], *assigned]
    rows = pl.concat([awake, known.join(awake, on="theme_id", how="anti")]).drop("status", "merged_into")
    decided = known.filter(pl.col("status").is_in(["hidden", "merged"]))
    by_hearing = pl.when(pl.col("theme_id").is_in(heard)).then(pl.lit("active")).otherwise(pl.lit("asleep"))
    return THEME.conform(
        rows.join(
            decided.select("theme_id", "status", "merged_into"), on="theme_id", how="left"
        ).with_columns(status=pl.coalesce("status", by_hearing))
    ).sort("theme_id")


def close_texts(texts: pl.DataFrame, themes: pl.DataFrame, least: float) -> pl.DataFrame:
    """message_id, number and confidence of texts (message_id, vector) whose cosine to the nearest of the
    themes (number, centroid) is at least `least`; none where there are no themes."""
    if texts.is_empty() or themes.is_empty():
        return pl.DataFrame(schema=MEMBERS_SCHEMA)
    vectors = np.asarray(texts["vector"].to_list(), dtype=np.float64)
    cosines = vectors @ np.asarray(themes["centroid"].to_list(), dtype=np.float64).T
    numbers = themes["number"].gather(cosines.argmax(axis=1).tolist())
    near = texts.select("message_id", number=numbers, confidence=pl.Series(cosines.max(axis=1)))
    return near.filter(pl.col("confidence") >= least)
