"""The life of an emergent theme: one event a night for each."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from nlp.near_theme import NEAR_SCHEMA
from nlp.registry import registered, shared_messages
from nlp.theme_life import theme_events
from tests.test_registry import TODAY, found, lying
from warehouse.tables import THEME, THEME_EVENT

NOBODY_NEAR = pl.DataFrame(schema=NEAR_SCHEMA)
A, B, C = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]
BETWEEN = [0.78, 0.0, 0.62]


def known(status: str = "active", /, **centroids: list[float]) -> pl.DataFrame:
    rows = [
        {"theme_id": f"e-{name}", "origin": "emergent", "status": status, "centroid": centroid}
        for name, centroid in centroids.items()
    ]
    return THEME.conform(pl.DataFrame(rows))


def night(
    themes: pl.DataFrame,
    before: pl.DataFrame,
    had: dict[str, str] | None = None,
    has: dict[str, str] | None = None,
    near: pl.DataFrame = NOBODY_NEAR,
    assigned: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """The events of a night; `had` and `has`: messages of known themes before and of found themes now."""
    members = lying(has or {}).select("message_id", number=pl.col("place").cast(pl.Int64))
    shared = shared_messages(members, lying(had or {}).rename({"place": "theme_id"}))
    return theme_events(themes, registered(themes, before, shared, TODAY), before, shared, near, assigned)


def told(events: pl.DataFrame) -> dict[str, tuple[str, str | None]]:
    return {row["theme_id"]: (row["event"], row["related_theme_id"]) for row in events.iter_rows(named=True)}


def test_a_theme_is_born_once_and_then_the_same() -> None:
    [(born, event)] = told(night(found(A), THEME.empty())).items()
    assert event == ("born", None)
    stored = known(**{born.removeprefix("e-"): A})
    events = night(found(A), stored)
    assert told(events) == {born: ("same", None)}
    assert events.drop("near_theme_id", "near_cosine").row(0) == (born, "same", 1.0, None, None)
    assert events.schema == {name: dtype for name, dtype in THEME_EVENT.schema.items() if name != "run_id"}


def test_a_theme_that_is_not_found_falls_asleep_and_keeps_its_id_when_it_wakes() -> None:
    assert told(night(found(B), known(a=A, b=B))) == {"e-a": ("asleep", None), "e-b": ("same", None)}
    assert told(night(found(), known(a=A))) == {"e-a": ("asleep", None)}
    assert told(night(found(A), known("asleep", a=A, b=B))) == {
        "e-a": ("woken", None),
        "e-b": ("asleep", None),
    }


def test_a_theme_that_people_hid_is_found_again_as_the_same() -> None:
    assert told(night(found(A), known("hidden", a=A))) == {"e-a": ("same", None)}


def test_an_adopted_theme_is_awake_though_nothing_of_it_is_left_to_find() -> None:
    assert told(night(found(), known(a=A), assigned=frozenset({"e-a"}))) == {"e-a": ("same", None)}


def test_a_known_theme_in_two_found_themes_is_split() -> None:
    events = night(
        found(A, C), known(a=A), {"e-a": "m1 m2 m3 m4 m5 m6 m7 m8"}, {"0": "m1 m2 m3 m4", "1": "m5 m6 m7"}
    )
    assert told(events)["e-a"] == ("same", None)
    [piece] = [event for theme, event in told(events).items() if theme != "e-a"]
    assert piece == ("split", "e-a")


def test_a_new_theme_with_few_messages_of_a_known_one_is_born() -> None:
    had = {"e-a": " ".join(f"m{i}" for i in range(12)) + " x1 x2"}
    has = {"0": " ".join(f"m{i}" for i in range(12)), "1": "x1 x2 n1 n2 n3 n4 n5 n6"}
    events = night(found(A, C), known(a=A), had, has)
    assert sorted(told(events).values()) == [("born", None), ("same", None)]


def test_two_known_themes_in_one_found_theme_are_merged() -> None:
    events = night(
        found(A),
        known(a=A, b=BETWEEN),
        {"e-a": "m1 m2 m3 m4", "e-b": "m5 m6 m7"},
        {"0": "m1 m2 m3 m4 m5 m6 m7"},
    )
    assert told(events) == {"e-a": ("same", None), "e-b": ("merged", "e-a")}
    merged = events.filter(pl.col("event") == "merged").row(0, named=True)
    assert round(merged["match_cosine"], 2) == 0.78
    assert merged["margin"] is None


def test_a_theme_whose_messages_mostly_left_is_asleep_not_merged() -> None:
    had = {"e-a": "m1 m2 m3", "e-b": "m5 m6 m7 x1 x2 x3 x4"}
    events = night(found(A), known(a=A, b=C), had, {"0": "m1 m2 m3 m5 m6 m7"})
    assert told(events)["e-b"] == ("asleep", None)


def test_the_nearest_known_theme_of_the_catalogue_is_noted() -> None:
    near = pl.DataFrame([(0, "afvalinzameling", 0.8)], schema=NEAR_SCHEMA, orient="row")
    events = night(found(A), known(b=B), near=near).sort("event")
    assert events.select("event", "near_theme_id", "near_cosine").rows() == [
        ("asleep", None, None),
        ("born", "afvalinzameling", 0.8),
    ]


directions = st.lists(
    st.tuples(*[st.integers(-3, 3)] * 3).filter(any).map(lambda v: [float(x) for x in v]), max_size=4
)


@given(directions, directions, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_every_theme_known_or_found_gets_exactly_one_event_and_no_id_is_lost(
    now: list[list[float]], before: list[list[float]], moves: list[tuple[int, int]]
) -> None:
    stored = (
        known(**{str(place): centroid for place, centroid in enumerate(before)}) if before else THEME.empty()
    )
    moves = [(old, new) for old, new in moves if old < len(before) and new < len(now)]
    earlier = pl.DataFrame(
        {"message_id": [f"m{i}" for i in range(len(moves))], "theme_id": [f"e-{old}" for old, _ in moves]},
        schema={"message_id": pl.String, "theme_id": pl.String},
    )
    members = earlier.select("message_id", number=pl.Series([new for _, new in moves], dtype=pl.Int64))
    shared = shared_messages(members, earlier)
    themes = found(*now)
    ids = registered(themes, stored, shared, TODAY)
    events = theme_events(themes, ids, stored, shared, NOBODY_NEAR, frozenset())
    assert ids["number"].to_list() == list(range(len(now)))
    assert set(events["theme_id"]) == set(stored["theme_id"]) | set(ids["theme_id"])
    kept = ids.filter(~pl.col("born"))["theme_id"]
    assert kept.is_unique().all()
    assert set(kept) <= set(stored["theme_id"])
    assert set(events.filter(pl.col("event").is_in(["same", "woken"]))["theme_id"]) == set(kept)
