"""The statistics behind the gap, against their definitions."""

from itertools import product
from math import comb

import numpy as np
import pytest

from nlp.evidence import exact_p, log_odds_z, q_values, simultaneous_interval


@pytest.mark.parametrize(("themes", "messages"), [(40, 60), (80, 600)])
def test_intervals_cover_all_shares_at_once(themes: int, messages: int):
    generator = np.random.default_rng(3)
    shares = 1 / np.arange(1, themes + 1)
    shares[themes // 3 :] /= 50
    shares /= shares.sum()
    covered = 0
    for _ in range(200):
        low, high = simultaneous_interval(generator.multinomial(messages, shares))
        covered += bool(np.all((low <= shares) & (shares <= high)))
    assert covered >= 0.95 * 200


def test_intervals_of_nothing_are_unknown():
    low, high = simultaneous_interval(np.array([0, 0]))
    assert np.isnan([*low, *high]).all()


def test_exact_p_counts_the_outcomes_at_least_as_far_off():
    for in_first, in_second in product(range(5), range(7)):
        first, second = np.array([in_first, 4 - in_first]), np.array([in_second, 6 - in_second])
        drawn = in_first + in_second
        ways = [comb(4, i) * comb(6, drawn - i) if drawn >= i else 0 for i in range(5)]
        lower = sum(ways[:in_first]) + ways[in_first] / 2
        upper = sum(ways[in_first + 1 :]) + ways[in_first] / 2
        expected = 2 * min(lower, upper) / comb(10, drawn)
        assert exact_p(first, second)[0] == pytest.approx(expected)


def test_q_values_of_benjamini_and_hochberg():
    # Sorted: 0.01 * 4/1, 0.02 * 4/2, 0.03 * 4/3, 0.8; each at most the next.
    assert q_values(np.array([0.03, 0.01, 0.8, 0.02])) == pytest.approx([0.04, 0.04, 0.8, 0.04])
    assert q_values(np.array([])).size == 0


def test_a_single_item_has_no_odds():
    assert log_odds_z(np.array([3.0]), np.array([5.0]), np.array([0.5])).tolist() == [0.0]
