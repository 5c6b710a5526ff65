"""The planted municipality is what its truth says."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.edits import edited, unseen
from tests.benchmarks.exports import night_days, written_arrivals, written_municipality
from tests.benchmarks.labelled import LABELLED_SCHEMA, WITHOUT_THEME, sample_texts
from tests.benchmarks.planted import LAST_DAY, ROLES, Plan, Planted, planted_municipality

SMALL = Plan(residents=400, posts=120)


def labelled_texts(themes: int = 20) -> pl.DataFrame:
    """Invented labels: enough texts for every role; every third text of a resident answers something."""
    rows = []
    for theme in [*(f"thema-{number:02}" for number in range(themes)), WITHOUT_THEME]:
        posts = 9 if theme < "thema-06" else 4
        for side, texts in (("resident", 14), ("municipality", posts)):
            for number in range(texts):
                answers = "municipality" if side == "resident" and number % 3 == 0 else None
                rows.append(
                    (f"{theme}-{side}-{number}", side, theme, f"Zin {number} over {theme}", answers,
                     None if answers is None else number % 2 == 0)
                )  # fmt: skip
    return pl.DataFrame(rows, schema=LABELLED_SCHEMA, orient="row")


def role(planted: Planted, name: str) -> list[str]:
    return planted.themes.filter(pl.col("role") == name)["theme"].to_list()


@pytest.fixture(scope="module")
def planted() -> Planted:
    return planted_municipality(labelled_texts(), Plan(), 7)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_municipality_and_it_is_a_whole(seed: int) -> None:
    labelled = labelled_texts()
    one, again = (planted_municipality(labelled, SMALL, seed) for _ in range(2))
    assert one.messages.equals(again.messages)
    assert one.themes.equals(again.themes)
    for shares in (one.themes, one.realised):
        for side in ("resident_share", "municipality_share"):
            assert shares[side].sum() == pytest.approx(1)
    messages = one.messages
    assert messages["native_id"].is_unique().all()
    assert messages["text"].is_unique().all()
    assert messages["created_at"].is_sorted()
    residents = messages.filter(pl.col("author_kind") == "resident")
    assert residents.select("author", "theme", "week").is_duplicated().sum() == 0
    assert messages.filter(pl.col("author_kind") == "municipality").height == SMALL.posts
    assert set(one.themes["role"]) == set(ROLES)
    earlier = messages.select(parent_id="native_id", before="created_at")
    answers = messages.drop_nulls("parent_id").join(earlier, on="parent_id", how="left")
    assert (answers["before"] <= answers["created_at"]).all()


def test_another_seed_gives_another_municipality(planted: Planted) -> None:
    assert not planted_municipality(labelled_texts(), Plan(), 8).messages.equals(planted.messages)


def test_the_municipality_is_silent_on_what_is_silent_and_posts_what_is_surplus(planted: Planted) -> None:
    themes = planted.themes.with_columns(difference=pl.col("resident_share") - pl.col("municipality_share"))
    assert (themes.filter(pl.col("role") == "silent")["difference"] > 0.02).all()
    assert (themes.filter(pl.col("role") == "surplus")["difference"] < -0.1).all()
    assert (themes.filter(pl.col("role") == "balanced")["difference"].abs() < 0.01).all()
    assert len(role(planted, "silent")) == Plan.silent
    drawn, found = planted.themes.sort("theme"), planted.realised.sort("theme")
    for side in ("resident_share", "municipality_share"):
        assert (drawn[side] - found[side]).abs().max() < 0.05  # type: ignore[operator]


def test_nobody_speaks_of_the_born_theme_before_its_birth_nor_the_municipality_ever(planted: Planted) -> None:
    about_it = planted.messages.filter(pl.col("theme") == planted.born)
    assert about_it["created_at"].dt.date().min() >= planted.born_on  # type: ignore[operator]
    assert set(about_it["author_kind"]) == {"resident"}
    assert planted.born_on.weekday() == 0
    assert role(planted, "born") == [planted.born]


def test_weak_signals_end_with_two_four_and_five(planted: Planted) -> None:
    for theme in role(planted, "weak_signal"):
        residents = planted.messages.filter(pl.col("theme") == theme, pl.col("author_kind") == "resident")
        weeks = np.bincount(residents["week"].to_numpy(), minlength=Plan.weeks)
        assert weeks[-3:].tolist() == [2, 4, 5]
        assert weeks[:-3].max() <= 1


def test_a_burst_is_about_eight_times_as_loud_in_the_last_week() -> None:
    plan = Plan(residents=10_000)
    planted = planted_municipality(labelled_texts(), plan, 3)
    [theme] = role(planted, "burst")
    residents = planted.messages.filter(pl.col("theme") == theme, pl.col("author_kind") == "resident")
    weeks = np.bincount(residents["week"].to_numpy(), minlength=plan.weeks)
    assert 6 < weeks[-1] / weeks[:-1].mean() < 10


def test_too_few_texts_for_a_role_are_named() -> None:
    with pytest.raises(ValueError, match="enough labelled texts for the role"):
        planted_municipality(labelled_texts(themes=4), SMALL, 1)


def test_the_sample_has_texts_for_every_role() -> None:
    labelled = sample_texts()
    assert labelled.schema == LABELLED_SCHEMA
    assert labelled["answers"].null_count() < labelled.height
    assert planted_municipality(labelled, SMALL, 1).themes.height >= 13


@given(text=st.text(min_size=1), seed=st.integers(0, 99), side=st.sampled_from(["resident", "municipality"]))
def test_an_edit_changes_a_text_and_no_text_comes_twice(text: str, seed: int, side: str) -> None:
    rng = np.random.default_rng(seed)
    assert edited(text, side, rng) != text
    seen = {text}
    found = [unseen(text, side, seen, rng) for _ in range(5)]
    assert len({text, *found}) == 6


def test_nights_run_from_the_eve_of_the_birth_to_the_last_day(planted: Planted) -> None:
    days = night_days(planted, 30)
    assert (days[0], days[-1]) == (planted.born_on - timedelta(days=1), LAST_DAY)
    assert len(days) == 30


def test_every_message_arrives_in_exactly_one_night(planted: Planted, tmp_path: Path) -> None:
    settings_file = written_municipality(planted, tmp_path)
    assert "window_weeks = 30" in settings_file.read_text("utf-8")
    days = night_days(planted, 4)
    for before, day in zip((None, *days), days, strict=False):
        written_arrivals(planted, tmp_path, before, day)
    exports = [
        pl.read_csv(path, separator=";", infer_schema=False) for path in (tmp_path / "exports").iterdir()
    ]
    assert len(exports) == 2 * len(days)
    assert sorted(pl.concat(exports)["nummer"]) == sorted(planted.messages["native_id"])
