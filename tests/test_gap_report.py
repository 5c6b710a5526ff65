import csv
import io
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from reports.changes import changes
from reports.disclosure import is_small
from reports.figures import theme_figures
from reports.gap_report import GapReport, build_gap_report
from reports.meetlat import meetlat
from reports.report_input import COLUMNS
from reports.responsiveness import responsiveness
from reports.sheets import gap_csv
from reports.speakers import speakers
from tests.report_input import END, START, empty_input, example_input
from warehouse.tables import GAP

EXAMPLE = example_input()
REPORT = build_gap_report(EXAMPLE)


def _values(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value within a frozen value, with the name of its field."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _values(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for item in value:
            yield from _values(item, path)
    else:
        yield path, value


def _rows(report: GapReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gap_csv(report)), delimiter=";"))


def test_the_report_is_frozen_all_through_and_holds_no_frame() -> None:
    assert {type(value) for _, value in _values(REPORT)} <= {str, int, float, bool, date, type(None)}
    hash(REPORT)


def test_no_small_count_of_authors_anywhere() -> None:
    counts = ("resident_authors", "authors", "residents", "voices", "top_authors", "resident_messages")
    found = [(name, value) for name, value in _values(REPORT) if name in counts and isinstance(value, int)]
    assert len(found) > 50
    assert [(name, value) for name, value in found if is_small(int(str(value)))] == []


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled: dict[str, Any] = {
        name: getattr(EXAMPLE, name).sample(fraction=1, shuffle=True, seed=3) for name in COLUMNS
    }
    assert build_gap_report(replace(EXAMPLE, **shuffled)) == REPORT


@pytest.mark.parametrize("without_columns", [False, True])
def test_a_night_without_anything_gives_a_report(*, without_columns: bool) -> None:
    report = build_gap_report(empty_input(without_columns=without_columns))
    assert not any((report.themes, report.silent, report.signals, report.actions))
    assert "te weinig geschreven" in report.headline


def test_the_silent_themes_go_by_the_size_of_the_gap() -> None:
    differences = [story.figures.difference_pp or 0 for story in REPORT.silent]
    assert len(REPORT.silent) == 6
    assert differences == sorted(differences, reverse=True)
    assert REPORT.top[0].figures.theme_id == "afvalinzameling"
    assert REPORT.headline.startswith("Zes thema's zijn stil")


def test_themes_without_shares_stay_in_the_table() -> None:
    nothing = pl.lit(None, dtype=pl.Float64)
    gap = EXAMPLE.gap.with_columns(
        resident_share=nothing,
        municipality_share=nothing,
        difference_pp=float("nan"),
        verdict=pl.lit("te_weinig"),
    )
    report = build_gap_report(replace(EXAMPLE, gap=gap))
    assert len(report.themes) == EXAMPLE.gap.height
    assert {(f.resident_share, f.difference_pp) for f in report.themes} == {(None, None)}


def test_a_reason_that_names_a_hidden_count_is_not_passed_on() -> None:
    gap = EXAMPLE.gap.with_columns(reason=pl.lit("Het zijn precies 3 inwoners."))
    hidden = [figures for figures in theme_figures(gap) if figures.hidden]
    assert len(hidden) == 2
    assert not any("3" in figures.reason for figures in hidden)


def test_what_changed_names_verdicts_and_shares() -> None:
    assert [(change.kind, change.theme_id) for change in REPORT.changes] == [
        ("silent", "jongerenoverlast"),
        ("resolved", "zwembad"),
        ("grown", "te-hard-rijden"),
    ]
    assert REPORT.previous_as_of == date(2026, 4, 26)


def test_a_theme_that_was_hidden_before_is_not_compared() -> None:
    before = EXAMPLE.previous_gap.with_columns(resident_authors=2)
    assert changes(theme_figures(EXAMPLE.gap), theme_figures(before)) == ()


def test_the_first_report_has_nothing_to_compare() -> None:
    report = build_gap_report(replace(EXAMPLE, previous_gap=EXAMPLE.previous_gap.head(0)))
    assert (report.previous_as_of, report.changes) == (None, ())


def test_a_signal_of_few_people_says_so_without_a_figure() -> None:
    signals = {signal.theme_id: signal for signal in REPORT.signals}
    assert signals["e-stroomstoring"].voices is None
    assert "minder dan 5" in signals["e-stroomstoring"].sentence
    assert "31 inwoners" in signals["jongerenoverlast"].sentence
    assert REPORT.signals[0].is_burst


