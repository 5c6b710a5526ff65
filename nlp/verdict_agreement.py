"""Whether the verdicts `stil` and `overschot` hold by the labels of a gold set.

The same definitions (`nlp.gap.theme_gap`) are applied to the gold labels of the labelled messages. What
differs then comes from the themes that messages got, or from messages that nobody labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import polars as pl

from nlp.gap import theme_gap
from nlp.gold import FOUND_WITHOUT_THEME, GOLD_WITHOUT_THEME, labelled
from nlp.verdict import GapThresholds
from nlp.voices import Window

VERDICTS = ("stil", "overschot")


@dataclass(frozen=True)
class JudgedVerdict:
    """One verdict, found or missed, beside what the gold labels say; differences in percentage points.

    outcome: confirmed (the gold labels give the same verdict), false (their difference is not of that sign
    or is in balance), undecided (it is of that sign but uncertain, or there is too little to compare),
    unnamed (a found theme that the gold set does not name) or missed (the gold labels give the verdict and
    no found theme that stands for the gold theme has it; theme_id is then the found theme that holds most
    of its messages, if any). found_verdict and found_pp are None when that theme was not compared.
    """

    outcome: str
    verdict: str
    theme_id: str | None
    found_verdict: str | None
    found_pp: float | None
    gold_theme: str | None
    gold_verdict: str | None
    gold_pp: float | None


_COLUMNS = tuple(field.name for field in fields(JudgedVerdict))


@dataclass(frozen=True)
class VerdictCounts:
    """How many verdicts of one kind have each outcome; see `JudgedVerdict`."""

    confirmed: int
    false: int
    undecided: int
    unnamed: int
    missed: int


_OUTCOMES = tuple(field.name for field in fields(VerdictCounts))


@dataclass(frozen=True)
class VerdictAgreement:
    """The verdicts of a window against its gold labels.

    window_messages: messages of the window; window_labelled: those with a label, on which the gold verdicts
    rest. silent and surplus count the outcomes of `stil` and `overschot`; judged lists them.
    """

    window_messages: int
    window_labelled: int
    silent: VerdictCounts
    surplus: VerdictCounts
    judged: tuple[JudgedVerdict, ...]


def verdict_agreement(
    messages: pl.DataFrame,
    gold: pl.DataFrame,
    gap: pl.DataFrame,
    window: Window,
    thresholds: GapThresholds,
    seed: int,
) -> VerdictAgreement:
    """Hold the verdicts of `gap` (theme_id, verdict, difference_pp) against the labels of `gold`.

    messages: as `nlp.voices` describes them, with native_id; gold: native_id, author_kind, theme (String).
    window, thresholds and seed: those of the night that made `gap`.
    """
    joined = labelled(messages, gold.drop_nulls("theme"))
    by_labels = _gap_by_labels(joined, window, thresholds, seed)
    found = gap.select("theme_id", found_verdict="verdict", found_pp="difference_pp").join(
        joined.select("theme_id", gold_theme="mapped").unique(), on="theme_id", how="left"
    )
    given = found.filter(pl.col("found_verdict").is_in(VERDICTS)).join(by_labels, on="gold_theme", how="left")
    judged = pl.concat(
        [_with_outcome(given), _missed(by_labels, found, joined)], how="diagonal_relaxed"
    ).sort("verdict", "outcome", "theme_id", "gold_theme", descending=[True, False, False, False])
    rows = tuple(JudgedVerdict(**row) for row in judged.select(_COLUMNS).iter_rows(named=True))
    return VerdictAgreement(
        window_messages=window.of(messages).height,
        window_labelled=window.of(joined).height,
        silent=_counts(rows, "stil"),
        surplus=_counts(rows, "overschot"),
        judged=rows,
    )


def _gap_by_labels(
    joined: pl.DataFrame, window: Window, thresholds: GapThresholds, seed: int
) -> pl.DataFrame:
    """gold_theme, gold_verdict and gold_pp of every gold theme that either side brought up in the window."""
    named = pl.col("theme") != GOLD_WITHOUT_THEME
    truth = joined.with_columns(theme_id=pl.when(named).then("theme"))
    themes = sorted(truth["theme_id"].drop_nulls().unique())
    figures = theme_gap(truth, themes, window, thresholds, seed)
    return figures.select(gold_theme="theme_id", gold_verdict="verdict", gold_pp="difference_pp")


def _with_outcome(given: pl.DataFrame) -> pl.DataFrame:
    sign = pl.when(pl.col("found_verdict") == "stil").then(1.0).otherwise(-1.0)
    unnamed = pl.col("gold_theme").is_null() | (pl.col("gold_theme") == GOLD_WITHOUT_THEME)
    opposite = (pl.col("gold_pp") * sign <= 0) | (pl.col("gold_verdict") == "in_balans")
    return given.with_columns(
        verdict="found_verdict",
        outcome=pl.when(unnamed)
        .then(pl.lit("unnamed"))
        .when(pl.col("gold_verdict") == pl.col("found_verdict"))
        .then(pl.lit("confirmed"))
        .when(opposite)
        .then(pl.lit("false"))
        .otherwise(pl.lit("undecided")),
    )


def _missed(by_labels: pl.DataFrame, found: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """The gold verdicts that no found theme has, each beside the found theme that holds most of it."""
    fullest = (
        joined.group_by(gold_theme="theme", theme_id="theme_id")
        .len()
        .filter(pl.col("theme_id") != FOUND_WITHOUT_THEME)
        .sort(["gold_theme", "len", "theme_id"], descending=[False, True, False])
        .unique("gold_theme", keep="first", maintain_order=True)
        .join(found.drop("gold_theme"), on="theme_id", how="left")
    )
    return (
        by_labels.filter(pl.col("gold_verdict").is_in(VERDICTS))
        .join(
            found,
            left_on=["gold_theme", "gold_verdict"],
            right_on=["gold_theme", "found_verdict"],
            how="anti",
        )
        .join(fullest.drop("len"), on="gold_theme", how="left")
        .with_columns(verdict="gold_verdict", outcome=pl.lit("missed"))
    )


def _counts(judged: Sequence[JudgedVerdict], verdict: str) -> VerdictCounts:
    outcomes = [row.outcome for row in judged if row.verdict == verdict]
    return VerdictCounts(**{name: outcomes.count(name) for name in _OUTCOMES})
