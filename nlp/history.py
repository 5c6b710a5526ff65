"""What a theme's own history leads one to expect of a period: a model of counts per week.

A count is taken to be negative binomial around the theme's usual share of all voices, with a variance of
`dispersion` times its mean. As in Farrington et al. (1996), on outbreaks of disease, weeks that were bursts
themselves are left out of what is usual.
"""

import numpy as np
from scipy import stats

from nlp.evidence import Counts, Figures

# Dispersion is the theme's own and that of all themes together, the latter with the weight of ten weeks.
_POOLED_WEEKS = 10
# A week of history this improbable was a burst: no measure of what is usual.
_BURST_P = 1e-4
# A theme never heard before is expected to have had half a voice (Jeffreys' prior).
_UNHEARD = 0.5


def expectation(observed: Counts, volume: int, history: Counts, volumes: Counts) -> tuple[Figures, Figures]:
    """Voices expected per theme in a period, and the probability of `observed` or more of them.

    `observed` has one count per theme; `history` themes as rows and weeks as columns; `volume` and
    `volumes` the voices of all themes together in that period and in each week, all above zero, so that a
    week in which everything is louder is no burst. Takes at least three weeks.
    """
    usual = _usual_weeks(history, volumes)
    exposure = (usual * volumes).sum(axis=1)
    rate, misfit, freedom = _fit(history, volumes, usual)
    pooled = max(1.0, misfit.sum() / freedom.sum())
    dispersion = np.maximum(1, (misfit + _POOLED_WEEKS * pooled) / (freedom + _POOLED_WEEKS))
    expected = rate * volume
    return expected, _upper_tail(observed, expected, dispersion, volume / exposure)


def _fit(history: Counts, volumes: Counts, weights: Figures) -> tuple[Figures, Figures, Figures]:
    """Per theme: voices per voice of all, Pearson's chi-squared, and its degrees of freedom."""
    rate = ((weights * history).sum(axis=1) + _UNHEARD) / (weights * volumes).sum(axis=1)
    fitted = np.outer(rate, volumes)
    misfit = (weights * (history - fitted) ** 2 / fitted).sum(axis=1)
    return rate, misfit, weights.sum(axis=1) - 1


def _usual_weeks(history: Counts, volumes: Counts) -> Figures:
    """1 for the weeks that are as all the other weeks of the theme, 0 for earlier bursts."""
    _, misfit, freedom = _fit(history, volumes, np.ones(history.shape))
    # The median, because the themes that did burst must not make bursts look usual.
    dispersion = max(1.0, float(np.median(misfit / freedom)))
    other_volume = volumes.sum() - volumes
    other_rate = (history.sum(axis=1, keepdims=True) - history + _UNHEARD) / other_volume
    p = _upper_tail(history, other_rate * volumes, dispersion, volumes / other_volume)
    return (p >= _BURST_P).astype(float)


def _upper_tail(
    observed: Counts, expected: Figures, dispersion: Figures | float, unknown: Figures
) -> Figures:
    """P(count >= observed); `unknown`, the period over the history, adds that the rate is an estimate."""
    variance = dispersion * expected * (1 + unknown)
    size = expected**2 / (variance - expected)
    p: Figures = stats.nbinom.sf(observed - 1, size, expected / variance)
    return p
