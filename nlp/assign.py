"""Which theme a message has by itself: kernel ridge regression on the catalogue's examples.

Two texts are alike as far as they share words (tf-idf of lemmas and lemma pairs), letters (tf-idf of
character 3-5-grams) and meaning (a Gaussian of the distance of their sentence vectors); the kernel is the sum
of the three. One-hot themes are regressed on it in closed form, so nothing is random, and leave-one-out
scores set the temperature that turns scores into probabilities. How it compares with others:
`tests/benchmarks/README.md`. It gives the most right on examples that it did not see; on messages in their
threads ridge on words alone and a linear SVM do as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from nlp.embed import Vectors
from nlp.ridge import Kernel, Scores, kernel_ridge

Weights = NDArray[np.float32]
# One more with every change of what is learned from the same texts: a kept model is then learned anew.
METHOD = 1
PENALTY = 1.0
# exp(-_NARROWNESS * squared distance); unit vectors of Dutch sentences lie 0.5 to 2 apart, squared.
_NARROWNESS = 1.5
_TEMPERATURES = np.geomspace(0.25, 64.0, 41)
_BLOCK = 500


@dataclass(frozen=True)
class Texts:
    """What the classifier reads of n texts: model texts, their lemmas and their unit vectors."""

    texts: Sequence[str]
    lemmas: Sequence[Sequence[str]]
    vectors: Vectors

    def part(self, start: int, end: int | None = None) -> "Texts":
        """The texts from `start` up to `end`."""
        return Texts(self.texts[start:end], self.lemmas[start:end], self.vectors[start:end])


@dataclass(frozen=True)
class ThemeModel:
    """A fitted assigner. `themes` gives the order of the columns of all it returns.

    by_features: what every word and letter group says, (features, themes). examples and by_example: the
    vectors that it learned from, and what nearness to each says, (examples, themes). leave_one_out_accuracy:
    share of the examples whose theme it gives when they are left out.
    """

    themes: tuple[str, ...]
    words: TfidfVectorizer
    letters: TfidfVectorizer
    by_features: Weights
    examples: Vectors
    by_example: Weights
    temperature: float
    leave_one_out_accuracy: float

    def log_probabilities(self, texts: Texts) -> Scores:
        """Log-probability of every theme for every text by itself, (texts, themes)."""
        blocks = [
            self._scores(texts.part(start, start + _BLOCK)) for start in range(0, len(texts.texts), _BLOCK)
        ]
        if not blocks:
            return np.empty((0, len(self.themes)))
        return log_softmax(np.vstack(blocks) * self.temperature)

    def _scores(self, texts: Texts) -> Scores:
        with threadpool_limits(1):
            features = _side_by_side(self.words.transform(texts.lemmas), self.letters.transform(texts.texts))
            by_meaning = _nearness(texts.vectors, self.examples) @ self.by_example
            return np.asarray(features @ self.by_features + by_meaning, dtype=np.float64)


class Learned(NamedTuple):
    """A model, and the log-probabilities of what it learned from, each as if it had been left out."""

    model: ThemeModel
    left_out: Scores


def fitted_model(
    examples: Texts, themes: Sequence[str], weights: NDArray[np.float32] | None = None
) -> ThemeModel:
    """The assigner that `examples` teach, the i-th of which belongs to `themes[i]`.

    weights: how many examples each counts for; one each when None.
    """
    names = tuple(sorted(set(themes)))
    one_hot = (np.asarray(themes)[:, None] == np.asarray(names)[None, :]).astype(np.float64)
    return learned_from(examples, names, one_hot, weights).model


def learned_from(
    texts: Texts, names: tuple[str, ...], targets: Scores, weights: NDArray[np.float32] | None = None
) -> Learned:
    """What `texts` teach, where row i of `targets` (texts, themes) says how much of each theme text i is.

    Raises ValueError when they are not `comparable`. Cost: cubic in the number of texts, and 4 bytes for
    every pair of them.
    """
    words = TfidfVectorizer(analyzer=_lemmas_and_pairs, sublinear_tf=True, dtype=np.float32)
    letters = _letters()
    features = _side_by_side(words.fit_transform(texts.lemmas), letters.fit_transform(texts.texts))
    penalties = PENALTY / (np.ones(len(texts.texts), dtype=np.float32) if weights is None else weights)
    duals, left_out = kernel_ridge(
        _kernel(features, texts.vectors), targets - targets.mean(axis=0), penalties
    )
    temperature = _best_temperature(left_out, targets)
    right = float(np.mean(left_out.argmax(axis=1) == targets.argmax(axis=1)))
    by_features = np.asarray(features.T @ duals, dtype=np.float32)
    model = ThemeModel(names, words, letters, by_features, texts.vectors, duals, temperature, right)
    return Learned(model, log_softmax(left_out * temperature))


def comparable(texts: Texts) -> bool:
    """Whether there is a word in the texts, and a group of letters that two of them share."""
    groups, seen = _letters().build_analyzer(), set[str]()
    for text in texts.texts:
        found = set(groups(text))
        if not seen.isdisjoint(found):
            return any(texts.lemmas)
        seen |= found
    return False


def log_softmax(scores: Scores) -> Scores:
    """Row-wise log of the softmax, stable for large scores."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    normalised: Scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised


def _letters() -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, dtype=np.float32
    )


def _lemmas_and_pairs(lemmas: Sequence[str]) -> list[str]:
    return [*lemmas, *(f"{first} {second}" for first, second in pairwise(lemmas))]


def _side_by_side(words: csr_matrix, letters: csr_matrix) -> csr_matrix:
    return hstack([words, letters], format="csr")


def _nearness(vectors: Vectors, others: Vectors) -> Kernel:
    """How near in meaning unit vectors are, from 0 to 1; the zero vector of a blank text is near to none."""
    squared = np.maximum(2 - 2 * (vectors @ others.T), 0)
    spoken = np.outer(np.any(vectors, axis=1), np.any(others, axis=1))
    return np.where(spoken, np.exp(-_NARROWNESS * squared), 0).astype(np.float32)


def _kernel(features: csr_matrix, vectors: Vectors) -> Kernel:
    """How alike all texts are. Made in blocks: the sparse product as a whole would take thrice the memory."""
    across = features.T.tocsr()
    kernel = np.empty((len(vectors), len(vectors)), dtype=np.float32)
    with threadpool_limits(1):
        for start in range(0, len(vectors), _BLOCK):
            block = slice(start, start + _BLOCK)
            kernel[block] = (features[block] @ across).toarray() + _nearness(vectors[block], vectors)
    return kernel


def _best_temperature(left_out: Scores, targets: Scores) -> float:
    """The factor under which left-out scores, as a softmax, come closest to the targets (cross-entropy)."""
    losses = [-(targets * log_softmax(left_out * factor)).sum(axis=1).mean() for factor in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])
