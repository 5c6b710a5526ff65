"""Verdicts and signals held against those that the same definitions give on gold labels."""

from datetime import date

import polars as pl
import pytest

from nlp.gap import theme_gap
from nlp.signal_agreement import JudgedSignal, signal_agreement
from nlp.signals import SignalThresholds, signals
from nlp.verdict import GapThresholds
from nlp.verdict_agreement import JudgedVerdict, VerdictAgreement, VerdictCounts, verdict_agreement
from nlp.voices import Window
from tests.spec.written import agendas, weekly

SUNDAY = date(2026, 11, 1)
WINDOW = Window(date(2026, 3, 1), date(2026, 3, 31))
SEED = 7
# Gold: waste is silent, culture a surplus, trees are in balance.
GOLD = """
theme_id  inwoners  gemeente
afval     40        0
cultuur   0         20
bomen     40        20
overig    10        2
"""


def with_gold(messages: pl.DataFrame, found: dict[str, str | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Messages whose themes are the gold labels, found as `found` says; and those labels."""
    named = messages.with_columns(native_id=pl.col("message_id"))
    gold = named.select("native_id", "author_kind", theme="theme_id")
    return named.with_columns(theme_id=pl.col("theme_id").replace(found)), gold


def held(found: dict[str, str | None], table: str = GOLD) -> VerdictAgreement:
    messages, gold = with_gold(agendas(table), found)
    themes = sorted(messages["theme_id"].drop_nulls().unique())
    gap = theme_gap(messages, themes, WINDOW, GapThresholds(), SEED)
    return verdict_agreement(messages, gold, gap, WINDOW, GapThresholds(), SEED)


def outcomes(agreement: VerdictAgreement) -> list[tuple[str, str, str | None, str | None]]:
    return [(row.verdict, row.outcome, row.theme_id, row.gold_theme) for row in agreement.judged]


def test_a_perfect_reading_is_confirmed() -> None:
    result = held({"overig": None, "afval": "t-afval", "cultuur": "t-cultuur", "bomen": "t-bomen"})
    assert outcomes(result) == [
        ("stil", "confirmed", "t-afval", "afval"),
        ("overschot", "confirmed", "t-cultuur", "cultuur"),
    ]
    assert result.silent == VerdictCounts(confirmed=1, false=0, undecided=0, unnamed=0, missed=0)
    assert (result.window_messages, result.window_labelled) == (132, 132)
    silent = result.judged[0]
    assert (silent.found_verdict, silent.gold_verdict) == ("stil", "stil")
    assert silent.found_pp == silent.gold_pp == pytest.approx(50)


def test_what_nobody_found_is_missed_beside_the_theme_that_holds_most_of_it() -> None:
    """All waste was taken for trees: neither stands for waste, and more is said of trees than there is."""
    result = held({"overig": None, "afval": "t-bomen", "bomen": "t-bomen"})
    missed = [row for row in result.judged if row.outcome == "missed"]
    assert [(row.verdict, row.gold_theme, row.theme_id) for row in missed] == [("stil", "afval", "t-bomen")]
    assert missed[0].gold_pp == pytest.approx(50)
    assert result.silent.missed == 1


def test_silence_about_a_theme_in_balance_is_false() -> None:
    """Posts about trees were read as culture: trees look silent, by the labels they are in balance."""
    messages, gold = with_gold(agendas(GOLD), {"overig": None})
    posts_on_trees = (pl.col("theme_id") == "bomen") & (pl.col("author_kind") == "municipality")
    misread = messages.with_columns(
        theme_id=pl.when(~posts_on_trees).then("theme_id").otherwise(pl.lit("cultuur"))
    )
    # Culture then holds as many posts on trees as on culture: ties go by name, so it is given one more post.
    extra = misread.filter(pl.col("theme_id") == "cultuur").tail(1).with_columns(
        message_id=pl.lit("extra"), native_id=pl.lit("extra"), theme_id=pl.lit("cultuur")
    )  # fmt: skip
    label = pl.DataFrame({"native_id": ["extra"], "author_kind": ["municipality"], "theme": ["cultuur"]})
    misread, gold = pl.concat([misread, extra]), pl.concat([gold, label])
    gap = theme_gap(misread, ["afval", "bomen", "cultuur"], WINDOW, GapThresholds(), SEED)
    result = verdict_agreement(misread, gold, gap, WINDOW, GapThresholds(), SEED)
    assert ("stil", "false", "bomen", "bomen") in outcomes(result)
    assert (result.silent.confirmed, result.silent.false, result.surplus.confirmed) == (1, 1, 1)


def test_a_theme_of_chatter_is_not_named_by_the_gold_set() -> None:
    result = held({"overig": "e-1"}, GOLD.replace("overig    10        2", "overig    60        0"))
    assert ("stil", "unnamed", "e-1", "overig") in outcomes(result)
    assert result.silent.unnamed == 1


def test_a_difference_that_the_labels_cannot_prove_stays_undecided() -> None:
    """Of 40 messages on waste three have a label: too few for a verdict, though of the same sign."""
    messages, gold = with_gold(agendas(GOLD), {"overig": None})
    waste = gold.filter(pl.col("theme") == "afval")
    few = pl.concat([gold.filter(pl.col("theme") != "afval"), waste.head(3)])
    gap = theme_gap(messages, ["afval", "bomen", "cultuur"], WINDOW, GapThresholds(), SEED)
    result = verdict_agreement(messages, few, gap, WINDOW, GapThresholds(), SEED)
    assert ("stil", "undecided", "afval", "afval") in outcomes(result)
    assert (result.window_messages, result.window_labelled) == (132, 95)


def test_without_any_verdict_there_is_nothing_to_judge() -> None:
    quiet = "theme_id inwoners gemeente\na 3 1\nb 3 1"
    result = held({}, quiet)
    assert result.judged == ()
    assert result.silent == result.surplus == VerdictCounts(0, 0, 0, 0, 0)


def test_a_row_names_everything_that_it_compares() -> None:
    row = held({"overig": None}).judged[0]
    assert isinstance(row, JudgedVerdict)
    assert (row.found_pp, row.gold_pp) == (pytest.approx(50), pytest.approx(50))


BURSTS = "water 30*1 12\nwind 30*1 14\nrest 31*9"


def test_signals_are_found_missed_or_extra() -> None:
    """Wind was not recognised this week, so its burst is missed; the rest was split into a theme that seems
    to burst, which the labels do not say."""
    messages, gold = with_gold(weekly(BURSTS, SUNDAY), {"water": "t-water"})
    recent = pl.col("created_day") > date(2026, 10, 25)
    misread = messages.with_columns(
        theme_id=pl.when((pl.col("theme_id") == "wind") & recent).then(None).otherwise("theme_id")
    )
    found = pl.concat(
        [
            signals(misread, SUNDAY, SignalThresholds()).select("theme_id", "kind", "since"),
            pl.DataFrame({"theme_id": ["rest"], "kind": ["burst"], "since": [date(2026, 10, 26)]}),
        ]
    )
    result = signal_agreement(misread, gold, found, SUNDAY, SignalThresholds())
    assert (result.found, result.missed, result.extra) == (1, 1, 1)
    since = date(2026, 10, 26)
    assert set(result.judged) == {
        JudgedSignal("found", "burst", "t-water", "water", since),
        JudgedSignal("missed", "burst", None, "wind", since),
        JudgedSignal("extra", "burst", "rest", "rest", since),
    }


def test_a_signal_on_a_theme_without_labels_is_extra() -> None:
    messages, gold = with_gold(weekly(BURSTS, SUNDAY), {})
    found = pl.DataFrame({"theme_id": ["e-9"], "kind": ["weak_signal"], "since": [SUNDAY]})
    result = signal_agreement(messages, gold, found, SUNDAY, SignalThresholds())
    assert JudgedSignal("extra", "weak_signal", "e-9", None, SUNDAY) in result.judged
    assert (result.found, result.extra) == (0, 1)


def test_no_signals_and_no_history_give_an_empty_answer() -> None:
    messages, gold = with_gold(weekly("water 2*1", SUNDAY), {})
    none = pl.DataFrame(schema={"theme_id": pl.String, "kind": pl.String, "since": pl.Date})
    assert signal_agreement(messages, gold, none, SUNDAY, SignalThresholds()).judged == ()
