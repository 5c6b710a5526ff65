"""Themes carried between store and models: what the catalogue teaches, and what every message gets."""

from collections.abc import Callable

import numpy as np
import polars as pl

from flows.texts import embedded, hashed, prepared, tokenised
from nlp.assign import Texts, ThemeModel, fitted_model, log_softmax
from nlp.catalogue import Catalogue
from nlp.clean import model_text
from nlp.decide import decisions
from nlp.embed import Embedder
from nlp.frequencies import frequency_shift
from nlp.language import language
from nlp.questions import is_question
from nlp.threads import with_context
from warehouse.store import Store
from warehouse.tables import MESSAGE_THEME, THEME

CURRENT = "SELECT * FROM core.message WHERE is_current AND deleted_at IS NULL ORDER BY message_id"


def taught_model(
    store: Store, catalogue: Catalogue, embedder: Embedder, tell: Callable[[str], None]
) -> ThemeModel:
    """The assigner that the catalogue's examples teach; their lemmas and vectors are computed once."""
    examples = pl.DataFrame(catalogue.examples, schema=["theme_id", "text"], orient="row")
    texts = hashed(examples["text"])
    tokenised(store, texts)
    embedded(store, texts, embedder, tell)
    known = examples.join(texts, on="text", how="inner", maintain_order="left")
    return fitted_model(_texts(store, known, embedder.name), known["theme_id"].to_list())


def themed_messages(
    store: Store, model: ThemeModel, embedder_name: str, run_id: str, min_confidence: float
) -> pl.DataFrame:
    """MESSAGE_THEME rows of every current message, read in its thread."""
    messages = store.query(CURRENT)
    distinct = messages.select("content_hash", "text").unique("content_hash", maintain_order=True)
    scores = model.log_probabilities(_texts(store, distinct, embedder_name))
    place = dict(zip(distinct["content_hash"], range(distinct.height), strict=True))
    own = scores[[place[key] for key in messages["content_hash"]]]
    index = dict(zip(messages["message_id"], range(messages.height), strict=True))
    parents = [index.get(parent) for parent in messages["parent_id"]]
    spoken = np.asarray([any(c.isalpha() for c in model_text(text)) for text in messages["text"]])
    read = with_context(own, parents)
    shift = frequency_shift(read)
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
    vectors = np.asarray(known["vector"].to_list(), dtype=np.float32).reshape(known.height, -1)
    return Texts([model_text(text) for text in texts["text"]], known["lemmas"].to_list(), vectors)
