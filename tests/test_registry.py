"""Permanent ids of emergent themes."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nlp.registry import REGISTERED_SCHEMA, registered
from warehouse.tables import THEME

TODAY = date(2026, 11, 22)


def found(*centroids: list[float]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "number": list(range(len(centroids))),
            "keywords": [["wolf", "schaap"]] * len(centroids),
            "centroid": centroids,
        },
        schema={"number": pl.Int64(), "keywords": pl.List(pl.String()), "centroid": pl.List(pl.Float32())},
    )


def known(origin: str = "emergent", **centroids: list[float] | None) -> pl.DataFrame:
    rows = {
        "theme_id": [f"e-{name}" for name in centroids],
        "origin": [origin] * len(centroids),
        "centroid": list(centroids.values()),
    }
    types = {name: THEME.schema[name] for name in rows}
    return THEME.conform(pl.DataFrame(rows, schema=types))


def test_a_theme_that_comes_back_keeps_its_id() -> None:
    ids = registered(found([0.9, 0.1, 0.0]), known(a=[1.0, 0.0, 0.0], b=[0.0, 1.0, 0.0]), TODAY)
    assert ids.schema == REGISTERED_SCHEMA
    assert ids.select("number", "theme_id", "born").row(0) == (0, "e-a", False)
    assert ids["match_cosine"][0] == pytest.approx(0.9939, abs=1e-4)
    assert ids["margin"][0] == pytest.approx(0.9939 - 0.1104, abs=1e-4)


def test_nothing_known_means_all_are_born_with_ids_of_their_own() -> None:
    ids = registered(found([1.0, 0.0], [0.0, 1.0]), THEME.empty(), TODAY)
    assert ids["born"].all()
    assert ids["theme_id"].n_unique() == 2
    assert ids["theme_id"].str.contains("^e-[0-9a-f]{8}$").all()
    assert ids["match_cosine"].is_null().all()


def test_a_new_id_depends_on_day_words_and_centroid_and_on_nothing_else() -> None:
    theme = found([1.0, 0.0])
    ids = {
        registered(frame, THEME.empty(), day)["theme_id"][0]
        for frame, day in [
            (theme, TODAY),
            (theme, date(2026, 11, 23)),
            (found([0.0, 1.0]), TODAY),
            (theme.with_columns(keywords=pl.lit(["wolf", "hek"], pl.List(pl.String()))), TODAY),
        ]
    }
    assert len(ids) == 4
    same = theme.with_columns(pl.col("number") + 5, pl.col("keywords").list.reverse())
    assert registered(same, THEME.empty(), TODAY)["theme_id"][0] in ids


def test_a_theme_too_far_from_all_known_is_born() -> None:
    ids = registered(found([0.7, 0.7141]), known(a=[1.0, 0.0]), TODAY)
    assert ids["born"].to_list() == [True]
    assert ids["match_cosine"][0] == pytest.approx(0.7, abs=1e-3)


def test_a_theme_between_two_known_ones_takes_the_place_of_neither() -> None:
    ids = registered(found([1.0, 1.0]), known(a=[1.0, 0.8], b=[0.8, 1.0]), TODAY)
    assert ids["born"].to_list() == [True]
    assert ids["margin"][0] == pytest.approx(0, abs=1e-6)


def test_an_id_goes_to_one_theme_only_the_nearest() -> None:
    ids = registered(found([0.9, 0.3], [1.0, 0.0]), known(a=[1.0, 0.0]), TODAY)
    assert ids["born"].to_list() == [True, False]
    assert ids["theme_id"][1] == "e-a"
    assert ids["theme_id"][0] != "e-a"


def test_two_themes_that_swap_places_keep_their_own_ids() -> None:
    ids = registered(found([0.1, 1.0], [1.0, 0.1]), known(a=[1.0, 0.0], b=[0.0, 1.0]), TODAY)
    assert ids["theme_id"].to_list() == ["e-b", "e-a"]


def test_catalogue_themes_and_other_embedders_are_no_match() -> None:
    themes = pl.concat(
        [
            known("catalogue", a=[1.0, 0.0]),
            known(longer=[1.0, 0.0, 0.0], none=None),
        ]
    )
    assert registered(found([1.0, 0.0]), themes, TODAY)["born"].to_list() == [True]


def test_the_order_of_rows_makes_no_difference() -> None:
    themes, before = found([1.0, 0.2], [0.1, 1.0], [-1.0, 0.5]), known(a=[1.0, 0.0], b=[0.0, 1.0])
    assert_frame_equal(
        registered(themes, before, TODAY),
        registered(themes.reverse(), before.reverse(), TODAY),
        check_exact=True,
    )


def test_a_second_run_of_the_same_night_finds_what_the_first_gave_birth_to() -> None:
    themes = found([1.0, 0.2], [0.1, 1.0])
    first = registered(themes, THEME.empty(), TODAY)
    stored = THEME.conform(
        themes.join(first, on="number").select("theme_id", "centroid", origin=pl.lit("emergent"))
    )
    assert registered(themes, stored, TODAY)["theme_id"].to_list() == first["theme_id"].to_list()


def test_nothing_found_gives_nothing() -> None:
    assert_frame_equal(registered(found(), known(a=[1.0]), TODAY), pl.DataFrame(schema=REGISTERED_SCHEMA))
