"""Weerklank's assigner beside the obvious others: on the catalogue, and on labelled municipalities.

    .venv/bin/python -m tests.benchmarks.assigners --home HOME --gold GOLD.csv [--home … --gold …]

A home has a finished night, whose messages, lemmas and vectors are used; it is read through a copy. Prints
one Markdown table, a row per assigner. Takes some fifteen minutes on one core.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from nlp.assign import log_softmax
from nlp.catalogue import bundled_catalogue
from nlp.ridge import Scores
from nlp.self_training import WEIGHT, spoken_here
from nlp.threads import read_in_threads
from tests.benchmarks.assigner_table import Agreement, Row, as_markdown
from tests.benchmarks.labelled_homes import Town, agreement, catalogue_examples, labelled_home
from tests.benchmarks.left_out import Examples, Fold, folds, left_out_scores, left_out_themes, temperature
from tests.benchmarks.rivals import (
    Read,
    Rival,
    lexical_centroids,
    logistic_regression,
    nearest_neighbours,
    part_of,
    ridge_on_vectors,
    ridge_on_words,
    spread_over_graph,
    sum_kernel,
    support_vectors,
    vector_centroids,
    vocabulary,
)

_SEED = 1
_ON_WORDS, _ON_VECTORS = "ridge op woorden en letters", "ridge op vectoren"
_RIVALS: dict[str, Rival] = {
    "zwaartepunt van vectoren": vector_centroids,
    "zwaartepunt van tf-idf": lexical_centroids,
    "k naaste voorbeelden": nearest_neighbours,
    "logistische regressie (SGD)": logistic_regression,
    "lineaire SVM, gekalibreerd": support_vectors,
    _ON_WORDS: ridge_on_words,
    _ON_VECTORS: ridge_on_vectors,
}
_COUNTS_NO_WORDS = (vector_centroids, ridge_on_vectors, sum_kernel)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Material:
    """What is the same for all: the examples and their folds, the municipalities, what rivals read of both,
    and the processor seconds it took to count the words and letters of either."""

    examples: Examples
    folds: tuple[Fold, ...]
    learned: Read
    counting: float
    towns: tuple[Town, ...]
    read: tuple[Read, ...]
    counting_messages: float


@dataclass(frozen=True)
class Assigned:
    """What an assigner gives: log-probabilities of the left-out sentences and of the messages of each town,
    all by themselves, and the processor seconds it took to learn and to give the latter."""

    left_out: Scores
    towns: tuple[Scores, ...]
    fit: float
    predict: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    given = _arguments(arguments)
    with threadpool_limits(1), TemporaryDirectory() as folder:
        copies = [
            Path(shutil.copy(home / "warehouse.duckdb", Path(folder) / f"{number}.duckdb"))
            for number, home in enumerate(given.home)
        ]
        material = _material(copies, given.gold)
        sys.stdout.write(as_markdown(list(_rows(material))))
    return 0


def _material(databases: Sequence[Path], golds: Sequence[Path]) -> Material:
    examples = catalogue_examples(bundled_catalogue(), databases[0])
    towns = tuple(labelled_home(database, gold) for database, gold in zip(databases, golds, strict=True))
    words, fitting = _timed(lambda: vocabulary(examples.texts))
    learned, counting = _timed(lambda: words.read(examples.texts))
    read, counting_messages = _timed(lambda: tuple(words.read(town.texts) for town in towns))
    made = tuple(folds(examples, _SEED))
    return Material(examples, made, learned, fitting + counting, towns, read, counting_messages)


def _rows(material: Material) -> Iterator[Row]:
    made = {}
    for name, rival in _RIVALS.items():
        made[name] = _assigned(rival, material)
        yield _in_threads(name, made[name], material)
    fused = _fused(made[_ON_WORDS], made[_ON_VECTORS], material)
    yield _in_threads("late fusie van de twee ridges", fused, material)
    yield from _ours(_assigned(sum_kernel, material), material)


def _assigned(rival: Rival, material: Material) -> Assigned:
    """What a rival gives, with the temperature that is best for its left-out scores.

    Weerklank's own keeps the temperature that it gives itself: the last row is what the night does.
    """
    _tell(rival.__name__)
    left_out = left_out_scores(material.folds, rival)
    themes = left_out_themes(material.folds, material.examples.themes)
    factor = 1.0 if rival is sum_kernel else temperature(left_out, themes)
    scored, fit = _timed(lambda: rival(material.learned, material.examples.themes))
    towns, predict = _timed(lambda: tuple(log_softmax(scored(read) * factor) for read in material.read))
    if rival not in _COUNTS_NO_WORDS:
        fit, predict = fit + material.counting, predict + material.counting_messages
    return Assigned(log_softmax(left_out * factor), towns, fit, predict)


def _fused(first: Assigned, second: Assigned, material: Material) -> Assigned:
    """Late fusion: the mean of the log-probabilities of two, with the temperature that is best for it."""
    left_out = (first.left_out + second.left_out) / 2
    factor = temperature(left_out, left_out_themes(material.folds, material.examples.themes))
    pairs = zip(first.towns, second.towns, strict=True)
    return Assigned(
        log_softmax(left_out * factor),
        tuple(log_softmax((one + other) / 2 * factor) for one, other in pairs),
        first.fit + second.fit,
        first.predict + second.predict,
    )


def _in_threads(name: str, assigned: Assigned, material: Material) -> Row:
    """An assigner whose messages are read by themselves and in their threads."""
    read, seconds = _timed(lambda: _read(assigned.towns, material))
    return Row(
        name,
        _catalogue_accuracy(assigned, material),
        _agreements(material, assigned.towns, read),
        assigned.fit,
        _per_message(assigned.predict + seconds, material),
    )


def _ours(assigned: Assigned, material: Material) -> Iterator[Row]:
    """Weerklank's assigner step by step: by itself, in its thread, and what may come on top of that."""
    catalogue = _catalogue_accuracy(assigned, material)
    alone = _agreements(material, assigned.towns, None)
    yield Row(
        "som van de kernen, los", catalogue, alone, assigned.fit, _per_message(assigned.predict, material)
    )
    read, reading = _timed(lambda: _read(assigned.towns, material))
    more: dict[str, Callable[[], tuple[Scores, ...]]] = {
        "som van de kernen, in de draad": lambda: read,
        "in de draad, verspreid over buren": lambda: _spread(read, material),
        "in de draad, geleerd van eigen berichten (de nacht)": lambda: _taught(
            assigned.towns, read, material
        ),
    }
    for name, scores in more.items():
        given, seconds = _timed(scores)
        agreements = _agreements(material, None, given)
        yield Row(name, None, agreements, None, _per_message(assigned.predict + reading + seconds, material))


