"""The meetlat: in which of the four phases of conversation the municipality is, by what can be measured."""

from dataclasses import dataclass
from itertools import takewhile

import polars as pl

from reports.wording import PHASES


@dataclass(frozen=True)
class Indicator:
    """One indicator of a phase (1-4); value and met are None when the data cannot tell."""

    phase: int
    name: str
    value: float | None
    threshold: float | None
    met: bool | None


@dataclass(frozen=True)
class Meetlat:
    """`phase` is the highest that is reached; 0 when not even the first is.

    A phase is reached when all its measurable indicators are met, and those of the phases below it.
    """

    phase: int
    indicators: tuple[Indicator, ...]

    @property
    def phase_name(self) -> str | None:
        """The Dutch name of the phase; None below phase 1."""
        return PHASES[self.phase - 1] if self.phase else None

    @property
    def unmeasured(self) -> int:
        """How many indicators the data cannot tell."""
        return sum(indicator.met is None for indicator in self.indicators)


def meetlat(maturity: pl.DataFrame) -> Meetlat:
    """The meetlat of one run; a phase of which nothing can be measured is not reached."""
    named = maturity.drop_nulls(["phase", "indicator"]).sort("phase", "indicator")
    indicators = tuple(
        Indicator(row["phase"], row["indicator"], row["value"], row["threshold"], row["met"])
        for row in named.iter_rows(named=True)
    )

    def reached(phase: int) -> bool:
        verdicts = [i.met for i in indicators if i.phase == phase and i.met is not None]
        return bool(verdicts) and all(verdicts)

    return Meetlat(len(list(takewhile(reached, range(1, len(PHASES) + 1)))), indicators)
