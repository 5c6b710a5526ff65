"""The indicators of the meetlat: each worked out by hand, and null when the data cannot tell."""

from datetime import date, timedelta

import polars as pl
import pytest

from reports.maturity import maturity
from warehouse.tables import MATURITY

FIRST = date(2026, 3, 2)
POSTS = "Berichten van de gemeente per week"
ASKING = "Aandeel berichten dat iets vraagt"
ANSWERED = "Aandeel vragen dat antwoord kreeg"
ANSWERED_MOST = "Aandeel vragen dat antwoord kreeg, converserend"
HOURS = "Mediaan aantal uren tot antwoord"
OVERLAP = "Overlap van de agenda's (1 min afstand)"
DEPARTMENTS = "Afdelingen die een thema oppakten"
TOLD = "Aandeel acties met terugkoppeling"

INDICATORS = [POSTS, ASKING, ANSWERED, ANSWERED_MOST, HOURS, OVERLAP, DEPARTMENTS, TOLD]


def messages(*rows: tuple[str, str, int, bool | None]) -> pl.DataFrame:
    """Messages given as (author_kind, kind, days after the first day, whether it asks something)."""
    dated = [(side, kind, FIRST + timedelta(days=days), asks) for side, kind, days, asks in rows]
    schema = {"author_kind": pl.String, "kind": pl.String, "created_day": pl.Date, "is_question": pl.Boolean}
    return pl.DataFrame(dated, schema=schema, orient="row")


def response(*rows: tuple[int, int, float | None]) -> pl.DataFrame:
    schema = {"questions": pl.Int64, "answered": pl.Int64, "median_hours_to_answer": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def agenda(*rows: tuple[str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"window": pl.String, "js_distance": pl.Float64}, orient="row")


def actions(*rows: tuple[str | None, date | None]) -> pl.DataFrame:
    schema = {"owner_department": pl.String, "told_residents_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def measured(
    written: pl.DataFrame | None = None,
    answers: pl.DataFrame | None = None,
    agendas: pl.DataFrame | None = None,
    taken_up: pl.DataFrame | None = None,
) -> dict[str, tuple[float | None, bool | None]]:
    """Value and met of every indicator; what is not given is empty."""
    found = maturity(
        messages() if written is None else written,
        response() if answers is None else answers,
        agenda() if agendas is None else agendas,
        actions() if taken_up is None else taken_up,
    )
    return {row["indicator"]: (row["value"], row["met"]) for row in found.iter_rows(named=True)}


def test_every_indicator_has_a_row_with_its_phase_and_threshold() -> None:
    found = maturity(messages(), response(), agenda(), actions())
    assert dict(found.schema) == MATURITY.schema
    assert found["indicator"].to_list() == INDICATORS
    assert found["phase"].to_list() == [1, 2, 2, 3, 3, 3, 4, 4]
    assert found["threshold"].to_list() == [1, 0.1, 0.25, 0.6, 24, 0.5, 2, 0.75]
    assert found["run_id"].null_count() == found.height


def test_what_cannot_be_measured_stays_null() -> None:
    assert measured() == {POSTS: (0.0, False)} | dict.fromkeys(INDICATORS[1:], (None, None))


def test_posts_per_week_count_quiet_days_too() -> None:
    """Three posts in the three weeks from the first message of anyone to the last."""
    quiet = messages(
        ("resident", "comment", 0, None),
        *[("municipality", "post", day, False) for day in (3, 3, 4)],
        ("municipality", "reply", 5, False),
        ("resident", "post", 20, None),
    )
    assert measured(quiet)[POSTS] == (1.0, True)


def test_less_than_a_week_counts_as_a_week() -> None:
    assert measured(messages(*[("municipality", "post", day, False) for day in (0, 1)]))[POSTS] == (2.0, True)


def test_only_posts_of_the_municipality_ask() -> None:
    asked = messages(
        ("municipality", "post", 0, True),
        *[("municipality", "post", 0, False)] * 9,
        ("municipality", "reply", 0, True),
        ("resident", "post", 0, True),
    )
    assert measured(asked)[ASKING] == (0.1, True)
    assert measured(asked.tail(-1))[ASKING] == (0.0, False)


@pytest.mark.parametrize(("answered", "some", "most"), [(2, False, False), (3, True, False), (8, True, True)])
def test_answered_questions_have_a_low_and_a_high_bar(answered: int, some: bool, most: bool) -> None:  # noqa: FBT001
    found = measured(answers=response((10, answered - 1, 5.0), (2, 1, 5.0)))
    assert found[ANSWERED] == (answered / 12, some)
    assert found[ANSWERED_MOST] == (answered / 12, most)


def test_hours_to_answer_weigh_every_answer_the_same() -> None:
    """Three answers after 2 hours and two after 30 hours: half of them came within 2."""
    assert measured(answers=response((3, 3, 2.0), (9, 2, 30.0), (4, 0, None)))[HOURS] == (2.0, True)
    assert measured(answers=response((3, 3, 2.0), (9, 4, 24.5)))[HOURS] == (24.5, False)
    assert measured(answers=response((4, 0, None)))[HOURS] == (None, None)


def test_overlap_is_that_of_the_whole_window() -> None:
    assert measured(agendas=agenda(("2026-03", 0.9), ("report", 0.5)))[OVERLAP] == (0.5, True)
    assert measured(agendas=agenda(("report", 0.6)))[OVERLAP] == (1 - 0.6, False)
    assert measured(agendas=agenda(("report", None)))[OVERLAP] == (None, None)


def test_departments_and_feedback_of_actions() -> None:
    taken_up = actions(("Groen", FIRST), ("Groen", FIRST), ("Wonen", FIRST), (None, None))
    assert measured(taken_up=taken_up)[DEPARTMENTS] == (2.0, True)
    assert measured(taken_up=taken_up)[TOLD] == (0.75, True)
    assert measured(taken_up=actions(("Groen", None), (None, FIRST)))[DEPARTMENTS] == (1.0, False)
    assert measured(taken_up=actions(("Groen", None), (None, FIRST)))[TOLD] == (0.5, False)