def test_words_of_few_residents_may_be_a_name_and_are_left_out() -> None:
    words = EXAMPLE.words.with_columns(
        resident_texts=pl.when(pl.col("lemma") == "kliko").then(4).otherwise(5)
    )
    (story, *_) = build_gap_report(replace(EXAMPLE, words=words)).silent
    assert "kliko" not in story.resident_words
    assert "pasje" in story.resident_words
    assert "minicontainer" in story.municipality_words


def _phases(*met: tuple[int, bool | None]) -> int:
    rows = [
        {"phase": p, "indicator": f"i{i}", "value": 1.0, "threshold": 1.0, "met": m}
        for i, (p, m) in enumerate(met)
    ]
    return meetlat(pl.DataFrame(rows, infer_schema_length=None)).phase


def test_the_phase_is_the_highest_of_which_all_that_can_be_measured_is_met() -> None:
    assert _phases((1, True), (2, True), (3, False), (4, True)) == 2
    assert _phases((1, True), (2, None), (2, True)) == 2
    assert _phases((1, True), (2, None), (3, True)) == 1
    assert _phases((1, False), (2, True)) == 0


def test_responsiveness_weighs_hours_by_answers_and_lists_who_waits() -> None:
    response = pl.DataFrame(
        {
            "week": [date(2026, 3, 2)] * 3,
            "platform": ["x"] * 3,
            "theme_id": ["a", "b", None],
            "questions": [20, 6, 4],
            "answered": [9, 6, 0],
            "answer_rate": [0.45, 1.0, 0.0],
            "median_hours_to_answer": [2.0, 50.0, None],
        }
    )
    found = responsiveness(response, {"a": "A", "b": "B"}, START, END)
    assert (found.questions, found.answer_rate, found.hours_to_answer) == (30, 0.5, 2.0)
    assert [(theme.label, theme.answer_rate) for theme in found.waiting] == [("A", 0.45)]
    assert responsiveness(response.tail(1), {}, START, END).questions is None


def test_concentration_is_told_only_of_groups_that_are_large_enough() -> None:
    def said(residents: int) -> pl.DataFrame:
        keys = ["veelschrijver"] * 40 + [f"a{i}" for i in range(residents - 1)]
        return pl.DataFrame({"author_kind": "resident", "dup_of": None, "author_key": keys, "platform": "x"})

    assert speakers(said(9)).top_share is None
    assert speakers(said(10)).top_authors == 5
    assert speakers(said(10)).top_share == pytest.approx(44 / 49)
    assert speakers(said(4)).residents is None


def test_gap_csv_has_a_row_per_theme_and_leaves_hidden_figures_empty() -> None:
    rows = _rows(REPORT)
    assert tuple(rows[0]) == (*GAP.schema, "theme_label")
    assert {row["theme_id"] for row in rows} == set(EXAMPLE.gap["theme_id"])
    hidden = [row for row in rows if not row["resident_authors"]]
    assert len(hidden) == 2
    assert {
        row[name] for row in hidden for name in ("resident_messages", "resident_share", "log_odds_z")
    } == {""}
    assert sum(float(row["resident_share"] or 0) for row in rows) < 1


def test_gap_csv_keeps_numbers_and_disarms_formulas() -> None:
    starts = ["=1+1", "+31", "-2", "@SUM(A1)", "  =1", "＝1", 'gewoon; met "tekens"']
    gap = EXAMPLE.gap.head(len(starts)).with_columns(theme_label=pl.Series(starts), resident_authors=50)
    rows = _rows(build_gap_report(replace(EXAMPLE, gap=gap)))
    labels = {row["theme_label"] for row in rows}
    assert labels == {"'=1+1", "'+31", "'-2", "'@SUM(A1)", "'=1", "'＝1", 'gewoon; met "tekens"'}
    shown = {row["theme_id"]: float(row["difference_pp"]) for row in rows}
    for row in gap.iter_rows(named=True):
        assert shown[row["theme_id"]] == pytest.approx(row["difference_pp"], rel=1e-5)


def test_when_few_themes_are_silent_the_nearest_are_named() -> None:
    gap = EXAMPLE.gap.with_columns(verdict=pl.col("verdict").str.replace("stil", "onzeker", literal=True))
    named = [figures.theme_id for figures in build_gap_report(replace(EXAMPLE, gap=gap)).almost_silent]
    assert named == ["afvalinzameling", "te-hard-rijden", "jongerenoverlast"]
    assert REPORT.almost_silent == ()
