from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from reports.advice import COMMUNITY, FOCUS_GROUP, ORGANISATION, RULES, SURVEY, advice
from reports.facts import ThemeFacts, theme_facts

QUIET = ThemeFacts(
    department="Reiniging",
    messages=60,
    residents=40,
    questions=0,
    weeks=4,
    weeks_seen=26,
    returning=0,
    area=None,
    local=0,
    located=0,
    burst_since=None,
    burst_voices=0,
    burst_expected=0.0,
)
BURST = replace(QUIET, burst_since=date(2026, 5, 4), burst_voices=31, burst_expected=8.2)
ASKING = replace(QUIET, questions=24)
LOCAL = replace(QUIET, weeks=12, area="Oosterhaven", local=18, located=25)
LASTING = replace(QUIET, weeks=12, returning=10)


@pytest.mark.parametrize(
    ("facts", "form", "figures"),
    [
        (BURST, ORGANISATION, ["31 inwoners", "4 mei 2026", "8,2"]),
        (ASKING, SURVEY, ["24 van de 60 berichten", "40%"]),
        (LOCAL, FOCUS_GROUP, ["72%", "Oosterhaven", "12 van de laatste 26 weken"]),
        (LASTING, COMMUNITY, ["25%", "12 van de laatste 26 weken"]),
        (QUIET, ORGANISATION, ["40 inwoners", "4 van de laatste 26 weken"]),
    ],
    ids=["burst", "asking", "local", "lasting", "quiet"],
)
def test_each_form_has_its_reason_in_figures(facts: ThemeFacts, form: str, figures: list[str]) -> None:
    advised = advice(facts)
    assert advised.form == form
    assert [figure for figure in figures if figure not in advised.reason] == []


@pytest.mark.parametrize(
    ("facts", "form"),
    [
        (replace(ASKING, questions=14), ORGANISATION),
        (replace(ASKING, messages=20, questions=9), ORGANISATION),
        (replace(LOCAL, weeks=7), ORGANISATION),
        (replace(LOCAL, local=12), ORGANISATION),
        (replace(LASTING, returning=7), ORGANISATION),
    ],
    ids=["few of many", "few", "short", "spread", "few return"],
)
def test_just_under_a_threshold_the_rule_does_not_hold(facts: ThemeFacts, form: str) -> None:
    assert advice(facts).form == form


def test_the_first_rule_that_holds_decides() -> None:
    both = replace(ASKING, burst_voices=31, burst_since=date(2026, 5, 4), burst_expected=8.2)
    assert advice(both).form == ORGANISATION
    assert {rule.form for rule in RULES} == {ORGANISATION, SURVEY, COMMUNITY, FOCUS_GROUP}


def test_a_small_remainder_is_not_given_away() -> None:
    assert (
        "De meeste inwoners met een bekende wijk komen uit Oosterhaven."
        in advice(replace(LOCAL, local=22)).reason
    )


def test_the_department_is_named_or_asked_for() -> None:
    assert "Loop binnen bij Reiniging" in advice(QUIET).first_step
    assert "de afdeling die erover gaat" in advice(replace(QUIET, department=None)).first_step


def test_facts_are_counted_from_the_messages() -> None:
    weekly = [date(2026, 4, 6 + 7 * week) for week in range(4)]
    messages = pl.DataFrame(
        {
            "author_key": [f"a{i}" for i in range(6) for _ in weekly],
            "created_day": weekly * 6,
            "is_question": [True, False, False, False] * 6,
            "area_name": ["Noord", None, None, None] * 6,
        }
    )
    theme_week = pl.DataFrame({"week": weekly, "theme_id": "t", "author_kind": "resident"})
    signals = pl.DataFrame(
        {"theme_id": ["t"], "kind": ["burst"], "since": [weekly[-1]], "messages": [4], "expected": [1.0]}
    )
    facts = theme_facts("t", None, messages, theme_week, signals, date(2026, 5, 3))
    assert (facts.messages, facts.residents, facts.questions, facts.weeks) == (24, 6, 6, 4)
    assert (facts.returning, facts.area, facts.local, facts.located) == (6, "Noord", 6, 6)
    assert facts.burst_voices == 0, "a burst of four people is not told"
