"""Kernel ridge regression in closed form, with its leave-one-out scores (Rifkin & Lippert 2007, "Notes on
regularized least squares"): nothing random in it, and what a row would score had it not been there is free.

One thread, because the order in which threads add up would show in the last digits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotrs, strtri
from threadpoolctl import threadpool_limits

Kernel = NDArray[np.float32]
Duals = NDArray[np.float32]
Scores = NDArray[np.float64]


class Fit(NamedTuple):
    """Dual coefficients, and the score of every row as if that row had not been there: (rows, columns)."""

    duals: Duals
    left_out: Scores


def kernel_ridge(kernel: Kernel, targets: Scores, penalties: NDArray[np.float32]) -> Fit:
    """The ridge regression of targets (rows, columns) on rows whose inner products are in `kernel`.

    penalties: one per row; a row with a smaller one is followed more closely. `kernel` is symmetrical and
    is used up: its memory holds the factors. Single precision will do, because with penalties of the size
    of a row's length the problem is well conditioned. Cost: cubic in the rows (15,000 take 25 seconds).
    Raises LinAlgError for what is no kernel.
    """
    with threadpool_limits(1):
        kernel[np.diag_indices_from(kernel)] += penalties
        factor, failed = spotrf(kernel.T, lower=1, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError(f"row {failed} makes the kernel indefinite")
        duals, _ = spotrs(factor, targets.astype(np.float32), lower=1)
        inverse, _ = strtri(factor, lower=1, overwrite_c=1)
        diagonal = np.array([np.dot(column[row:], column[row:]) for row, column in enumerate(inverse.T)])
    return Fit(duals, (targets - duals / diagonal[:, None]).astype(np.float64))
