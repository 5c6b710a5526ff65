"""The closed form of kernel ridge regression held against leaving rows out for real."""

import numpy as np
import pytest

from nlp.ridge import kernel_ridge

RNG = np.random.default_rng(7)
ROWS = RNG.normal(size=(12, 5)).astype(np.float32)
TARGETS = RNG.normal(size=(12, 3))
PENALTIES = np.linspace(0.5, 2.0, 12, dtype=np.float32)


def test_it_gives_what_the_definition_gives() -> None:
    kernel = ROWS @ ROWS.T
    expected = np.linalg.solve(kernel + np.diag(PENALTIES), TARGETS)
    np.testing.assert_allclose(kernel_ridge(kernel.copy(), TARGETS, PENALTIES).duals, expected, atol=1e-5)


def test_left_out_scores_are_those_of_a_fit_without_that_row() -> None:
    kernel = ROWS @ ROWS.T
    left_out = kernel_ridge(kernel.copy(), TARGETS, PENALTIES).left_out
    for row in range(len(ROWS)):
        rest = np.delete(np.arange(len(ROWS)), row)
        fit = kernel_ridge(kernel[np.ix_(rest, rest)].copy(), TARGETS[rest], PENALTIES[rest])
        np.testing.assert_allclose(left_out[row], kernel[row, rest] @ fit.duals, atol=1e-5)


def test_a_row_with_a_smaller_penalty_is_followed_more_closely() -> None:
    kernel = (ROWS @ ROWS.T) + np.eye(12, dtype=np.float32)
    loose, close = np.ones(12, dtype=np.float32), np.ones(12, dtype=np.float32)
    close[3] = 0.25
    errors = [
        np.abs(kernel[3] @ kernel_ridge(kernel.copy(), TARGETS, penalties).duals - TARGETS[3]).max()
        for penalties in (loose, close)
    ]
    assert errors[1] < errors[0]


def test_what_is_no_kernel_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        kernel_ridge(-np.eye(3, dtype=np.float32) * 5, np.zeros((3, 1)), np.ones(3, dtype=np.float32))
