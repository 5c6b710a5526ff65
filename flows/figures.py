"""The figures of a night, carried between store, `nlp` and `reports`."""

from dataclasses import dataclass

import polars as pl

from flows.night import Night
from nlp.agenda import agenda_figures
from nlp.gap import theme_gap
from nlp.signals import SignalThresholds, signals
from nlp.tokens import PIPELINE, stop_words
from nlp.verdict import GapThresholds
from nlp.voices import Window
from nlp.words import WordThresholds, side_words
from warehouse.store import Store
from warehouse.tables import AGENDA, GAP, SIGNAL, WORD

_MESSAGES = """
SELECT message_id, author_kind, author_key, kind, platform, created_day, content_hash, text, dup_of
FROM core.message
WHERE is_current AND deleted_at IS NULL AND created_day <= $as_of
ORDER BY message_id
"""


@dataclass(frozen=True, repr=False)
class Figures:
    """What a run measured, in the schemas of the tables of the same names."""

    gap: pl.DataFrame
    words: pl.DataFrame
    signals: pl.DataFrame
    agenda: pl.DataFrame


def measured(store: Store, night: Night, themed: pl.DataFrame, themes: pl.DataFrame, run_id: str) -> Figures:
    """Gap, words, signals and agenda of the night's window. themed: MESSAGE_THEME rows; themes: THEME rows,
    of which the active ones are compared. Messages under any other theme (hidden, say) count nowhere."""
    compared = sorted(themes.filter(pl.col("status") == "active")["theme_id"])
    messages = (
        store.query(_MESSAGES, {"as_of": night.as_of})
        .join(themed.select("message_id", "theme_id"), on="message_id", how="left")
        .filter(pl.col("theme_id").is_null() | pl.col("theme_id").is_in(compared))
    )
    report, seed = night.settings.report, night.settings.themes.seed
    thresholds = GapThresholds(
        min_authors=report.min_authors, min_posts=report.min_posts, min_difference_pp=report.min_difference_pp
    )
    lemmas = prepared_lemmas(store, messages)
    stamp = {"run_id": pl.lit(run_id), "as_of": pl.lit(night.as_of)}
    return Figures(
        gap=GAP.conform(theme_gap(messages, compared, night.window, thresholds, seed).with_columns(**stamp)),
        words=WORD.conform(
            side_words(lemmas, night.window, stop_words(), WordThresholds()).with_columns(**stamp)
        ),
        signals=SIGNAL.conform(signals(messages, night.as_of, SignalThresholds()).with_columns(**stamp)),
        agenda=AGENDA.conform(agenda_figures(messages, agenda_windows(night.window)).with_columns(**stamp)),
    )


def prepared_lemmas(store: Store, messages: pl.DataFrame) -> pl.DataFrame:
    """`messages` with their lemmas (List[String])."""
    tokens = store.query(
        "SELECT content_hash, lemmas FROM core.token WHERE pipeline = $pipeline", {"pipeline": PIPELINE}
    )
    return messages.join(tokens, on="content_hash", how="left", maintain_order="left")


def agenda_windows(window: Window) -> dict[str, Window]:
    """The window as a whole ("report") and every calendar month that it touches ("YYYY-MM")."""
    return {"report": window, **window.months()}
