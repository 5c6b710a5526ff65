"""The obvious other assigners, on the very words, letters and vectors that weerklank's own reads.

A rival is a function of what it learns from and the number of the theme of each (0 to themes - 1, every one
of which occurs). It gives a function that scores texts, (texts, themes): the higher, the likelier.
Everything here gives the same from run to run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, eye, hstack
from scipy.sparse.linalg import splu
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from nlp.assign import PENALTY, Texts, fitted_model
from nlp.embed import Vectors
from nlp.ridge import Kernel, Scores, kernel_ridge

Numbers = NDArray[np.int64]

_NEIGHBOURS = (1, 3, 5, 10, 20, 40)
# Penalties as they were best on one fold: 1e-6 to 1e-4 for the first, 0.1 to 3 for the second.
_LOGISTIC_ALPHA, _LOGISTIC_ROUNDS = 3e-6, 20
_SVM_C = 1.0
# As `nlp.assign`: exp(-1.5 * squared distance).
_NARROWNESS = 1.5
# On how many examples the number of neighbours is chosen, each left out.
_CHOOSING = 2_000
_CALIBRATION_FOLDS = 3
_GRAPH_NEIGHBOURS = 10
# Zhou et al. have 0.99, for a handful of labels; here every message comes with probabilities of its own.
_ALPHA = 0.5


@dataclass(frozen=True)
class Read:
    """n texts, and their tf-idf of words beside that of letters, (n, features): two unit vectors a row."""

    texts: Texts
    lexical: csr_matrix


Scorer = Callable[[Read], Scores]
Rival = Callable[[Read, Numbers], Scorer]


@dataclass(frozen=True)
class Vocabulary:
    """The words and letters that are counted, as `nlp.assign` does."""

    words: TfidfVectorizer
    letters: TfidfVectorizer

    def read(self, texts: Texts) -> Read:
        """The texts with their tf-idf."""
        return Read(
            texts, hstack([self.words.transform(texts.lemmas), self.letters.transform(texts.texts)], "csr")
        )


def part_of(texts: Texts, rows: Numbers) -> Texts:
    """The texts of these rows, in their order."""
    return Texts([texts.texts[row] for row in rows], [texts.lemmas[row] for row in rows], texts.vectors[rows])


def vocabulary(texts: Texts) -> Vocabulary:
    """The vocabulary of `texts`."""
    words = TfidfVectorizer(analyzer=_lemmas_and_pairs, sublinear_tf=True, dtype=np.float32)
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, dtype=np.float32
    )
    return Vocabulary(words.fit(texts.lemmas), letters.fit(texts.texts))


def vector_centroids(learned: Read, themes: Numbers) -> Scorer:
    """Cosine with the mean vector of each theme."""
    centroids = normalize(_one_hot(themes).T @ learned.texts.vectors)
    return lambda read: np.asarray(read.texts.vectors @ centroids.T, dtype=np.float64)


def lexical_centroids(learned: Read, themes: Numbers) -> Scorer:
    """Inner product with the mean tf-idf of each theme, brought to length 1."""
    centroids = normalize(_one_hot(themes).T @ learned.lexical)
    return lambda read: (read.lexical @ centroids.T).toarray().astype(np.float64)


def nearest_neighbours(learned: Read, themes: Numbers) -> Scorer:
    """Votes of the nearest examples, by the sum of the cosines of words, letters and vectors.

    A vote weighs its cosine; one imagined vote is spread over all themes. The number of neighbours is that
    of _NEIGHBOURS which is right most often on every so many examples, each left out.
    """
    one_hot = _one_hot(themes).toarray()
    chosen = np.arange(0, len(themes), max(1, len(themes) // _CHOOSING))
    some = Read(part_of(learned.texts, chosen), learned.lexical[chosen])
    alike = _alike(some, learned)
    alike[np.arange(len(chosen)), chosen] = -np.inf
    numbers = [number for number in _NEIGHBOURS if number < len(themes)]
    right = [(_votes(alike, one_hot, number).argmax(axis=1) == themes[chosen]).mean() for number in numbers]
    best = numbers[int(np.argmax(right))]
    return lambda read: _votes(_alike(read, learned), one_hot, best)


def logistic_regression(learned: Read, themes: Numbers) -> Scorer:
    """Logistic regression on words and letters, each theme against the rest: a fixed number of rounds of
    stochastic gradient descent, because L-BFGS takes minutes to get there."""
    model = SGDClassifier(
        loss="log_loss", alpha=_LOGISTIC_ALPHA, max_iter=_LOGISTIC_ROUNDS, tol=None, random_state=0
    ).fit(learned.lexical, themes)
    return lambda read: np.asarray(model.decision_function(read.lexical), dtype=np.float64)


def support_vectors(learned: Read, themes: Numbers) -> Scorer:
    """Linear support vector machine on words and letters, each theme against the rest, with a sigmoid per
    theme fitted on left-out parts (Platt 1999)."""
    machine = LinearSVC(C=_SVM_C, tol=1e-3, random_state=0)
    model = CalibratedClassifierCV(machine, method="sigmoid", cv=_CALIBRATION_FOLDS, ensemble=False)
    model.fit(learned.lexical, themes)
    return lambda read: np.log(np.maximum(model.predict_proba(read.lexical), 1e-12))


def ridge_on_words(learned: Read, themes: Numbers) -> Scorer:
    """Ridge regression on words and letters alone."""
    kernel = (learned.lexical @ learned.lexical.T).toarray()
    duals = kernel_ridge(kernel, *_regressed(themes)).duals
    weights = learned.lexical.T @ duals
    return lambda read: np.asarray(read.lexical @ weights, dtype=np.float64)


def ridge_on_vectors(learned: Read, themes: Numbers) -> Scorer:
    """Ridge regression on the Gaussian of the distance of sentence vectors alone."""
    vectors = learned.texts.vectors
    duals = kernel_ridge(_nearness(vectors, vectors), *_regressed(themes)).duals
    return lambda read: np.asarray(_nearness(read.texts.vectors, vectors) @ duals, dtype=np.float64)


def sum_kernel(learned: Read, themes: Numbers) -> Scorer:
    """Weerklank's own, which counts its words and letters itself."""
    model = fitted_model(learned.texts, [f"{theme:04}" for theme in themes])
    return lambda read: model.log_probabilities(read.texts)


