"""Themes that suddenly grow loud, and themes that are small, new and growing.

Only the voices of residents count. A week is a period of seven days back from the last day that is looked
at, so that the latest week is always whole; a resident is heard once per theme in each.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from nlp.evidence import Counts, q_values
from nlp.history import expectation
from nlp.voices import resident_voices
from warehouse.tables import SIGNAL


@dataclass(frozen=True)
class SignalThresholds:
    """What a theme must do to stand out.

    q: largest share of false signals among the signals of a kind (Benjamini-Hochberg over all themes).
    min_authors: fewest different residents: no signal is about a handful of people.
    min_history_weeks, max_history_weeks: weeks that a comparison needs, and how many it looks back.
    max_weekly_voices: a weak signal is small: no week has more voices.
    max_earlier_rate: a weak signal is new: no more voices a week before it.
    """

    q: float = 0.02
    min_authors: int = 5
    min_history_weeks: int = 8
    max_history_weeks: int = 52
    max_weekly_voices: int = 9
    max_earlier_rate: float = 0.25


@dataclass(frozen=True)
class _Period:
    """The latest `weeks`, compared with the history that starts `skipped` weeks back."""

    kind: str
    weeks: int
    skipped: int


@dataclass(frozen=True)
class _Weeks:
    """Voices per theme (rows, in the order of `themes`) and week (columns, latest first); and of all."""

    themes: pl.Series
    counts: Counts
    volumes: Counts

    def before(self, skipped: int) -> tuple[Counts, Counts]:
        """Counts and volumes of the weeks before the latest `skipped`, as far as anybody was heard."""
        heard = self.volumes[skipped:] > 0
        return self.counts[:, skipped:][:, heard], self.volumes[skipped:][heard]


_BURST = _Period("burst", weeks=1, skipped=2)
_WEAK_SIGNAL = _Period("weak_signal", weeks=3, skipped=3)


def signals(messages: pl.DataFrame, as_of: date, thresholds: SignalThresholds) -> pl.DataFrame:
    """Bursts and weak signals on `as_of`: core.signal without run_id, the highest score first.

    Takes `messages` as `voices.py` describes them, as far back as they go; what is later than `as_of` is
    not looked at. Weeks without a voice on a theme belong to its history; weeks without any voice, and the
    oldest week, which may be cut off, do not.

    burst: the latest week has significantly more voices than the theme's own history leads to expect
    (see `expectation`). The week before it is no part of that history: a burst that is in its second
    week would be compared with itself.

    weak_signal: in the latest three weeks together the theme has significantly more voices than expected,
    it is heard in each, does not shrink and does grow; and it is small and new, as the thresholds say.
    A weak signal is not also a burst.

    since: first day of that week or those weeks; messages and expected: voices in them; score: minus log10
    of the p-value.

    Simulated with 60 themes of 0.1 to 5 voices a week, 26 to 40 weeks and nothing to find, a night gave less
    than 0.01 false signals with Poisson counts, 0.02 to 0.07 with a variance of mean + mean squared / 5
    or / 2 and 0.06 to 0.11 with mean + mean squared, hardly any of them weak signals. Of weeks with ten
    voices on a theme of 0.5 a week 97-100 % were found, of 2, 4 and 5 on one of 0.1 a week 97-100 %.
    """
    week = (pl.lit(as_of) - pl.col("created_day")).dt.total_days() // 7
    voices = resident_voices(messages.filter(pl.col("created_day") <= as_of), week)
    weeks = _weekly(voices, _WEAK_SIGNAL.skipped + thresholds.max_history_weeks)
    weak = _standing_out(_WEAK_SIGNAL, voices, weeks, as_of, thresholds).join(
        _small_new_and_growing(weeks, thresholds), on="theme_id", how="semi"
    )
    bursts = _standing_out(_BURST, voices, weeks, as_of, thresholds).join(weak, on="theme_id", how="anti")
    found = pl.concat([bursts, weak]).sort("score", "theme_id", descending=[True, False])
    return SIGNAL.conform(found).drop("run_id")


def _weekly(voices: pl.DataFrame, most: int) -> _Weeks:
    """The latest weeks, at most so many, without the oldest one of all."""
    oldest = voices["week"].max()
    weeks = min(oldest, most) if isinstance(oldest, int) else 0
    recent = voices.filter(pl.col("week") < weeks)
    volumes = np.bincount(recent["week"].to_numpy(), minlength=weeks)
    themes = recent["theme_id"].drop_nulls().unique().sort()
    cells = (
        recent.group_by("theme_id", "week")
        .len("voices")
        .join(themes.to_frame().with_row_index("row"), on="theme_id")
    )
    counts = np.zeros((len(themes), weeks), dtype=np.int64)
    counts[cells["row"].to_numpy(), cells["week"].to_numpy()] = cells["voices"].to_numpy()
    return _Weeks(themes, counts, volumes)


def _standing_out(
    period: _Period, voices: pl.DataFrame, weeks: _Weeks, as_of: date, thresholds: SignalThresholds
) -> pl.DataFrame:
    """Themes with significantly more voices than expected in `period`, from enough residents."""
    history, volumes = weeks.before(period.skipped)
    volume = weeks.volumes[: period.weeks].sum()
    if len(volumes) < thresholds.min_history_weeks or volume == 0 or weeks.themes.is_empty():
        return SIGNAL.empty()
    observed = weeks.counts[:, : period.weeks].sum(axis=1)
    expected, p = expectation(observed, volume, history, volumes)
    authors = (
        voices.filter(pl.col("week") < period.weeks).group_by("theme_id").agg(pl.col("author").n_unique())
    )
    themes = pl.DataFrame(
        {
            "theme_id": weeks.themes,
            "messages": observed,
            "expected": expected,
            "score": -np.log10(np.maximum(p, np.finfo(float).tiny)),
            "q": q_values(p),
        }
    ).with_columns(kind=pl.lit(period.kind), since=pl.lit(as_of - timedelta(days=7 * period.weeks - 1)))
    return SIGNAL.conform(
        themes.join(authors, on="theme_id").filter(
            pl.col("q") < thresholds.q, pl.col("author") >= thresholds.min_authors
        )
    )


def _small_new_and_growing(weeks: _Weeks, thresholds: SignalThresholds) -> pl.DataFrame:
    """The themes (theme_id) that a weak signal can be about."""
    history, volumes = weeks.before(_WEAK_SIGNAL.skipped)
    if len(volumes) < thresholds.min_history_weeks:
        return weeks.themes.clear().to_frame()
    latest, middle, first = weeks.counts[:, 0], weeks.counts[:, 1], weeks.counts[:, 2]
    growing = (first >= 1) & (first <= middle) & (middle <= latest) & (first < latest)
    small = latest <= thresholds.max_weekly_voices
    new = history.sum(axis=1) <= thresholds.max_earlier_rate * len(volumes)
    return weeks.themes.to_frame().filter(growing & small & new)
