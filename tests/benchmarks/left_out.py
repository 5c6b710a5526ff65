"""Cross-validation on the catalogue: each sentence scored by an assigner that has not seen it.

Five folds over the sentences of residents and municipality; names, descriptions and terms only ever teach. A
text that two themes share is learned or tested, never both.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.assign import Texts, log_softmax
from nlp.ridge import Scores
from tests.benchmarks.rivals import Numbers, Read, Rival, part_of, vocabulary

FOLDS = 5
_TEMPERATURES = np.geomspace(0.125, 256.0, 67)


@dataclass(frozen=True)
class Examples:
    """What is read of all examples, the number of the theme of each in `names`, and which are sentences."""

    texts: Texts
    themes: Numbers
    names: tuple[str, ...]
    sentences: NDArray[np.bool_]


@dataclass(frozen=True)
class Fold:
    """learned and its themes teach; tested (rows of all examples) are read with the words of the former."""

    learned: Read
    themes: Numbers
    tested: Numbers
    read: Read


def folds(examples: Examples, seed: int) -> Iterator[Fold]:
    """FOLDS folds that are alike for every rival."""
    texts, same = np.unique(np.asarray(examples.texts.texts), return_inverse=True)
    parts = np.random.default_rng(seed).permutation(len(texts)) % FOLDS
    of = np.where(examples.sentences, parts[same], -1)
    for part in range(FOLDS):
        tested = np.flatnonzero(of == part)
        rows = np.flatnonzero(~np.isin(same, same[tested]))
        learned = part_of(examples.texts, rows)
        words = vocabulary(learned)
        yield Fold(
            words.read(learned), examples.themes[rows], tested, words.read(part_of(examples.texts, tested))
        )


def left_out_scores(made: tuple[Fold, ...], rival: Rival) -> Scores:
    """Scores of every sentence, (sentences, themes), those of the first fold first."""
    return np.vstack([rival(fold.learned, fold.themes)(fold.read) for fold in made])


def temperature(scores: Scores, themes: Numbers) -> float:
    """The factor under which scores, as a softmax, come closest to the themes (cross-entropy)."""
    rows = np.arange(len(themes))
    losses = [-log_softmax(scores * factor)[rows, themes].mean() for factor in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def left_out_themes(made: tuple[Fold, ...], themes: Numbers) -> Numbers:
    """The theme of every sentence, in the order of `left_out_scores`."""
    tested: Numbers = themes[np.concatenate([fold.tested for fold in made])]
    return tested
