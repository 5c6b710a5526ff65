"""Golden tests: a few rows in, the exact rows of each mart out, on a real database."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from warehouse.store import Store, open_store
from warehouse.tables import (
    ACTION,
    AGENDA,
    EXPORT,
    GAP,
    MATURITY,
    MESSAGE,
    MESSAGE_THEME,
    RUN,
    SIGNAL,
    THEME,
    THEME_EVENT,
    WORD,
    Table,
)

MONDAY = date(2026, 3, 2)
NOON = datetime.fromisoformat("2026-03-04 12:00")
EARLIER = datetime.fromisoformat("2026-03-04 03:00")
A_MESSAGE = {
    "version": 1,
    "is_current": True,
    "source_id": "s",
    "platform": "facebook",
    "kind": "comment",
    "author_kind": "resident",
    "created_at": NOON,
    "created_day": date(2026, 3, 4),
    "export_id": "e",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def put(store: Store, table: Table, *rows: dict[str, object]) -> None:
    store.upsert(table, pl.DataFrame(rows, infer_schema_length=None))


def put_messages(store: Store, *rows: dict[str, object]) -> None:
    put(store, MESSAGE, *({**A_MESSAGE, "native_id": row["message_id"], **row} for row in rows))


def put_themes(store: Store, themes: dict[str, str | None], questions: str = "") -> None:
    """`themes`: message_id to theme_id; `questions`: the message_ids that ask something."""
    themed: list[dict[str, object]] = [
        {"message_id": message, "theme_id": theme, "run_id": "r", "is_question": message in questions.split()}
        for message, theme in themes.items()
    ]
    put(store, MESSAGE_THEME, *themed)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def put_runs(store: Store) -> None:
    """Five runs of which `late` is the latest finished one, and `early` and `rerun` finished before."""
    runs = [
        ("early", "2026-03-02", "2026-03-09 00:00", "done"),
        ("rerun", "2026-03-03", "2026-03-04 01:00", "done"),
        ("late", "2026-03-03", "2026-03-04 02:00", "incomplete"),
        ("stopped", "2026-03-03", "2026-03-04 03:00", "stopped"),
        ("running", "2026-03-04", "2026-03-05 01:00", "running"),
    ]
    for run, as_of, started, status in runs:
        row = {"run_id": run, "as_of": date.fromisoformat(as_of), "started": at(started), "status": status}
        put(store, RUN, row)


def of_every_run(**values: object) -> list[dict[str, object]]:
    return [{"run_id": run, **values} for run in ("early", "rerun", "late", "stopped", "running")]


def test_message_is_current_and_there_with_its_theme(store: Store) -> None:
    put(store, THEME, {"theme_id": "afval", "label": "Afval", "origin": "catalogue", "status": "active"})
    who_and_where = {
        "native_id": "1",
        "author_key": "k",
        "parent_id": "p",
        "thread_id": "t",
        "area_name": "Noord",
        "area_code": "WK01",
        "author_kind_basis": "default",
        "created_at_basis": "epoch",
        "edited_at": NOON,
        "text_truncated": True,
    }
    what = {"text": "nieuw", "title": "kop", "likes": 3, "url": "https://voorbeeld.nl", "quotable": True}
    written = {"message_id": "m1", **who_and_where, **what, "dup_of": "d", "department": "Reiniging"}
    put_messages(
        store,
        {**written, "version": 1, "is_current": False, "text": "oud"},
        {**written, "version": 2},
        {"message_id": "m2", "language": "fy"},
        {"message_id": "gone", "deleted_at": NOON},
    )
    reading = {"run_id": "r", "confidence": 0.75, "basis": "own", "is_question": True, "language": "nl"}
    reading["other_themes"] = ["bomen"]
    put(store, MESSAGE_THEME, {"message_id": "m1", "theme_id": "afval", **reading})
    first, second = store.mart("message").to_dicts()
    assert first == {
        **written,
        "version": 2,
        "source_id": "s",
        "platform": "facebook",
        "kind": "comment",
        "author_kind": "resident",
        "created_at": NOON,
        "created_day": date(2026, 3, 4),
        "language": "nl",
        "theme_id": "afval",
        "theme_label": "Afval",
        "theme_origin": "catalogue",
        "theme_confidence": 0.75,
        "theme_basis": "own",
        "other_themes": ["bomen"],
        "is_question": True,
        "sentiment": None,
    }
    assert (second["message_id"], second["theme_id"], second["language"]) == ("m2", None, "fy")


def test_theme_shows_the_themes(store: Store) -> None:
    names = {"theme_id": "afval", "label": "Afval", "origin": "catalogue", "status": "merged"}
    words = {
        "keywords": ["kliko", "container"],
        "description": "Alles over afval.",
        "department": "Reiniging",
    }
    days = {"first_seen": MONDAY, "last_seen": date(2026, 3, 9)}
    put(store, THEME, {**names, **words, **days, "merged_into": "milieu", "centroid": [1.0]})
    assert store.mart("theme").to_dicts() == [{**names, **words, **days, "merged_into": "milieu"}]


def test_gap_is_of_the_latest_finished_run_and_gap_history_of_all(store: Store) -> None:
    put_runs(store)
    put(store, THEME, {"theme_id": "afval", "label": "Afval", "origin": "catalogue", "status": "active"})
    names = list(GAP.columns)[list(GAP.columns).index("resident_messages") :]
    values = (40, 30, 35, 2, 0.4, 0.3, 0.5, 0.1, 0.05, 0.2, 30.0, 2.0, 4.5, 0.001, "stil", "Stilte.")
    figures = dict(zip(names, values, strict=True))
    window = {"as_of": date(2026, 3, 3), "window_start": date(2026, 2, 1), "window_end": date(2026, 3, 3)}
    put(store, GAP, *of_every_run(**window, theme_id="afval", **figures))
    expected = {**window, "theme_id": "afval", "theme_label": "Afval", **figures}
    assert store.mart("gap").to_dicts() == [{"run_id": "late", **expected}]
    assert store.mart("gap_history").to_dicts() == [
        {"run_id": run, **expected} for run in ("early", "late", "rerun")
    ]


def test_theme_week_counts_each_side_per_week(store: Store) -> None:
    sunday, next_monday = date(2026, 3, 8), date(2026, 3, 9)
    post = {"author_kind": "municipality", "kind": "post"}
    put_messages(
        store,
        {"message_id": "m1", "author_key": "a", "created_day": MONDAY},
        {"message_id": "m2", "author_key": "a", "created_day": sunday},
        {"message_id": "m3", "author_key": "b"},
        {"message_id": "m4"},
        {"message_id": "m5"},
        {"message_id": "m6", "platform": "kcc", "kind": "contact", "author_key": "a"},
        {"message_id": "m7", "author_key": "c"},
        {"message_id": "m8", "author_key": "a", "created_day": next_monday},
        {"message_id": "copy", "author_key": "d", "dup_of": "m1"},
        {"message_id": "no-theme", "author_key": "d"},
        {"message_id": "other", "author_kind": "other"},
        {"message_id": "g1", **post, "author_key": "g"},
        {"message_id": "g2", **post, "kind": "share", "author_key": "g"},
        {"message_id": "g3", **post, "kind": "comment", "author_key": "g"},
        {"message_id": "g4", **post, "kind": "answer", "author_key": "g"},
    )
    under_afval = ["m1", "m2", "m3", "m4", "m5", "m6", "m8", "copy", "other", "g2", "g3", "g4"]
    put_themes(store, {**dict.fromkeys(under_afval, "afval"), "m7": "bomen", "g1": "bomen"})
    assert store.mart("theme_week").rows() == [
        (MONDAY, "afval", "municipality", "facebook", 1, 1, 1 / 2),
        (MONDAY, "afval", "resident", "facebook", 5, 4, 5 / 7),
        (MONDAY, "afval", "resident", "kcc", 1, 1, 1 / 7),
        (MONDAY, "bomen", "municipality", "facebook", 1, 1, 1 / 2),
        (MONDAY, "bomen", "resident", "facebook", 1, 1, 1 / 7),
        (next_monday, "afval", "resident", "facebook", 1, 1, 1.0),
    ]


def test_signal_is_of_the_latest_finished_run(store: Store) -> None:
    put_runs(store)
    put(store, THEME, {"theme_id": "afval", "label": "Afval", "origin": "catalogue", "status": "active"})
    burst = {"kind": "burst", "since": MONDAY, "messages": 12, "expected": 3.5, "score": 4.0}
    put(store, SIGNAL, *of_every_run(theme_id="afval", **burst))
    assert store.mart("signal").rows() == [("late", "afval", "Afval", "burst", MONDAY, 12, 3.5, 4.0)]


def test_response_counts_questions_and_the_first_reply_of_the_municipality(store: Store) -> None:
    reply = {"author_kind": "municipality", "kind": "reply"}
    put_messages(
        store,
        {"message_id": "q1"},
        {"message_id": "q2"},
        {"message_id": "q3"},
        {"message_id": "q4", "platform": "kcc"},
        {"message_id": "q5", "created_day": date(2026, 3, 9)},
        {"message_id": "q2-copy", "dup_of": "q2"},
        {"message_id": "remark"},
        {"message_id": "asked-by-us", "author_kind": "municipality"},
        {"message_id": "a1", **reply, "parent_id": "q1", "created_at": at("2026-03-04 14:00")},
        {"message_id": "a1-again", **reply, "parent_id": "q1", "created_at": at("2026-03-05 12:00")},
        {"message_id": "a2", **reply, "parent_id": "q2-copy", "created_at": at("2026-03-04 17:30")},
        {"message_id": "too-early", **reply, "parent_id": "q3", "created_at": at("2026-03-04 11:00")},
        {"message_id": "neighbour", "kind": "reply", "parent_id": "q3", "created_at": at("2026-03-05 00:00")},
        {"message_id": "removed", **reply, "parent_id": "q3", "created_at": NOON, "deleted_at": NOON},
        {"message_id": "a4", **reply, "kind": "answer", "parent_id": "q4"},
    )
    under_afval = dict.fromkeys(["q1", "q2", "q3", "q4", "q2-copy", "remark", "asked-by-us"], "afval")
    put_themes(store, {**under_afval, "q5": None}, questions="q1 q2 q3 q4 q5 q2-copy asked-by-us")
    assert store.mart("response").rows() == [
        (MONDAY, "facebook", "afval", 3, 2, 2 / 3, 3.75),
        (MONDAY, "kcc", "afval", 1, 1, 1.0, 0.0),
        (date(2026, 3, 9), "facebook", None, 1, 0, 0.0, None),
    ]


def test_agenda_is_of_all_finished_runs(store: Store) -> None:
    put_runs(store)
    figures = {
        "js_distance": 0.5,
        "resident_entropy": 3.0,
        "municipality_entropy": 2.0,
        "rank_correlation": 0.1,
        "unassigned_resident_share": 0.3,
        "unassigned_municipality_share": 0.2,
    }
    put(store, AGENDA, *of_every_run(as_of=MONDAY, window="report", **figures))
    assert store.mart("agenda").rows() == [
        (run, MONDAY, "report", 0.5, 3.0, 2.0, 0.1, 0.3, 0.2) for run in ("early", "late", "rerun")
    ]


def test_maturity_is_of_the_latest_finished_run_in_order_of_phase(store: Store) -> None:
    put_runs(store)
    put(
        store,
        MATURITY,
        *of_every_run(phase=3, indicator="Antwoord op vragen", value=0.4, threshold=0.5, met=False),
        *of_every_run(phase=1, indicator="Er wordt gepost", threshold=1.0),
    )
    assert store.mart("maturity").rows() == [
        ("late", 1, "Er wordt gepost", None, 1.0, None),
        ("late", 3, "Antwoord op vragen", 0.4, 0.5, False),
    ]


def test_action_names_its_theme(store: Store) -> None:
    put(store, THEME, {"theme_id": "afval", "label": "Afval", "origin": "catalogue", "status": "active"})
    put(
        store,
        ACTION,
        {
            "action_id": "x1",
            "theme_id": "afval",
            "action": "Bericht geplaatst",
            "owner_department": "Reiniging",
            "started_on": MONDAY,
            "told_residents_on": date(2026, 3, 5),
            "gap_before": 30.0,
            "gap_after": 12.5,
        },
    )
    assert store.mart("action").rows() == [
        ("afval", "Bericht geplaatst", "Reiniging", MONDAY, date(2026, 3, 5), 30.0, 12.5, "x1", "Afval")
    ]


def test_word_is_of_the_latest_finished_run(store: Store) -> None:
    put_runs(store)
    counts = {"resident_texts": 9, "municipality_texts": 0, "log_odds_z": 3.2}
    put(store, WORD, *of_every_run(theme_id="afval", side="resident", lemma="kliko", **counts))
    assert store.mart("word").rows() == [("late", "afval", None, "resident", "kliko", 9, 0, 3.2)]


def test_export_tells_the_share_that_was_set_aside(store: Store) -> None:
    seen = {"source_id": "s", "mapping": "m@1", "file_name": "f.csv", "bytes": 10, "first_seen": NOON}
    loaded = {
        "rows_read": 8,
        "rows_loaded": 4,
        "rows_unchanged": 1,
        "rows_duplicate": 1,
        "rows_quarantined": 2,
        "rows_dropped": 0,
    }
    put(
        store,
        EXPORT,
        {
            "export_id": "e1",
            "sha256": "a",
            **seen,
            **loaded,
            "status": "loaded",
            "loaded_at": NOON,
            "told_at": EARLIER,
        },
        {"export_id": "e2", "sha256": "b", **seen, "rows_read": 0, "status": "left_out", "reason": "Leeg."},
    )
    file = ("s", "m@1", "f.csv", 10)
    nothing = (0, None, None, None, None, None)
    assert store.mart("export").rows() == [
        ("e1", "a", *file, 8, 4, 1, 1, 2, 0, "loaded", None, NOON, NOON, EARLIER, 0.25),
        ("e2", "b", *file, *nothing, "left_out", "Leeg.", NOON, None, None, None),
    ]


def test_run_shows_unfinished_runs_too(store: Store) -> None:
    put(
        store,
        RUN,
        {
            "run_id": "r",
            "as_of": MONDAY,
            "started": NOON,
            "status": "stopped",
            "versions": '{"weerklank": "0.1.0"}',
            "seed": 7,
            "input_hash": "i",
            "settings_hash": "s",
            "message": "Te weinig berichten.",
        },
    )
    versions = '{"weerklank": "0.1.0"}'
    assert store.mart("run").rows() == [
        ("r", MONDAY, NOON, None, "stopped", "Te weinig berichten.", versions, 7, "i", "s")
    ]


def test_theme_event_tells_the_life_of_emergent_themes_in_finished_runs(store: Store) -> None:
    put_runs(store)
    emergent = {"origin": "emergent", "status": "active"}
    put(
        store,
        THEME,
        {"theme_id": "e-1", "label": "Wolf", **emergent},
        {"theme_id": "e-2", "label": "Vos", **emergent},
    )
    split = {"event": "split", "related_theme_id": "e-1", "match_cosine": 0.8, "margin": 0.1}
    near = {"near_theme_id": "dieren", "near_cosine": 0.6}
    put(store, THEME_EVENT, *of_every_run(theme_id="e-2", **split, **near))
    put(store, THEME_EVENT, {"run_id": "late", "theme_id": "e-1", "event": "asleep"})
    rest = ("split", 0.8, 0.1, "e-1", "Wolf", "dieren", 0.6)
    assert store.mart("theme_event").rows() == [
        ("early", MONDAY, "e-2", "Vos", *rest),
        ("late", date(2026, 3, 3), "e-1", "Wolf", "asleep", None, None, None, None, None, None),
        ("late", date(2026, 3, 3), "e-2", "Vos", *rest),
        ("rerun", date(2026, 3, 3), "e-2", "Vos", *rest),
    ]
