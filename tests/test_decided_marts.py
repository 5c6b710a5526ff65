"""The marts after decisions of people: merged themes under their target, backwards too; hidden ones gone."""

from collections.abc import Iterator
from datetime import date
from math import log2
from pathlib import Path

import polars as pl
import pytest

from tests.test_marts import MONDAY, of_every_run, put, put_messages, put_runs, put_themes
from warehouse.store import Store, open_store
from warehouse.tables import ACTION, GAP, SIGNAL, THEME, WORD

WINDOW = {"as_of": date(2026, 3, 3), "window_start": date(2026, 2, 1), "window_end": date(2026, 3, 3)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Zwerfvuil went into afval, which is called Vuilnis now; honden is hidden."""
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        theme = {"origin": "catalogue", "status": "active"}
        put(
            opened,
            THEME,
            {**theme, "theme_id": "afval", "label": "Vuilnis"},
            {
                **theme,
                "theme_id": "zwerfvuil",
                "label": "Zwerfvuil",
                "status": "merged",
                "merged_into": "afval",
            },
            {**theme, "theme_id": "honden", "label": "Honden", "status": "hidden"},
            {**theme, "theme_id": "wegen", "label": "Wegen"},
        )
        yield opened


def measured(theme_id: str, voices: int, posts: int, **more: object) -> dict[str, object]:
    """A row of core.gap of 100 voices and 20 posts."""
    shares = {"resident_share": voices / 100, "municipality_share": posts / 20}
    counts = {"resident_messages": voices + 1, "resident_authors": voices, "resident_voices": voices}
    difference = 100 * (voices / 100 - posts / 20)
    figures = {
        "difference_pp": difference,
        "municipality_messages": posts,
        "log2_ratio": 1.0,
        "q_value": 0.01,
    }
    ends = {f"{side}_share_{end}": 0.5 for side in ("resident", "municipality") for end in ("low", "high")}
    told = {"verdict": "stil", "reason": "Stilte.", "log_odds_z": 3.0}
    return {**WINDOW, "theme_id": theme_id, **shares, **counts, **figures, **ends, **told, **more}


def put_gap(store: Store) -> None:
    put_runs(store)
    rows = [measured("afval", 40, 2), measured("zwerfvuil", 20, 8), measured("honden", 10, 0)]
    put(store, GAP, *(row for theme in rows for row in of_every_run(**theme)))
    put(store, GAP, {"run_id": "early", **measured("wegen", 30, 10)})


def test_themes_that_were_measured_apart_add_up_under_their_target(store: Store) -> None:
    put_gap(store)
    history = store.mart("gap_history")
    early = {row["theme_id"]: row for row in history.filter(pl.col("run_id") == "early").to_dicts()}
    assert list(early) == ["afval", "honden", "wegen"]
    afval = early["afval"]
    counts = ("resident_messages", "resident_authors", "resident_voices", "municipality_messages")
    assert [afval[name] for name in counts] == [62, 60, 60, 10]
    assert afval["theme_label"] == "Vuilnis"
    shares = [afval[name] for name in ("resident_share", "municipality_share", "difference_pp")]
    assert shares == pytest.approx([0.6, 0.5, 10.0])
    assert afval["log2_ratio"] == pytest.approx(log2(60.5 / 100.5) - log2(10.5 / 20.5))
    untested = (
        "resident_share_low",
        "resident_share_high",
        "municipality_share_low",
        "q_value",
        "log_odds_z",
    )
    assert [afval[name] for name in untested] == [None] * len(untested)
    assert (afval["verdict"], afval["reason"]) == (
        "onzeker",
        "Toen apart gemeten thema's, later samengevoegd.",
    )
    expected = {"run_id": "early", **measured("wegen", 30, 10), "theme_label": "Wegen"}
    assert {name: early["wegen"][name] for name in expected} == expected


def test_a_theme_that_was_alone_in_a_run_keeps_all_its_figures_under_the_target(store: Store) -> None:
    put_runs(store)
    put(store, GAP, {"run_id": "late", **measured("zwerfvuil", 20, 8)})
    [row] = store.mart("gap").to_dicts()
    expected = measured("afval", 20, 8)
    assert {name: row[name] for name in expected} == expected
    assert store.mart("gap_history").drop("theme_label").equals(store.mart("gap").drop("theme_label"))


def test_gap_leaves_hidden_themes_out_and_history_keeps_what_was_measured(store: Store) -> None:
    put_gap(store)
    assert store.mart("gap")["theme_id"].to_list() == ["afval"]
    assert "honden" in store.mart("gap_history")["theme_id"]


def test_shares_that_are_not_known_stay_unknown(store: Store) -> None:
    put_runs(store)
    silent = dict.fromkeys(("municipality_share", "difference_pp", "log2_ratio"))
    rows = [measured("afval", 60, 0, **silent), measured("zwerfvuil", 40, 0, **silent)]
    put(store, GAP, *({"run_id": "late", **row} for row in rows))
    [row] = store.mart("gap").to_dicts()
    assert row["resident_share"] == pytest.approx(1.0)
    assert [row[name] for name in silent] == [None, None, None]


def test_theme_weeks_are_without_hidden_themes(store: Store) -> None:
    put_messages(store, {"message_id": "m1"}, {"message_id": "m2"}, {"message_id": "m3"})
    put_themes(store, {"m1": "afval", "m2": "honden", "m3": "wegen"})
    assert store.mart("theme_week").rows() == [
        (MONDAY, "afval", "resident", "facebook", 1, 1, 1 / 2),
        (MONDAY, "wegen", "resident", "facebook", 1, 1, 1 / 2),
    ]
    assert store.mart("message")["theme_label"].to_list() == ["Vuilnis", "Honden", "Wegen"]


def test_signals_words_and_actions_follow_the_merge(store: Store) -> None:
    put_runs(store)
    burst = {"kind": "burst", "since": MONDAY, "messages": 12, "expected": 3.5, "score": 4.0}
    word = {"side": "resident", "lemma": "zwerfzak", "resident_texts": 9, "municipality_texts": 0}
    for theme in ("zwerfvuil", "honden"):
        put(store, SIGNAL, *of_every_run(theme_id=theme, **burst))
        put(store, WORD, *of_every_run(theme_id=theme, **word))
    put(store, ACTION, {"action_id": "x1", "theme_id": "zwerfvuil", "action": "Bericht geplaatst"})
    for mart in ("signal", "word", "action"):
        shown = store.mart(mart).select("theme_id", "theme_label")
        assert shown.rows() == [("afval", "Vuilnis")], mart
