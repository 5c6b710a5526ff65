"""Windows of days."""

from datetime import date

import polars as pl
import pytest

from nlp.voices import Window


def test_a_window_holds_both_its_ends():
    window = Window(date(2026, 2, 27), date(2026, 3, 2))
    days = pl.DataFrame({"created_day": pl.date_range(date(2026, 2, 20), date(2026, 3, 9), eager=True)})
    assert window.of(days).height == window.days == 4


def test_windows_of_equal_length_follow_each_other():
    march = Window.ending(date(2026, 3, 31), 31)
    assert march == Window(date(2026, 3, 1), date(2026, 3, 31))
    assert march.previous() == Window(date(2026, 1, 29), date(2026, 2, 28))


def test_the_months_of_a_window_are_cut_at_its_ends():
    assert Window(date(2025, 12, 15), date(2026, 2, 3)).months() == {
        "2025-12": Window(date(2025, 12, 15), date(2025, 12, 31)),
        "2026-01": Window(date(2026, 1, 1), date(2026, 1, 31)),
        "2026-02": Window(date(2026, 2, 1), date(2026, 2, 3)),
    }


def test_a_window_does_not_end_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Window(date(2026, 3, 2), date(2026, 3, 1))
