"""Whether the bursts and weak signals are those that the labels of a gold set give."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from nlp.gold import GOLD_WITHOUT_THEME, labelled
from nlp.signals import SignalThresholds, signals


@dataclass(frozen=True)
class JudgedSignal:
    """One burst or weak signal.

    outcome: found (both say so), missed (the gold labels give it, the night does not) or extra (the other
    way round, also when the gold set does not name the theme: gold_theme is then None or "overig").
    theme_id: the found theme, None when missed; since: first day of the period that stands out.
    """

    outcome: str
    kind: str
    theme_id: str | None
    gold_theme: str | None
    since: date


@dataclass(frozen=True)
class SignalAgreement:
    """How many signals were found, missed and extra, and which."""

    found: int
    missed: int
    extra: int
    judged: tuple[JudgedSignal, ...]


def signal_agreement(
    messages: pl.DataFrame,
    gold: pl.DataFrame,
    found: pl.DataFrame,
    as_of: date,
    thresholds: SignalThresholds,
) -> SignalAgreement:
    """Hold the signals `found` (theme_id, kind, since) against those that `nlp.signals.signals` gives on the
    gold labels of the labelled messages. They agree when the found theme stands for the gold theme and they
    are of the same kind.

    messages: as `nlp.voices` describes them, with native_id; gold: native_id, author_kind, theme (String).
    """
    joined = labelled(messages, gold.drop_nulls("theme"))
    named = pl.col("theme") != GOLD_WITHOUT_THEME
    truth = joined.with_columns(theme_id=pl.when(named).then("theme"))
    by_labels = signals(truth, as_of, thresholds).select("kind", "since", gold_theme="theme_id")
    said = found.select("theme_id", "kind", "since").join(
        joined.select("theme_id", gold_theme="mapped").unique(), on="theme_id", how="left"
    )
    key = ["gold_theme", "kind"]
    judged = pl.concat(
        [
            said.join(by_labels, on=key, how="semi").with_columns(outcome=pl.lit("found")),
            by_labels.join(said, on=key, how="anti").with_columns(outcome=pl.lit("missed")),
            said.join(by_labels, on=key, how="anti").with_columns(outcome=pl.lit("extra")),
        ],
        how="diagonal_relaxed",
    ).sort("outcome", "kind", "theme_id", "gold_theme")
    rows = tuple(JudgedSignal(**row) for row in judged.iter_rows(named=True))
    outcomes = [row.outcome for row in rows]
    return SignalAgreement(
        found=outcomes.count("found"),
        missed=outcomes.count("missed"),
        extra=outcomes.count("extra"),
        judged=rows,
    )
