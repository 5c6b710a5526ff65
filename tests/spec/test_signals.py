"""Bursts and weak signals, and how seldom they are false."""

from datetime import date, timedelta
from math import log10

import numpy as np
import polars as pl
import pytest
from scipy.stats import nbinom

from nlp.signals import SignalThresholds, signals
from tests.spec.written import messages, weekly

SUNDAY = date(2026, 11, 1)


def found(frame: pl.DataFrame, as_of: date = SUNDAY) -> list[tuple[str, str]]:
    return signals(frame, as_of, SignalThresholds()).select("theme_id", "kind").rows()


def test_a_burst_is_a_week_far_above_the_themes_own_history():
    # The oldest week is left out, since it may be cut off; the week before the last is no history either.
    figures = signals(
        weekly(
            """
            wateroverlast  1  4*0 4*1 4*0 4*1 4*0 4*1 4*0  0  12
            parkeren       9  28*9                         9   9
            """,
            SUNDAY,
        ),
        SUNDAY,
        SignalThresholds(),
    ).row(0, named=True)
    assert (figures["theme_id"], figures["kind"]) == ("wateroverlast", "burst")
    assert (figures["since"], figures["messages"]) == (date(2026, 10, 26), 12)
    # History: 12 voices in 28 weeks, half a voice added, of 12 + 28 * 9 = 264 of all. This week all have 21:
    # 12.5 / 264 * 21 = 0.994 expected.
    assert figures["expected"] == pytest.approx(12.5 / 264 * 21)
    # The history does not vary more than chance. With a rate known from 12.5 voices in 264, the count of a
    # week is negative binomial; 12 or more has p = 0.00000002, which is a score of 7.7.
    p = nbinom.sf(11, 12.5, 264 / (264 + 21))
    assert figures["score"] == pytest.approx(-log10(p))
    assert figures["score"] == pytest.approx(7.7, abs=0.05)


def test_a_week_in_which_everything_is_louder_is_no_burst():
    assert found(weekly("a 30*2 12\nb 30*4 24\nc 30*6 36", SUNDAY)) == []
    assert found(weekly("a 30*2 12\nb 30*4  4\nc 30*6  6", SUNDAY)) == [("a", "burst")]


def test_a_burst_is_still_one_in_its_second_week():
    assert found(weekly("a 30*1 14 12\nb 30*9 9 9", SUNDAY)) == [("a", "burst")]


def test_an_earlier_burst_does_not_hide_a_new_one():
    assert found(weekly("a 15*1 30 15*1 12\nb 31*9 9\nc 31*5 5", SUNDAY)) == [("a", "burst")]


def test_one_loud_resident_is_no_burst():
    quiet = weekly("a 30*1 1\nb 30*9 9", SUNDAY)
    one_resident = pl.concat(
        messages(f"""
            message_id   author_kind  author_key  kind     created_day  theme_id
            loud-{count}  resident    anna        comment  2026-10-30   a
        """)
        for count in range(20)
    )
    assert found(pl.concat([quiet, one_resident])) == []


def test_a_short_history_gives_no_burst():
    # Ten whole weeks before the last two, or seven.
    assert found(weekly("a 1 10*1 1 12\nb 9 10*9 9 9", SUNDAY)) == [("a", "burst")]
    assert found(weekly("a 1  7*1 1 12\nb 9  7*9 9 9", SUNDAY)) == []


def test_only_residents_make_signals_and_only_up_to_the_day():
    burst = weekly("a 30*1 12\nb 30*9 9", SUNDAY)
    assert found(burst) == [("a", "burst")]
    assert found(burst, as_of=SUNDAY - timedelta(days=7)) == []
    assert found(burst.with_columns(author_kind=pl.lit("municipality"))) == []


def test_a_weak_signal_is_small_new_and_growing():
    figures = signals(weekly("pfas 28*0 2 4 5\nparkeren 28*9 9 9 9", SUNDAY), SUNDAY, SignalThresholds()).row(
        0, named=True
    )
    assert (figures["theme_id"], figures["kind"]) == ("pfas", "weak_signal")
    assert (figures["since"], figures["messages"]) == (date(2026, 10, 12), 11)
    # Never heard before: half a voice in 27 weeks of 9 (the oldest left out), and 38 voices in these three.
    assert figures["expected"] == pytest.approx(0.5 / (27 * 9) * 38)


@pytest.mark.parametrize(
    "weeks",
    [
        "28*0 5 4 2",  # shrinks
        "28*0 3 3 3",  # does not grow
        "28*1 2 4 5",  # not new: a voice every week
        "28*0 9 10 11",  # not small
        "28*0 1 1 2",  # fewer than five residents
    ],
)
def test_what_is_no_weak_signal(weeks: str):
    kinds = {kind for _, kind in found(weekly(f"pfas {weeks}\nparkeren 28*9 9 9 9", SUNDAY))}
    assert "weak_signal" not in kinds


@pytest.mark.parametrize("clustering", [None, 5.0])
def test_quiet_municipalities_give_less_than_one_false_signal_in_ten_nights(clustering: float | None):
    # Fifty municipalities, 60 themes of 0.1 to 5 voices a week, half a year, counts Poisson or with a
    # variance of mean + mean ** 2 / 5. Nothing happens in any of them.
    generator = np.random.default_rng(20261101)
    false = 0
    for _ in range(50):
        rates = np.exp(generator.uniform(np.log(0.1), np.log(5), size=(60, 1)))
        swing = (
            generator.gamma(clustering, 1 / clustering, size=(60, 26)) if clustering else np.ones((60, 26))
        )
        counts = generator.poisson(rates * swing)
        table = "\n".join(f"t{row:02d} {' '.join(map(str, weeks))}" for row, weeks in enumerate(counts))
        false += len(found(weekly(table, SUNDAY)))
    assert false <= 5
