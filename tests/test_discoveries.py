"""q-values of exact tests that can take few values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.discoveries import discrete_q_values
from nlp.evidence import exact_p, q_values

LEVEL = 0.05


def q_of(first: list[int], second: list[int], least: int = 5) -> np.ndarray:
    one, other = np.array(first), np.array(second)
    return discrete_q_values(one, other, one + other >= least, LEVEL)


def test_themes_that_could_never_stand_out_cost_the_others_nothing() -> None:
    few = q_of([40, 160, 2], [2, 90, 1], least=1)
    many = q_of([40, 140, *[2] * 11], [2, 80, *[1] * 11], least=1)
    assert many[0] < 1.2 * few[0]
    p = exact_p(np.array([40, 140, *[2] * 11]), np.array([2, 80, *[1] * 11]))
    assert many[0] < q_values(p)[0] / 4


def test_what_is_not_tested_has_no_q() -> None:
    found = q_of([40, 100, 1], [2, 90, 1])
    assert np.isnan(found).tolist() == [False, False, True]
    assert np.isnan(q_of([1, 2], [1, 0])).all()


def test_where_nothing_differs_few_tables_have_a_verdict() -> None:
    rng = np.random.default_rng(11)
    shares = 1 / np.arange(1, 61)
    shares /= shares.sum()
    tables = [(rng.multinomial(800, shares), rng.multinomial(180, shares)) for _ in range(150)]
    false = [np.nanmin(discrete_q_values(a, b, a + b >= 5, LEVEL)) < LEVEL for a, b in tables]
    # 5 % of 150 is 7.5; more than 15 has a chance of 1 in 200.
    assert sum(false) <= 15


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=2, max_size=8))
def test_a_smaller_p_never_has_a_larger_q(counts: list[tuple[int, int]]) -> None:
    first, second = (np.array(side) for side in zip(*counts, strict=True))
    if first.sum() and second.sum():
        q = discrete_q_values(first, second, first + second > 0, LEVEL)
        known = ~np.isnan(q)
        assert ((q[known] >= 0) & (q[known] <= 1)).all()
        order = np.argsort(exact_p(first, second)[known], kind="stable")
        assert (np.diff(q[known][order]) >= -1e-9).all()


def test_both_sides_are_treated_alike() -> None:
    assert q_of([30, 60, 5], [2, 40, 9]) == pytest.approx(q_of([2, 40, 9], [30, 60, 5]))
