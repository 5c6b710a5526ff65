"""Themes carried between store and models: what every message gets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.teaching import read_texts
from flows.texts import subjects
from nlp.assign import ThemeModel, log_softmax
from nlp.catalogue import NO_THEME, Catalogue
from nlp.clean import model_text
from nlp.decide import themes_given
from nlp.language import language
from nlp.questions import is_question
from nlp.ridge import Scores
from nlp.self_training import WEIGHT, spoken_here
from nlp.threads import read_in_threads
from warehouse.store import Store
from warehouse.tables import MESSAGE_THEME, THEME

CURRENT = "SELECT * FROM core.message WHERE is_current AND deleted_at IS NULL ORDER BY message_id"
# What people gave to a message is no memory: it goes when they take it back.
_BEFORE = "SELECT message_id, COALESCE(theme_id, $none) FROM core.message_theme WHERE basis <> 'taught'"
_STORED = "SELECT theme_id, origin, merged_into FROM core.theme"
_GIVEN = {"message_id": pl.String(), "given": pl.String()}


def themed_messages(
    store: Store,
    model: ThemeModel,
    embedder_name: str,
    run_id: str,
    min_confidence: float,
    taught: Mapping[str, str],
) -> pl.DataFrame:
    """MESSAGE_THEME rows of every current message.

    Read twice, each time in its thread: by what the catalogue teaches, then by what the municipality's
    own messages teach as well. The theme of last night is kept while it is about as probable as any. taught:
    the theme that people gave to a message (message_id), which it keeps.
    """
    messages = store.query(CURRENT)
    read = subjects(messages)
    distinct = read.unique("content_hash").sort("content_hash")
    texts = read_texts(store, distinct, embedder_name)
    place = dict(zip(distinct["content_hash"], range(distinct.height), strict=True))
    which = np.asarray([place[key] for key in read["content_hash"]], dtype=int)
    index = dict(zip(messages["message_id"], range(messages.height), strict=True))
    parents = [index.get(parent) for parent in messages["parent_id"]]
    kinds = messages["author_kind"].to_list()
    general = model.log_probabilities(texts)
    first = read_in_threads(general[which], parents, kinds).in_thread
    here = spoken_here(texts, _mean_by_text(first, which, distinct.height), model.themes)
    reading = read_in_threads(log_softmax(general + WEIGHT * here)[which], parents, kinds)
    spoken = np.asarray([any(c.isalpha() for c in model_text(text)) for text in read["text"]], dtype=bool)
    had = dict(store.query(_BEFORE, {"none": NO_THEME}).rows())
    before = remembered_themes(
        [had.get(message_id) for message_id in messages["message_id"]],
        store.query(_STORED),
        reading.in_thread,
        model.themes,
    )
    decided = themes_given(
        reading.by_itself, reading.in_thread, model.themes, parents, spoken, before, min_confidence
    )
    return MESSAGE_THEME.conform(
        messages.select("message_id", "text", declared="language").hstack(decided).with_columns(
            run_id=pl.lit(run_id),
            is_question=pl.col("text").map_elements(is_question, return_dtype=pl.Boolean()),
            language=pl.coalesce("declared", pl.col("text").map_elements(language, return_dtype=pl.String())),
        ).pipe(_with_taught, taught)
    )  # fmt: skip


def remembered_themes(
    had: Sequence[str | None], stored: pl.DataFrame, read: Scores, themes: Sequence[str]
) -> list[str | None]:
    """The theme of last night of every message, as the assigner may have given it.

    had: as it was written. stored: THEME rows of last night. An emergent theme that the assigner does not
    know holds what it found no theme for. What is under a theme that others went into may have been any of
    them: it counts as the one that `read` (messages, themes) finds most probable, so that a merge that is
    undone gives every message back.
    """
    column = {theme: place for place, theme in enumerate(themes)}
    emergent = set(stored.filter(pl.col("origin") == "emergent")["theme_id"])
    together = defaultdict[str, set[str]](set)
    for theme, into in stored.select("theme_id", pl.coalesce("merged_into", "theme_id")).iter_rows():
        given = NO_THEME if theme in emergent and theme not in column else theme
        together[into] |= {given} & column.keys()
    return [
        max(sorted(together[theme]), key=lambda name: row[column[name]])
        if theme is not None and together.get(theme)
        else theme
        for theme, row in zip(had, read, strict=True)
    ]


def _with_taught(themed: pl.DataFrame, taught: Mapping[str, str]) -> pl.DataFrame:
    """What a person said of a message is so."""
    given = pl.DataFrame({"message_id": list(taught), "given": list(taught.values())}, schema=_GIVEN)
    said = pl.col("given").is_not_null()
    return themed.join(given, on="message_id", how="left", maintain_order="left").with_columns(
        theme_id=pl.when(~said).then("theme_id").when(pl.col("given") != NO_THEME).then("given"),
        confidence=pl.when(said).then(1.0).otherwise("confidence"),
        basis=pl.when(said).then(pl.lit("taught")).otherwise("basis"),
        other_themes=pl.when(~said).then("other_themes").otherwise(pl.lit([], dtype=pl.List(pl.String()))),
    )


def _mean_by_text(read: Scores, which: NDArray[np.int_], texts: int) -> Scores:
    """Log of the mean probabilities of the messages that share a text, (texts, themes)."""
    sums = np.zeros((texts, read.shape[1]))
    np.add.at(sums, which, np.exp(read))
    counts = np.bincount(which, minlength=texts)[:, None]
    logs: Scores = np.log(np.maximum(sums / counts, 1e-12))
    return logs


def theme_rows(
    catalogue: Catalogue, emergent: pl.DataFrame, themed: pl.DataFrame, departments: dict[str, str]
) -> pl.DataFrame:
    """THEME rows: all of the catalogue and the emergent ones (THEME columns), with when they were seen.

    themed: theme_id and created_day of messages.
    """
    listed = pl.DataFrame(
        [
            {
                "theme_id": theme.theme_id, "label": theme.label, "description": theme.description,
                "origin": "catalogue", "status": "active", "keywords": list(theme.terms[:10]),
                "department": departments.get(theme.theme_id, theme.department),
            }
            for theme in catalogue.themes
        ]
    )  # fmt: skip
    seen = themed.group_by("theme_id").agg(
        first_seen=pl.col("created_day").min(), last_seen=pl.col("created_day").max()
    )
    rows = pl.concat([THEME.conform(listed), THEME.conform(emergent)]).drop("first_seen", "last_seen")
    return THEME.conform(rows.join(seen, on="theme_id", how="left")).sort("theme_id")
