"""The scoring on three nights of a municipality that fits on a screen."""

from datetime import date, datetime

import polars as pl
import pytest

from tests.benchmarks.labelled import WITHOUT_THEME
from tests.benchmarks.nights import Nights
from tests.benchmarks.planted import MESSAGES_SCHEMA, Planted
from tests.benchmarks.scores import Count, score
from tests.benchmarks.table import OURS, Assigned, Setting, as_markdown

NOON = datetime.fromisoformat("2025-06-02T12:00")
FIRST, SECOND, THIRD = date(2025, 6, 1), date(2025, 6, 8), date(2025, 6, 29)


def gold(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """native_id, author_kind and theme; all written on 2 June."""
    return pl.DataFrame(
        [
            {"native_id": native_id, "author_kind": side, "theme": theme, "week": 0,
             "created_at": NOON, "author": "-", "text": "-", "drawn_from": "-"}
            for native_id, side, theme in rows
        ],
        schema=MESSAGES_SCHEMA,
    )  # fmt: skip


@pytest.fixture
def planted() -> Planted:
    """Residents: three on parking, three on the born theme, one on dogs, one on none; posts: culture."""
    themes = {
        "parkeren": ("silent", 0.5, 0.0),
        "lachgas": ("born", 0.3, 0.0),
        "honden": ("burst", 0.1, 0.0),
        "fietsen": ("weak_signal", 0.1, 0.0),
        "cultuur": ("surplus", 0.0, 1.0),
    }
    residents = [("r1", "parkeren"), ("r2", "parkeren"), ("r3", "parkeren"), ("r4", "lachgas")]
    residents += [("r5", "lachgas"), ("r6", "lachgas"), ("r7", "honden"), ("r8", WITHOUT_THEME)]
    said = [(native_id, "resident", theme) for native_id, theme in residents]
    return Planted(
        seed=1,
        messages=gold(*said, *((f"m{n}", "municipality", "cultuur") for n in range(4))),
        themes=pl.DataFrame(
            [(theme, *rest) for theme, rest in themes.items()],
            schema=["theme", "role", "resident_share", "municipality_share"], orient="row",
        ),
        born="lachgas",
        born_on=date(2025, 6, 2),
    )  # fmt: skip


@pytest.fixture
def nights() -> Nights:
    """Parking is recognised but once; the born theme is found on the third night, under one id."""
    themes: dict[str, str | None] = {
        "r1": "parkeren", "r2": "parkeren", "r3": "fietsen", "r4": None, "r5": None, "r6": None,
        "r7": "honden", "r8": None, **{f"m{n}": "cultuur" for n in range(4)},
    }  # fmt: skip
    later = {**themes, "r2": "honden"}
    last = {**later, "r4": "e-1", "r5": "e-1"}

    def each(day: date, found: dict[str, str | None]) -> pl.DataFrame:
        schema = {"native_id": pl.String(), "theme_id": pl.String()}
        return pl.DataFrame(list(found.items()), schema=schema, orient="row").with_columns(night=pl.lit(day))

    listed = [("parkeren", "catalogue"), ("honden", "catalogue"), ("cultuur", "catalogue")]
    catalogue = pl.DataFrame(listed, schema=["theme_id", "origin"], orient="row")
    born = pl.DataFrame([("e-1", "emergent")], schema=["theme_id", "origin"], orient="row")
    lost = catalogue.filter(pl.col("theme_id") != "honden")
    sides = pl.Series(["resident"] * 8 + ["municipality"] * 4)
    interval = {"resident_share_low": 0.2, "resident_share_high": 0.6}
    other = {"municipality_share_low": 0.0, "municipality_share_high": 0.3}
    gap = pl.DataFrame(
        [
            {"theme_id": "parkeren", "verdict": "stil", **interval, **other},
            {"theme_id": "honden", "verdict": "stil", **interval, **other},
            {"theme_id": "vliegverkeer", "verdict": "stil", **interval, **other},
            {"theme_id": "e-1", "verdict": "stil", **interval, **other},
            {"theme_id": "cultuur", "verdict": "in_balans", **interval, **other},
        ]
    ).with_columns(resident_share=pl.lit(0.4), municipality_share=pl.lit(0.1))
    return Nights(
        assigned=pl.concat([each(FIRST, themes), each(SECOND, later), each(THIRD, last)]),
        themes=pl.concat(
            [
                catalogue.with_columns(night=pl.lit(FIRST)), lost.with_columns(night=pl.lit(SECOND)),
                pl.concat([lost, born]).with_columns(night=pl.lit(THIRD)),
            ]
        ),
        signals=pl.DataFrame(
            [("honden", "burst", THIRD), ("e-1", "burst", THIRD), ("cultuur", "burst", THIRD),
             ("parkeren", "burst", SECOND)],
            schema=["theme_id", "kind", "night"], orient="row",
        ),
        gap=gap,
        messages=each(THIRD, last).drop("night").with_columns(author_kind=sides),
        seconds=(3.0, 1.0, 2.0),
        peak_memory_mb=100.0,
    )  # fmt: skip


def test_verdicts_are_held_against_the_labels(planted: Planted, nights: Nights) -> None:
    found = score(planted, nights)
    assert found.silent == Count(1, 1)
    assert found.surplus == Count(0, 1)
    # Parking, dogs and the born theme are truly silent; on planes nobody ever said a word.
    assert found.false_verdicts == Count(1, 4)
    assert found.other_verdicts == Count(2, 4)


def test_messages_with_exactly_their_theme(planted: Planted, nights: Nights) -> None:
    # Not counted: the born theme, and the message without a theme.
    assert score(planted, nights).exact == Count(6, 8)


def test_intervals_are_held_against_both_truths(planted: Planted, nights: Nights) -> None:
    found = score(planted, nights)
    # Drawn: parking 0.5 and 0.0 are held; dogs 0.1 is not, 0.0 is; culture 0.0 and 1.0 are not.
    assert found.drawn_intervals == Count(3, 6)
    # By the labels parking is 3 of 7; dogs 1 of 7.
    assert found.realised_intervals == Count(3, 6)


def test_signals_that_were_planted_missed_and_made_up(planted: Planted, nights: Nights) -> None:
    found = score(planted, nights)
    assert found.burst == Count(1, 1)
    assert found.weak_signals == Count(0, 1)
    # The born theme may be signalled, culture may not; before they grow nothing but the birth may.
    assert found.false_signals == Count(1, 3)
    assert found.earlier_false_signals == Count(1, 1)


def test_the_birth_is_found_by_its_messages(planted: Planted, nights: Nights) -> None:
    birth = score(planted, nights).birth
    assert (birth.days, birth.messages, birth.ids, birth.others) == (27, Count(2, 3), 1, 0)


def test_a_theme_of_other_messages_is_no_birth(planted: Planted, nights: Nights) -> None:
    others = gold(*((f"r{n}", "resident", "parkeren") for n in range(4, 7)))
    elsewhere = planted.messages.update(others, on="native_id", include_nulls=False)
    moved = Planted(1, elsewhere, planted.themes, planted.born, planted.born_on)
    birth = score(moved, nights).birth
    assert (birth.days, birth.messages, birth.ids, birth.others) == (None, Count(0, 0), 0, 1)


def test_stability_counts_moves_and_lost_ids(planted: Planted, nights: Nights) -> None:
    found = score(planted, nights).stability
    assert found.kept == Count(21, 24)
    assert found.kept_known == Count(21, 22)
    assert (found.lost_themes, found.lost_messages) == (1, 0)


def test_the_table_says_what_was_measured_on_what(planted: Planted, nights: Nights) -> None:
    setting = Setting(
        plan={"residents": 8, "posts": 4, "weeks": 1}, seeds=[1], nights=3, commit="abc1234", machine="Linux",
        versions={"python": "3.11"}, peers={"lda": "tomotopy 0.14"},
    )  # fmt: skip
    methods = {
        OURS: Assigned(0.75, 0.6, 0.1, 0.9, 6, 7, 2.0, 100.0),
        "LDA": Assigned(0.25, 0.2, 0.0, None, 2, 7, 1.0, 50.0),
    }
    table = as_markdown(setting, [(methods, score(planted, nights))])
    assert "| weerklank | 0,75 (0,75-0,75) | 0,60 | 10,0 % | 0,90 | 6 van 7 | 2,0 | 100 |" in table
    assert "| LDA | 0,25 (0,25-0,25) | 0,20 | 0,0 % | - | 2 van 7 | 1,0 | 50 |" in table
    assert "| berichten die van nacht op nacht hun thema houden | 87,50 % (21 van 24) |" in table
    for word in ("abc1234", "Linux", "python 3.11", "tomotopy 0.14", "seeds 1"):
        assert word in table