def spread_over_graph(probabilities: Scores, parents: Sequence[int | None], vectors: Vectors) -> Scores:
    """Log-probabilities after label propagation (Zhou et al. 2004, local and global consistency).

    The graph has an edge between each message and the one it answers, weight 1, and between it and the
    nearest by sentence vector, weight their cosine.
    """
    messages = len(probabilities)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :_GRAPH_NEIGHBOURS]
    answering = [message for message, parent in enumerate(parents) if parent is not None]
    rows = np.concatenate([np.repeat(np.arange(messages), nearest.shape[1]), answering])
    columns = np.concatenate([nearest.ravel(), [parents[message] for message in answering]]).astype(np.int64)
    weights = np.maximum(np.take_along_axis(cosines, nearest, axis=1).ravel(), 0)
    one_way = csr_matrix(
        (np.concatenate([weights, np.ones(len(answering))]), (rows, columns)), shape=(messages, messages)
    )
    graph = one_way.maximum(one_way.T)
    scale = diags(1 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)))
    spread = splu((eye(messages) - _ALPHA * (scale @ graph @ scale)).tocsc()).solve(probabilities)
    logs: Scores = np.log(np.maximum(spread / spread.sum(axis=1, keepdims=True), 1e-12))
    return logs


def _lemmas_and_pairs(lemmas: Sequence[str]) -> list[str]:
    return [*lemmas, *(f"{first} {second}" for first, second in pairwise(lemmas))]


def _one_hot(themes: Numbers) -> csr_matrix:
    return csr_matrix((np.ones(len(themes)), (np.arange(len(themes)), themes)), dtype=np.float32)


def _regressed(themes: Numbers) -> tuple[Scores, NDArray[np.float32]]:
    """Targets around their mean, and the penalty of each row, as `nlp.assign` has them."""
    one_hot = _one_hot(themes).toarray().astype(np.float64)
    return one_hot - one_hot.mean(axis=0), np.full(len(themes), PENALTY, dtype=np.float32)


def _alike(read: Read, others: Read) -> Kernel:
    cosines: Kernel = (read.lexical @ others.lexical.T).toarray()
    return cosines + read.texts.vectors @ others.texts.vectors.T


def _votes(alike: Kernel, one_hot: Kernel, neighbours: int) -> Scores:
    nearest = np.argpartition(-alike, neighbours - 1, axis=1)[:, :neighbours]
    weights = np.maximum(np.take_along_axis(alike, nearest, axis=1), 0)
    votes = np.einsum("nk,nkt->nt", weights, one_hot[nearest]) + 1 / one_hot.shape[1]
    logs: Scores = np.log(votes / votes.sum(axis=1, keepdims=True))
    return logs


def _nearness(vectors: Vectors, others: Vectors) -> Kernel:
    """As `nlp.assign` has it: the zero vector of a blank text is near to none."""
    nearness = np.exp(-_NARROWNESS * np.maximum(2 - 2 * (vectors @ others.T), 0))
    spoken = np.outer(np.any(vectors, axis=1), np.any(others, axis=1))
    return np.where(spoken, nearness, 0).astype(np.float32)
