"""The comparison of assigners on a handful of texts."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.assign import Texts
from tests.benchmarks.left_out import Examples, folds, left_out_scores, left_out_themes, temperature
from tests.benchmarks.rivals import (
    Read,
    Rival,
    lexical_centroids,
    logistic_regression,
    nearest_neighbours,
    ridge_on_vectors,
    ridge_on_words,
    spread_over_graph,
    sum_kernel,
    support_vectors,
    vector_centroids,
    vocabulary,
)

WASTE = ["zakken naast de container", "container weer vol", "zak naast de bak", "volle container en zakken"]
DOGS = ["hondenpoep op de stoep", "hond los in het park", "honden poepen in het park", "los lopende hond"]
LAMPS = ["lantaarn is stuk", "lantaarns doen het niet", "kapotte lantaarn", "de lantaarn knippert"]


def read_texts(texts: list[str]) -> Texts:
    """The texts with a made-up vector: how much is about waste, dogs and lamps."""
    about = [
        [
            sum(word in text for word in ("zak", "container", "bak")),
            text.count("hond"),
            text.count("lantaarn"),
        ]
        for text in texts
    ]
    vectors = np.asarray(about, dtype=np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return Texts(texts, [text.split() for text in texts], (vectors / lengths).astype(np.float32))


@pytest.fixture
def learned() -> Read:
    texts = read_texts(WASTE + DOGS + LAMPS)
    return vocabulary(texts).read(texts)


THEMES: NDArray[np.int64] = np.repeat(np.arange(3), 4)


@pytest.mark.parametrize(
    "rival",
    [
        vector_centroids, lexical_centroids, nearest_neighbours, logistic_regression, support_vectors,
        ridge_on_words, ridge_on_vectors, sum_kernel,
    ],
)  # fmt: skip
def test_every_rival_gives_a_new_text_its_theme(rival: Rival, learned: Read) -> None:
    new = read_texts(["de container zit vol", "hond in het park", "een kapotte lantaarn"])
    scores = rival(learned, THEMES)(vocabulary(learned.texts).read(new))
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_message_without_a_say_gets_the_theme_of_what_it_answers() -> None:
    probabilities = np.asarray([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]])
    vectors = np.asarray([[1, 0], [0, 0], [0, 1]], dtype=np.float32)
    spread = np.exp(spread_over_graph(probabilities, [None, 0, None], vectors))
    assert spread.sum(axis=1) == pytest.approx(np.ones(3))
    assert spread.argmax(axis=1).tolist() == [0, 0, 1]


def test_a_text_is_never_learned_and_tested_at_once() -> None:
    texts = [*WASTE, *DOGS, WASTE[0], "afval", "honden"]
    sentences = np.asarray([True] * 9 + [False] * 2)
    examples = Examples(read_texts(texts), np.asarray([*THEMES[:8], 1, 0, 1]), ("afval", "honden"), sentences)
    made = tuple(folds(examples, seed=1))
    assert sorted(np.concatenate([fold.tested for fold in made])) == list(range(9))
    for fold in made:
        tested = {texts[row] for row in fold.tested}
        assert not tested & set(fold.learned.texts.texts)
        assert {"afval", "honden"} <= set(fold.learned.texts.texts)
    scores = left_out_scores(made, vector_centroids)
    assert (scores.argmax(axis=1) == left_out_themes(made, examples.themes)).mean() >= 8 / 9


def test_the_temperature_makes_scores_as_sure_as_they_are_right() -> None:
    # Right three times out of four: log-odds of 3 to 1 for a difference of 1.
    scores = np.tile([[1.0, 0.0]], (4, 1))
    assert temperature(scores, np.asarray([0, 0, 0, 1])) == pytest.approx(np.log(3), rel=0.06)
