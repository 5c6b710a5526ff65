"""What weerklank published about a planted municipality, held against the truth."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl

from tests.benchmarks.labelled import WITHOUT_THEME
from tests.benchmarks.nights import Nights
from tests.benchmarks.planted import Planted

# The smallest difference that weerklank calls a gap, in percentage points (its default).
MIN_DIFFERENCE_PP = 1.0
# How many weeks before the last day the planted signals start.
GROWING_WEEKS = 3
_SIDES = ("resident", "municipality")


@dataclass(frozen=True)
class Count:
    """So many `of` so many, to be added over municipalities."""

    number: int
    of: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.number + other.number, self.of + other.of)


@dataclass(frozen=True)
class Birth:
    """What became of the theme that the catalogue does not know.

    days: from its first message to the first night with a theme that is found by discovery and most of whose
    messages are about it; None when there was none, on any night. messages: of its messages of the last
    night, those under such a theme. ids: how many different ids such themes had over the nights. others:
    themes found by discovery on the last night that are not about it.
    """

    days: int | None
    messages: Count
    ids: int
    others: int


@dataclass(frozen=True)
class Stability:
    """From night to night, over all nights.

    kept: messages that have the same theme as the night before; kept_known: likewise, leaving out moves from
    or to a theme that was found by discovery. lost_themes, lost_messages: ids that one night has and the next
    has not.
    """

    kept: Count
    kept_known: Count
    lost_themes: int
    lost_messages: int


@dataclass(frozen=True)
class Score:
    """Counts on the last night unless said otherwise.

    A found theme stands for itself when it was planted, else for the label that at least half of its
    messages have, if any. exact: messages with a known theme that have exactly that theme. silent, surplus:
    planted themes that themselves have verdict `stil`, `overschot`. false_verdicts: of all those verdicts,
    the ones on a theme that stands for nothing, or for something of which the labels give a difference
    under MIN_DIFFERENCE_PP in that direction; other_verdicts: the ones on a theme that was not planted,
    such as a part of one that was. drawn_intervals, realised_intervals: published intervals of shares (both
    sides, themes of the catalogue that were drawn) that hold the share that was drawn from, and the share
    that the labels give. burst, weak_signals: planted ones that were signalled. false_signals: signals
    about anything else, of all that was signalled; the born theme may also be signalled.
    earlier_false_signals: the same over all nights before the last three weeks, in which the planted
    signals grow.
    """

    exact: Count
    silent: Count
    surplus: Count
    false_verdicts: Count
    other_verdicts: Count
    drawn_intervals: Count
    realised_intervals: Count
    burst: Count
    weak_signals: Count
    false_signals: Count
    earlier_false_signals: Count
    stability: Stability
    birth: Birth


def score(planted: Planted, nights: Nights) -> Score:
    """All counts of one municipality."""
    gold = planted.messages.select("native_id", "theme")
    last = nights.messages.join(gold, on="native_id")
    known = last.filter(~pl.col("theme").is_in([WITHOUT_THEME, planted.born]))
    standing = _standing(planted, nights)
    end = nights.assigned["night"].max()
    verdicts = nights.gap.select("theme_id", "verdict").join(
        standing.filter(pl.col("night") == end), on="theme_id", how="left"
    )
    given = verdicts.filter(pl.col("verdict").is_in(["stil", "overschot"]))
    signals = nights.signals.join(standing, on=["night", "theme_id"], how="left")
    latest_signals = signals.filter(pl.col("night") == end)
    before = pl.col("night") <= pl.lit(end) - timedelta(days=7 * GROWING_WEEKS)
    return Score(
        exact=_count(known, pl.col("theme_id") == pl.col("theme")),
        silent=_found(planted, "silent", verdicts, "stil"),
        surplus=_found(planted, "surplus", verdicts, "overschot"),
        false_verdicts=_false_verdicts(planted, given),
        other_verdicts=_count(given, ~pl.col("theme_id").is_in(planted.themes["theme"].to_list())),
        drawn_intervals=_covering(planted.themes, nights.gap),
        realised_intervals=_covering(planted.realised, nights.gap),
        burst=_signalled(planted, latest_signals, "burst"),
        weak_signals=_signalled(planted, latest_signals, "weak_signal"),
        false_signals=_false_signals(planted, latest_signals, during=True),
        earlier_false_signals=_false_signals(planted, signals.filter(before), during=False),
        stability=_stability(nights),
        birth=_birth(planted, nights, standing.filter(pl.col("origin") == "emergent")),
    )


def _count(frame: pl.DataFrame, condition: pl.Expr) -> Count:
    holds = frame.select(condition.fill_null(value=False).sum()).item()
    return Count(int(holds), frame.height)


def _standing(planted: Planted, nights: Nights) -> pl.DataFrame:
    """night, theme_id, origin and about (what it stands for, null for nothing) of every theme, on every night
    that it had messages; ties by name."""
    labelled = nights.assigned.join(planted.messages.select("native_id", "theme"), on="native_id")
    counted = labelled.drop_nulls("theme_id").group_by("night", "theme_id", "theme").len()
    ranked = counted.sort("night", "theme_id", "len", "theme", descending=[False, False, True, False])
    found = ranked.group_by("night", "theme_id", maintain_order=True).agg(
        most=pl.col("theme").first(), half=pl.col("len").first() * 2 >= pl.col("len").sum()
    )
    is_planted = pl.col("theme_id").is_in(planted.themes["theme"].to_list())
    is_about = pl.col("half") & (pl.col("most") != WITHOUT_THEME)
    about = pl.when(is_planted).then("theme_id").when(is_about).then("most")
    origins = nights.themes.select("night", "theme_id", "origin")
    return found.join(origins, on=["night", "theme_id"], how="left").select(
        "night", "theme_id", "origin", about=about
    )


def _found(planted: Planted, role: str, verdicts: pl.DataFrame, verdict: str) -> Count:
    wanted = planted.themes.filter(pl.col("role") == role).select(theme_id="theme")
    return _count(wanted.join(verdicts, on="theme_id", how="left"), pl.col("verdict") == verdict)


def _false_verdicts(planted: Planted, given: pl.DataFrame) -> Count:
    """What stands for nothing has no difference."""
    direction = pl.when(pl.col("verdict") == "stil").then(1).otherwise(-1)
    difference = (pl.col("resident_share") - pl.col("municipality_share")).fill_null(0.0)
    judged = given.join(planted.realised, left_on="about", right_on="theme", how="left")
    return _count(judged, 100 * difference * direction < MIN_DIFFERENCE_PP)


def _covering(truth: pl.DataFrame, gap: pl.DataFrame) -> Count:
    """Both sides of the themes that the catalogue knows and that were drawn; no interval holds nothing."""
    free = truth.filter(~pl.col("role").is_in(["weak_signal", "born"])).rename({"theme": "theme_id"})
    both = free.join(gap, on="theme_id", how="left", suffix="_found")
    total = Count(0, 0)
    for side in _SIDES:
        share, low, high = (pl.col(f"{side}_share{end}") for end in ("", "_low", "_high"))
        total += _count(both, share.is_between(low, high))
    return total


def _signalled(planted: Planted, signals: pl.DataFrame, kind: str) -> Count:
    """Themes with that role that `signals` are about, whether they call it a burst or a weak signal."""
    last = signals.select(theme="about").unique()
    wanted = planted.themes.filter(pl.col("role") == kind)
    return Count(wanted.join(last, on="theme", how="semi").height, wanted.height)


def _false_signals(planted: Planted, signals: pl.DataFrame, *, during: bool) -> Count:
    """Signals about what was not planted; before the last weeks (not `during`) only the birth was."""
    true = ("burst", "weak_signal", "born") if during else ("born",)
    themes = planted.themes.filter(pl.col("role").is_in(true))["theme"].to_list()
    return _count(signals, ~pl.col("about").is_in(themes).fill_null(value=False))


def _stability(nights: Nights) -> Stability:
    days = nights.assigned["night"].unique().sort().to_list()
    origins = nights.themes.filter(pl.col("origin") == "emergent")["theme_id"].unique().to_list()
    kept, kept_known, lost_themes, lost_messages = Count(0, 0), Count(0, 0), 0, 0
    for before, after in pairwise(days):
        old, new = (nights.assigned.filter(pl.col("night") == day) for day in (before, after))
        both = old.join(new, on="native_id", suffix="_after")
        kept += _count(both, pl.col("theme_id").eq_missing(pl.col("theme_id_after")))
        moved = pl.any_horizontal(pl.col("theme_id", "theme_id_after").is_in(origins).fill_null(value=False))
        kept_known += _count(both.filter(~moved), pl.col("theme_id").eq_missing(pl.col("theme_id_after")))
        lost_messages += old.height - both.height
        had, has = (set(nights.themes.filter(pl.col("night") == d)["theme_id"]) for d in (before, after))
        lost_themes += len(had - has)
    return Stability(kept, kept_known, lost_themes, lost_messages)


def _birth(planted: Planted, nights: Nights, emergent: pl.DataFrame) -> Birth:
    born = emergent.filter(pl.col("about") == planted.born)
    first_night, end = born["night"].min(), nights.assigned["night"].max()
    about_it = planted.messages.filter(pl.col("theme") == planted.born)
    first_day = about_it["created_at"].dt.date().min()
    last = nights.messages.join(about_it.select("native_id"), on="native_id")
    ids = born.filter(pl.col("night") == end)["theme_id"].to_list()
    others = emergent.filter(pl.col("night") == end, ~pl.col("about").eq_missing(pl.lit(planted.born)))
    days = pl.Series([first_night], dtype=pl.Date) - pl.Series([first_day], dtype=pl.Date)
    return Birth(
        days=days.dt.total_days().item(),
        messages=_count(last, pl.col("theme_id").is_in(ids)),
        ids=born["theme_id"].n_unique(),
        others=others.height,
    )
