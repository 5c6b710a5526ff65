"""Permanent ids of emergent themes."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nlp.registry import REGISTERED_SCHEMA, SHARED_SCHEMA, registered, shared_messages
from warehouse.tables import THEME

TODAY = date(2026, 11, 22)
NOTHING_SHARED = pl.DataFrame(schema=SHARED_SCHEMA)


def with_ids(
    found: pl.DataFrame, known: pl.DataFrame, shared: pl.DataFrame = NOTHING_SHARED, today: date = TODAY
) -> pl.DataFrame:
    return registered(found, known, shared, today)


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
    ids = with_ids(found([0.9, 0.1, 0.0]), known(a=[1.0, 0.0, 0.0], b=[0.0, 1.0, 0.0]))
    assert ids.schema == REGISTERED_SCHEMA
    assert ids.select("number", "theme_id", "born").row(0) == (0, "e-a", False)
    assert ids["match_cosine"][0] == pytest.approx(0.9939, abs=1e-4)
    assert ids["margin"][0] == pytest.approx(0.9939 - 0.1104, abs=1e-4)


def test_nothing_known_means_all_are_born_with_ids_of_their_own() -> None:
    ids = with_ids(found([1.0, 0.0], [0.0, 1.0]), THEME.empty())
    assert ids["born"].all()
    assert ids["theme_id"].n_unique() == 2
    assert ids["theme_id"].str.contains("^e-[0-9a-f]{8}$").all()
    assert ids["match_cosine"].is_null().all()


def test_a_new_id_depends_on_day_words_and_centroid_and_on_nothing_else() -> None:
    theme = found([1.0, 0.0])
    ids = {
        with_ids(frame, THEME.empty(), today=day)["theme_id"][0]
        for frame, day in [
            (theme, TODAY),
            (theme, date(2026, 11, 23)),
            (found([0.0, 1.0]), TODAY),
            (theme.with_columns(keywords=pl.lit(["wolf", "hek"], pl.List(pl.String()))), TODAY),
        ]
    }
    assert len(ids) == 4
    same = theme.with_columns(pl.col("number") + 5, pl.col("keywords").list.reverse())
    assert with_ids(same, THEME.empty())["theme_id"][0] in ids


def test_a_theme_too_far_from_all_known_is_born() -> None:
    ids = with_ids(found([0.7, 0.7141]), known(a=[1.0, 0.0]))
    assert ids["born"].to_list() == [True]
    assert ids["match_cosine"][0] == pytest.approx(0.7, abs=1e-3)


def test_a_theme_between_two_known_ones_takes_the_place_of_neither() -> None:
    ids = with_ids(found([1.0, 1.0]), known(a=[1.0, 0.8], b=[0.8, 1.0]))
    assert ids["born"].to_list() == [True]
    assert ids["margin"][0] == pytest.approx(0, abs=1e-6)


def test_an_id_goes_to_one_theme_only_the_nearest() -> None:
    ids = with_ids(found([0.9, 0.3], [1.0, 0.0]), known(a=[1.0, 0.0]))
    assert ids["born"].to_list() == [True, False]
    assert ids["theme_id"][1] == "e-a"
    assert ids["theme_id"][0] != "e-a"


def test_two_themes_that_swap_places_keep_their_own_ids() -> None:
    ids = with_ids(found([0.1, 1.0], [1.0, 0.1]), known(a=[1.0, 0.0], b=[0.0, 1.0]))
    assert ids["theme_id"].to_list() == ["e-b", "e-a"]


def test_catalogue_themes_and_other_embedders_are_no_match() -> None:
    themes = pl.concat(
        [
            known("catalogue", a=[1.0, 0.0]),
            known(longer=[1.0, 0.0, 0.0], none=None),
        ]
    )
    assert with_ids(found([1.0, 0.0]), themes)["born"].to_list() == [True]


def test_the_order_of_rows_makes_no_difference() -> None:
    themes, before = found([1.0, 0.2], [0.1, 1.0], [-1.0, 0.5]), known(a=[1.0, 0.0], b=[0.0, 1.0])
    assert_frame_equal(
        with_ids(themes, before),
        with_ids(themes.reverse(), before.reverse()),
        check_exact=True,
    )


def test_a_second_run_of_the_same_night_finds_what_the_first_gave_birth_to() -> None:
    themes = found([1.0, 0.2], [0.1, 1.0])
    first = with_ids(themes, THEME.empty())
    stored = THEME.conform(
        themes.join(first, on="number").select("theme_id", "centroid", origin=pl.lit("emergent"))
    )
    assert with_ids(themes, stored)["theme_id"].to_list() == first["theme_id"].to_list()


def test_nothing_found_gives_nothing() -> None:
    assert_frame_equal(with_ids(found(), known(a=[1.0])), pl.DataFrame(schema=REGISTERED_SCHEMA))


def lying(themes: dict[str, str]) -> pl.DataFrame:
    """message_id and place: `themes` gives the messages of each place, with spaces between."""
    rows = [(message, place) for place, messages in themes.items() for message in messages.split()]
    return pl.DataFrame(rows, schema={"message_id": pl.String, "place": pl.String}, orient="row")


def shared(before: dict[str, str], now: dict[str, str]) -> pl.DataFrame:
    members = lying(now).select("message_id", number=pl.col("place").cast(pl.Int64))
    return shared_messages(members, lying(before).rename({"place": "theme_id"}))


def test_shared_messages_are_counted_and_measured_by_what_the_known_theme_had() -> None:
    pairs = shared({"e-a": "m1 m2 m3 m4", "e-b": "m5 m6", "e-c": "m7"}, {"0": "m1 m2 m5 m9", "1": "m3"})
    assert pairs.schema == SHARED_SCHEMA
    assert pairs.rows() == [(0, "e-a", 2, 0.5), (0, "e-b", 1, 0.5), (1, "e-a", 1, 0.25)]


def test_between_two_known_themes_the_messages_tell_which_lives_on() -> None:
    between, near = found([1.0, 1.0]), known(a=[1.0, 0.8], b=[0.8, 1.0])
    went = shared({"e-a": "m1 m2 m3 m4", "e-b": "m5 m6 m7 m8 m9"}, {"0": "m1 m2 m3 m4 m5 m6 m7 m8"})
    ids = with_ids(between, near, went)
    assert ids.select("theme_id", "born").row(0) == ("e-a", False)
    more = shared({"e-a": "m1 m2 m3", "e-b": "m5 m6 m7 m8"}, {"0": "m1 m2 m3 m5 m6 m7 m8"})
    assert with_ids(between, near, more)["theme_id"].to_list() == ["e-b"]


@pytest.mark.parametrize(
    "before", [{"e-a": "m1 m2"}, {"e-a": "m1 m2 m3 x1 x2 x3 x4"}, {"e-far": "m1 m2 m3 m4"}]
)
def test_few_messages_a_small_part_or_a_far_theme_tell_nothing(before: dict[str, str]) -> None:
    near = known(a=[1.0, 0.8], b=[0.8, 1.0], far=[-1.0, 1.0])
    ids = with_ids(found([1.0, 1.0]), near, shared(before, {"0": "m1 m2 m3 m4"}))
    assert ids["born"].to_list() == [True]


def test_a_known_theme_lives_on_in_one_found_theme_only() -> None:
    near = known(a=[1.0, 0.8], b=[0.8, 1.0])
    halves = shared({"e-a": "m1 m2 m3 m4 m5 m6"}, {"0": "m1 m2 m3", "1": "m4 m5 m6"})
    ids = with_ids(found([1.0, 1.0], [1.0, 1.01]), near, halves)
    assert ids["theme_id"][0] == "e-a"
    assert ids["born"].to_list() == [False, True]
