"""What two series of counts can prove: intervals, log-odds, exact tests, false discoveries."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Figures = NDArray[np.float64]


def simultaneous_interval(counts: Counts, confidence: float = 0.95) -> tuple[Figures, Figures]:
    """Lower and upper end, per category, of intervals that hold for all shares at once.

    Exact binomial intervals (Clopper and Pearson 1934) at a level that Bonferroni's inequality divides
    over the categories, the empty ones included: coverage is at least `confidence`, whatever the shares.
    The usual ways do not hold for an agenda, which has many themes and few messages for most. Simulated
    for 40 and 80 themes and 60 to 600 messages, true shares falling as 1/rank with or without a tail of
    very rare themes, all shares were covered in 11-93 % of cases by Goodman's intervals, 82-98 % by the
    quantiles of a Dirichlet posterior (prior 1/2), 92-100 % by Sison and Glaz's, 98-100 % by these.
    Sison and Glaz's take a second and give the smallest theme the margin of the largest.
    A sum of zero gives NaN.
    """
    total = counts.sum()
    if total == 0:
        unknown = np.full(counts.shape, np.nan)
        return unknown, unknown
    tail = (1 - confidence) / (2 * len(counts))
    low: Figures = stats.beta.ppf(tail, counts, total - counts + 1)
    high: Figures = stats.beta.ppf(1 - tail, counts + 1, total - counts)
    return np.where(counts == 0, 0.0, low), np.where(counts == total, 1.0, high)


def log_odds_z(first: Figures, second: Figures, prior: Figures) -> Figures:
    """z of the log-odds of each item in `first` against `second`; positive leans to `first`.

    Log-odds-ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin'
    Words", equations 16, 20 and 22). `prior` holds pseudo-counts, each above zero: the same expectation
    for both series, so that what is rare everywhere does not stand out by chance.
    A series of one item has no odds: its z is 0.
    """
    if len(prior) == 1:
        return np.zeros(1)
    first_has, second_has = first + prior, second + prior
    first_rest, second_rest = first_has.sum() - first_has, second_has.sum() - second_has
    difference = np.log(first_has / first_rest) - np.log(second_has / second_rest)
    z: Figures = difference / np.sqrt(1 / first_has + 1 / second_has)
    return z


def exact_p(first: Counts, second: Counts) -> Figures:
    """Two-sided p per item that its share in both series is the same: Fisher's exact test with mid-p.

    Twice the smaller tail, the observed outcome counted half (Lancaster 1961): unlike the normal
    approximation of `log_odds_z` it stays sharp when one of the series has the item never or once, and
    never is what we look for. Simulated with seven themes silenced to a tenth, 60 themes, 2,000 voices and
    300 posts, q < 0.05 found 83 % of them with this p and 18 % with the p of z; without any difference
    both found one theme in 30 reports or fewer.
    """
    both = first + second
    return mid_p(first, both, int(first.sum()), int(both.sum()))


def mid_p(first: Counts, both: Counts | int, first_total: int, total: int) -> Figures:
    """The p of `exact_p` for `first` of `both`, where the first series has `first_total` of `total`."""
    outcome = stats.hypergeom(total, both, first_total)
    half = outcome.pmf(first) / 2
    smaller: Figures = np.minimum(outcome.cdf(first) - half, outcome.sf(first - 1) - half)
    return np.clip(2 * smaller, 0.0, 1.0)


def q_values(p: Figures) -> Figures:
    """Smallest share of false discoveries at which each p counts (Benjamini and Hochberg 1995)."""
    if len(p) == 0:
        return p
    q: Figures = stats.false_discovery_control(p)
    return q
