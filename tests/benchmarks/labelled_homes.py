"""Homes with a finished night and labels: what assigners learn and read there, and how well they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.evaluation import gold_labels
from flows.teaching import LESSON_SCHEMA, example_texts, read_texts
from flows.texts import embedded, subjects, tokenised
from flows.themes import CURRENT
from nlp.assign import Texts
from nlp.catalogue import NO_THEME, Catalogue
from nlp.clean import model_text
from nlp.decide import themes_given
from nlp.embed import BundledEmbedder
from nlp.evaluate import evaluation
from nlp.gold import GOLD_WITHOUT_THEME
from nlp.ridge import Scores
from tests.benchmarks.assigner_table import Agreement
from tests.benchmarks.left_out import Examples
from tests.benchmarks.rivals import Numbers
from warehouse.store import open_store


@dataclass(frozen=True)
class Town:
    """The messages of a municipality in one order, and its labels (native_id, author_kind, theme).

    messages: native_id, author_kind, kind. same: the number of each one's text, so that the same words teach
    once. parents: the place of the message that each answers. spoken: False for one without a single word.
    """

    messages: pl.DataFrame
    texts: Texts
    same: Numbers
    parents: list[int | None]
    spoken: NDArray[np.bool_]
    gold: pl.DataFrame

    @property
    def kinds(self) -> list[str]:
        """Who wrote each message."""
        return self.messages["author_kind"].to_list()


def catalogue_examples(catalogue: Catalogue, database: Path) -> Examples:
    """All examples of the catalogue, with lemmas and vectors of `database`, to which it adds what lacks."""
    sentences = {
        (theme.theme_id, text)
        for theme in catalogue.themes
        for text in (*theme.residents, *theme.municipality)
    } | {(NO_THEME, text) for text in catalogue.without_theme}
    rows = [(theme_id, text, 1.0) for theme_id, text in catalogue.examples]
    with open_store(database) as store:
        lessons = pl.DataFrame(rows, schema=LESSON_SCHEMA, orient="row")
        texts, known = example_texts(store, lessons, BundledEmbedder(), lambda _: None)
    names, themes = np.unique(known["theme_id"].to_numpy(), return_inverse=True)
    is_sentence = [pair in sentences for pair in known.select("theme_id", "text").rows()]
    return Examples(texts, themes.astype(np.int64), tuple(map(str, names)), np.asarray(is_sentence))


def labelled_home(database: Path, gold: Path) -> Town:
    """The current messages in `database`, as the night reads them and in its order, with labels.

    gold: the CSV that holds them. Adds to `database` what lemmas and vectors it lacks.

    Raises ConfigurationError when the labels cannot be used.
    """
    with open_store(database) as store:
        messages = store.query(CURRENT)
        told = subjects(messages)
        distinct, embedder = told.unique("content_hash"), BundledEmbedder()
        tokenised(store, distinct)
        embedded(store, distinct, embedder, lambda _: None)
        texts = read_texts(store, told, embedder.name)
    index = dict(zip(messages["message_id"], range(messages.height), strict=True))
    return Town(
        messages=messages.select("native_id", "author_kind", "kind"),
        texts=texts,
        same=np.unique(told["content_hash"].to_numpy(), return_inverse=True)[1].astype(np.int64),
        parents=[index.get(parent) for parent in messages["parent_id"]],
        spoken=np.asarray([any(c.isalpha() for c in model_text(text)) for text in told["text"]]),
        gold=gold_labels(gold),
    )


def agreement(
    town: Town, names: Sequence[str], by_itself: Scores | None, in_thread: Scores | None
) -> Agreement:
    """How well log-probabilities (messages, names) agree with the labels, by themselves and in their threads.

    Themes are decided as the night does, without a memory of last night. Raises ValueError without any.
    """
    alone = None if by_itself is None else _found(town, names, by_itself)
    together = None if in_thread is None else _found(town, names, in_thread)
    counted = together if together is not None else alone
    if counted is None:
        raise ValueError("no log-probabilities")
    figures = evaluation(counted, town.gold)
    return Agreement(
        alone=None if alone is None else evaluation(alone, town.gold).accuracy,
        in_thread=None if together is None else figures.accuracy,
        v_measure=figures.v_measure,
        exact=_exact(town, counted, names),
        recognised_without=figures.recognised_without,
        lost=figures.lost,
        gap_rank_correlation=figures.gap_rank_correlation,
    )


def _found(town: Town, names: Sequence[str], scores: Scores) -> pl.DataFrame:
    nothing_before = [None] * len(scores)
    decided = themes_given(scores, scores, names, town.parents, town.spoken, nothing_before, 0.0)
    return town.messages.with_columns(theme_id=decided["theme_id"], is_question=pl.lit(value=False))


def _exact(town: Town, found: pl.DataFrame, names: Sequence[str]) -> float | None:
    labels = town.gold.drop_nulls("theme").filter(pl.col("author_kind") == "resident")
    if not set(labels["theme"]) <= {*names, GOLD_WITHOUT_THEME}:
        return None
    both = labels.join(found.select("native_id", "theme_id"), on="native_id")
    right = pl.col("theme") == pl.col("theme_id").fill_null(GOLD_WITHOUT_THEME)
    return float(both.select(right.mean()).item())
