"""Decisions applied to the rows of a night."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from tests.test_decisions import decided, in_order
from warehouse.decided import decided_themes, merged_messages, with_adopted
from warehouse.decision_kinds import Adopt, Decision, Department, Hide, Merge, Rename, Undo
from warehouse.decisions import replayed
from warehouse.tables import THEME

DAY = date(2026, 6, 1)


def themes(*rows: Mapping[str, object]) -> pl.DataFrame:
    """THEME rows, active ones of the catalogue unless told otherwise."""
    usual = {"origin": "catalogue", "status": "active", "department": "Beheer", "last_seen": DAY}
    return THEME.conform(pl.DataFrame([{**usual, "label": row["theme_id"], **row} for row in rows]))


def after(rows: pl.DataFrame, *log: Decision) -> dict[str, dict[str, object]]:
    """The rows after the decisions, by theme_id."""
    found = decided_themes(rows, replayed(in_order(*log)))
    assert dict(found.schema) == THEME.schema
    return {row["theme_id"]: row for row in found.to_dicts()}


def test_without_decisions_nothing_changes_but_what_is_its_own() -> None:
    rows = themes({"theme_id": "a"}, {"theme_id": "e-1", "origin": "emergent", "status": "asleep"})
    found = decided_themes(rows, replayed([]))
    assert found.drop("own_label", "own_department").equals(rows.drop("own_label", "own_department"))
    assert found.select("own_label", "own_department").rows() == [("a", "Beheer"), ("e-1", "Beheer")]
    messages = pl.DataFrame({"message_id": ["x:1", "x:2"], "theme_id": ["a", None]})
    assert merged_messages(messages, replayed([])).equals(messages)
    assert with_adopted(rows, replayed([])).equals(rows)


def test_every_kind_of_decision_shows() -> None:
    found = after(
        themes(*({"theme_id": theme} for theme in "abcd")),
        decided(Rename, "a", label="Nieuw"),
        decided(Department, "b", department="Groen"),
        decided(Hide, "c"),
        decided(Merge, "d", into="a"),
        decided(Hide, "d"),
    )
    shown = {
        key: (row["label"], row["department"], row["status"], row["merged_into"])
        for key, row in found.items()
    }
    assert shown == {
        "a": ("Nieuw", "Beheer", "active", None),
        "b": ("b", "Groen", "active", None),
        "c": ("c", "Beheer", "hidden", None),
        "d": ("d", "Beheer", "merged", "a"),
    }


def test_an_undo_goes_back_to_what_was_there_even_when_it_was_stored() -> None:
    name, merge = decided(Rename, "e-1", label="Nieuw"), decided(Merge, "e-2", into="a")
    move = decided(Department, "e-1", 2, department="Groen")
    rows = themes(
        {"theme_id": "a"},
        {"theme_id": "e-1", "origin": "emergent", "status": "asleep", "label": "gevonden"},
        {"theme_id": "e-2", "origin": "emergent", "status": "asleep"},
    )
    log = in_order(name, merge, move)
    stored = decided_themes(rows, replayed(log))
    undone = [decided(Undo, made.theme, 10 + number, of=made.id) for number, made in enumerate(log)]
    back = decided_themes(stored, replayed([*log, *undone]))
    expected = rows.with_columns(own_label="label", own_department="department")
    # With a message tonight, a theme that is merged no longer is awake.
    status = expected["status"].set(expected["theme_id"] == "e-2", "active")
    assert back.equals(expected.with_columns(status))


def test_a_theme_that_is_hidden_no_longer_sleeps_when_nobody_speaks_of_it() -> None:
    rows = themes(
        {"theme_id": "a", "status": "hidden", "last_seen": None},
        {"theme_id": "e-1", "origin": "emergent", "status": "hidden", "last_seen": None},
    )
    assert {key: row["status"] for key, row in after(rows).items()} == {"a": "active", "e-1": "asleep"}


def test_a_hidden_or_merged_theme_that_is_found_again_stays_so() -> None:
    found = {"origin": "emergent", "status": "active", "label": "opnieuw gevonden"}
    rows = after(
        themes({"theme_id": "a"}, {"theme_id": "e-1", **found}, {"theme_id": "e-2", **found}),
        decided(Hide, "e-1"),
        decided(Merge, "e-2", into="a"),
    )
    assert {key: row["status"] for key, row in rows.items()} == {
        "a": "active", "e-1": "hidden", "e-2": "merged",
    }  # fmt: skip


def test_messages_of_a_merged_theme_go_to_the_end_of_the_chain() -> None:
    messages = pl.DataFrame(
        {
            "message_id": ["x:1", "x:2", "x:3", "x:4"],
            "theme_id": ["a", "b", "c", None],
            "other_themes": [["d", "b"], ["c"], ["b", "d", "a"], None],
        }
    )
    chain = replayed(in_order(decided(Merge, "a", into="b"), decided(Merge, "b", into="c")))
    found = merged_messages(messages, chain)
    assert found["theme_id"].to_list() == ["c", "c", "c", None]
    assert found["other_themes"].to_list() == [["d"], [], ["d"], None]
    assert found.schema == messages.schema


def test_an_adopted_theme_is_awake_and_exists_in_a_new_database_too() -> None:
    adopt = decided(Adopt, "e-1", label="Laadpalen", department="Energie", message_ids=("x:1",))
    now = replayed([adopt])
    for emergent in (THEME.empty(), themes({"theme_id": "e-1", "origin": "emergent", "status": "asleep"})):
        [row] = decided_themes(with_adopted(emergent, now), now).to_dicts()
        assert (row["theme_id"], row["label"], row["department"]) == ("e-1", "Laadpalen", "Energie")
        assert (row["origin"], row["status"]) == ("emergent", "active")
