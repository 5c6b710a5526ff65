"""How close a found theme lies to the themes of the catalogue."""

import polars as pl
import pytest

from nlp.near_theme import NEAR_SCHEMA, mean_vectors, near_themes
from tests.test_registry import found


def test_a_centroid_is_the_mean_of_the_texts_of_a_theme() -> None:
    texts = pl.DataFrame(
        {"theme_id": ["b", "a", "b"], "vector": [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]},
        schema={"theme_id": pl.String, "vector": pl.List(pl.Float32)},
    )
    assert mean_vectors(texts).rows() == [("a", [0.5, 0.5]), ("b", [0.5, 0.5])]
    assert mean_vectors(texts.clear()).is_empty()


def test_every_found_theme_has_its_nearest_known_one() -> None:
    known = pl.DataFrame({"theme_id": ["afval", "bomen"], "centroid": [[2.0, 0.0], [0.0, 0.1]]})
    near = near_themes(found([0.1, 1.0], [3.0, 4.0]), known)
    assert near.schema == NEAR_SCHEMA
    assert near["near_theme_id"].to_list() == ["bomen", "bomen"]
    assert near["near_cosine"].to_list() == pytest.approx([0.995, 0.8], abs=1e-3)


def test_nothing_found_or_nothing_known_is_near_nothing() -> None:
    known = pl.DataFrame({"theme_id": ["afval"], "centroid": [[2.0, 0.0]]})
    for near in (near_themes(found(), known), near_themes(found([1.0, 0.0]), known.clear())):
        assert near.is_empty()
        assert near.schema == NEAR_SCHEMA
