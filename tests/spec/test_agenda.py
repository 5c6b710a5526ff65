"""The agendas as a whole: how far apart, and over how many themes."""

from datetime import date
from math import log2, sqrt

import polars as pl
import pytest

from nlp.agenda import agenda_figures
from nlp.voices import Window
from tests.spec.written import agendas

REPORT = {"report": Window(date(2026, 3, 1), date(2026, 3, 31))}


def report(table: str) -> dict[str, object]:
    return agenda_figures(agendas(table), REPORT).row(0, named=True)


def test_distance_of_two_agendas():
    figures = report("""
        thema     residents  municipality
        afval             2             0
        parkeren          2             4
    """)
    # Half and half against all parking; the middle is 1/4 waste and 3/4 parking. In bits, residents are
    # 1/2 log2(2) + 1/2 log2(2/3) = 0.2075 from the middle, the municipality log2(4/3) = 0.4150. Their mean
    # is 0.3113, its root 0.5579.
    divergence = (0.5 * log2(2) + 0.5 * log2(2 / 3) + log2(4 / 3)) / 2
    assert figures["js_distance"] == pytest.approx(sqrt(divergence))
    assert figures["js_distance"] == pytest.approx(0.5579, abs=0.0001)


@pytest.mark.parametrize(("posts", "distance"), [("2 0", 1.0), ("0 2", 0.0)])
def test_distance_is_0_for_equal_and_1_for_disjoint_agendas(posts: str, distance: float):
    on_waste, on_parking = posts.split()
    figures = report(f"""
        thema     residents  municipality
        afval             0  {on_waste}
        parkeren          5  {on_parking}
    """)
    assert figures["js_distance"] == pytest.approx(distance)


def test_entropy_is_how_many_themes_an_agenda_spreads_over():
    figures = report("""
        thema     residents  municipality
        afval             3             8
        parkeren          3             4
        honden            3             4
        sport             3             0
    """)
    # Four equal themes: log2(4) = 2 bits. A half and two quarters: 1/2 * 1 + 2 * 1/4 * 2 = 1.5 bits.
    assert figures["resident_entropy"] == pytest.approx(2.0)
    assert figures["municipality_entropy"] == pytest.approx(1.5)


def test_rank_correlation_of_the_themes():
    figures = report("""
        thema     residents  municipality
        afval             9             1
        parkeren          5             2
        honden            1             4
        sport             3             3
    """)
    # Ranks 4, 3, 1, 2 against 1, 2, 4, 3: exactly the other way round.
    assert figures["rank_correlation"] == pytest.approx(-1.0)


def test_rank_correlation_is_unknown_when_a_side_ranks_nothing():
    figures = report("""
        thema     residents  municipality
        afval             9             2
        parkeren          5             2
    """)
    assert figures["rank_correlation"] is None


def test_unassigned_shares():
    figures = report("""
        thema     residents  municipality
        afval             6             9
        -                 2             1
    """)
    assert figures["unassigned_resident_share"] == pytest.approx(0.25)
    assert figures["unassigned_municipality_share"] == pytest.approx(0.10)


def test_what_a_side_without_messages_has_no_part_in_is_unknown():
    figures = report("""
        thema     residents  municipality
        afval             6             0
        -                 2             3
    """)
    assert figures["resident_entropy"] == pytest.approx(0.0)
    assert figures["unassigned_municipality_share"] == pytest.approx(1.0)
    assert figures["js_distance"] is None
    assert figures["municipality_entropy"] is None
    assert figures["rank_correlation"] is None


def test_one_row_per_window_in_their_order():
    march = agendas("thema residents municipality\nafval 2 2", day=date(2026, 3, 4))
    april = agendas("thema residents municipality\nafval 2 0\nsport 0 2", day=date(2026, 4, 4))
    windows = {"report": Window(date(2026, 3, 2), date(2026, 4, 30))}
    windows |= windows["report"].months()
    figures = agenda_figures(pl.concat([march, april]), windows)
    assert figures["window"].to_list() == ["report", "2026-03", "2026-04"]
    assert figures["js_distance"].to_list()[1:] == pytest.approx([0.0, 1.0])
    assert agenda_figures(march, {}).height == 0