def _read(towns: Sequence[Scores], material: Material) -> tuple[Scores, ...]:
    both = zip(towns, material.towns, strict=True)
    return tuple(read_in_threads(scores, town.parents, town.kinds).in_thread for scores, town in both)


def _spread(read: Sequence[Scores], material: Material) -> tuple[Scores, ...]:
    both = zip(read, material.towns, strict=True)
    return tuple(spread_over_graph(np.exp(scores), town.parents, town.texts.vectors) for scores, town in both)


def _taught(towns: Sequence[Scores], read: Sequence[Scores], material: Material) -> tuple[Scores, ...]:
    """The second reading of the night, after what own messages teach (see `flows.themes`)."""
    second = []
    for own, first, town in zip(towns, read, material.towns, strict=True):
        once, where = np.unique(town.same, return_index=True)
        sums = np.zeros((len(once), first.shape[1]))
        np.add.at(sums, town.same, np.exp(first))
        means = np.log(np.maximum(sums / np.bincount(town.same)[:, None], 1e-12))
        here = spoken_here(part_of(town.texts, where), means, material.examples.names)
        second.append(log_softmax(own + WEIGHT * here[town.same]))
    return _read(second, material)


def _agreements(
    material: Material, by_itself: Sequence[Scores] | None, in_thread: Sequence[Scores] | None
) -> tuple[Agreement, ...]:
    nothing = [None] * len(material.towns)
    each = zip(material.towns, by_itself or nothing, in_thread or nothing, strict=True)
    return tuple(agreement(town, material.examples.names, own, read) for town, own, read in each)


def _catalogue_accuracy(assigned: Assigned, material: Material) -> float:
    themes = left_out_themes(material.folds, material.examples.themes)
    return float((assigned.left_out.argmax(axis=1) == themes).mean())


def _per_message(seconds: float, material: Material) -> float:
    return 1_000 * seconds / sum(town.messages.height for town in material.towns)


def _timed(give: Callable[[], _T]) -> tuple[_T, float]:
    """What `give` gives, and how many seconds of the processor that took: others may use the machine too."""
    begun = time.process_time()
    given = give()
    return given, time.process_time() - begun


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("assigners", description="Assigners compared; see the README beside it.")
    parser.add_argument("--home", type=Path, action="append", required=True, help="home of a finished night")
    parser.add_argument("--gold", type=Path, action="append", required=True, help="CSV with its labels")
    given = parser.parse_args(arguments)
    if len(given.home) != len(given.gold):
        parser.error("give every --home its --gold")
    return given


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    sys.exit(main())
