"""Themes carried between store and models: what the catalogue teaches, and what every message gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.texts import embedded, hashed, prepared, tokenised
from nlp.assign import Scores, Texts, ThemeModel, fitted_model, log_softmax
from nlp.catalogue import Catalogue
from nlp.clean import model_text
from nlp.decide import decisions
from nlp.embed import Embedder
from nlp.frequencies import frequency_shift
from nlp.language import language
from nlp.questions import is_question
from nlp.self_training import self_trained
from nlp.threads import with_context
from warehouse.store import Store
from warehouse.tables import MESSAGE_THEME, THEME

CURRENT = "SELECT * FROM core.message WHERE is_current AND deleted_at IS NULL ORDER BY message_id"


@dataclass(frozen=True)
class Teaching:
    """The catalogue's examples as the classifier reads them, the theme of each, and what they teach."""

    texts: Texts
    themes: tuple[str, ...]
    model: ThemeModel


# One process may run many nights; the latest catalogue is learned once.
_LEARNED: dict[tuple[Catalogue, str], Teaching] = {}


def teaching(store: Store, catalogue: Catalogue, embedder: Embedder, tell: Callable[[str], None]) -> Teaching:
    """What the catalogue teaches; lemmas and vectors of its examples are computed once."""
    key = (catalogue, embedder.name)
    if key in _LEARNED:
        return _LEARNED[key]
    examples = pl.DataFrame(catalogue.examples, schema=["theme_id", "text"], orient="row")
    texts = hashed(examples["text"])
    tokenised(store, texts)
    embedded(store, texts, embedder, tell)
    known = examples.join(texts, on="text", how="inner", maintain_order="left")
    read, names = _texts(store, known, embedder.name), tuple(known["theme_id"])
    _LEARNED.clear()
    _LEARNED[key] = Teaching(read, names, fitted_model(read, names))
    return _LEARNED[key]


def themed_messages(
    store: Store, taught: Teaching, embedder_name: str, run_id: str, min_confidence: float
) -> pl.DataFrame:
    """MESSAGE_THEME rows of every current message.

    Read twice, each time in its thread: by what the catalogue teaches, then by what the municipality's
    own messages teach as well.
    """
    messages = store.query(CURRENT)
    distinct = messages.select("content_hash", "text").unique("content_hash").sort("content_hash")
    texts = _texts(store, distinct, embedder_name)
    model = taught.model
    place = dict(zip(distinct["content_hash"], range(distinct.height), strict=True))
    which = np.asarray([place[key] for key in messages["content_hash"]], dtype=int)
    index = dict(zip(messages["message_id"], range(messages.height), strict=True))
    parents = [index.get(parent) for parent in messages["parent_id"]]
    first = _in_context(model.log_probabilities(texts)[which], parents)
    by_text = _mean_by_text(first, which, distinct.height)
    own = self_trained(taught.texts, taught.themes, texts, by_text, model.themes)[which]
    read = with_context(own, parents)
    shift = frequency_shift(read)
    spoken = np.asarray([any(c.isalpha() for c in model_text(text)) for text in messages["text"]], dtype=bool)
    decided = decisions(
        log_softmax(own + shift), log_softmax(read + shift), model.themes, parents, spoken, min_confidence
    )
    return MESSAGE_THEME.conform(
        messages.select("message_id", "text", declared="language").hstack(decided).with_columns(
            run_id=pl.lit(run_id),
            is_question=pl.col("text").map_elements(is_question, return_dtype=pl.Boolean()),
            language=pl.coalesce("declared", pl.col("text").map_elements(language, return_dtype=pl.String())),
        )
    )  # fmt: skip


def _in_context(own: Scores, parents: Sequence[int | None]) -> Scores:
    read = with_context(own, parents)
    return log_softmax(read + frequency_shift(read))


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


def _texts(store: Store, texts: pl.DataFrame, embedder_name: str) -> Texts:
    """What the classifier reads of texts (content_hash, text)."""
    known = prepared(store, texts["content_hash"], embedder_name)
    vectors = known["vector"].explode().to_numpy().reshape(known.height, -1)
    return Texts([model_text(text) for text in texts["text"]], known["lemmas"].to_list(), vectors)
