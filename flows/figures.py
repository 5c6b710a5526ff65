"""The figures of a night, carried between store, `nlp` and `reports`."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.night import Night
from flows.texts import prepared
from nlp.agenda import agenda_figures
from nlp.discover import DiscoveryRules, emergent_themes
from nlp.gap import theme_gap
from nlp.registry import registered
from nlp.signals import SignalThresholds, signals
from nlp.tokens import PIPELINE, stop_words
from nlp.verdict import GapThresholds
from nlp.voices import Window
from nlp.words import WordThresholds, side_words
from warehouse.store import Store
from warehouse.tables import AGENDA, GAP, MESSAGE_THEME, SIGNAL, THEME, WORD

_MESSAGES = """
SELECT message_id, author_kind, author_key, kind, platform, created_day, content_hash, text, dup_of
FROM core.message
WHERE is_current AND deleted_at IS NULL AND created_day <= $as_of
ORDER BY message_id
"""


# Cosine from which a post of the municipality belongs to an emergent theme: well above what holds the theme
# together, because here no shared word is asked for.
CLOSE_POST = 0.6


@dataclass(frozen=True, repr=False)
class Figures:
    """What a run measured, in the schemas of the tables of the same names."""

    gap: pl.DataFrame
    words: pl.DataFrame
    signals: pl.DataFrame
    agenda: pl.DataFrame


def with_emergent(
    store: Store, night: Night, themed: pl.DataFrame, embedder_name: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """MESSAGE_THEME rows with the emergent themes filled in, and the THEME rows of all emergent themes.

    Emergent themes are looked for in what residents wrote in the window and the catalogue does not know.
    Posts of the municipality without a theme join the one they are close to, or it would look silent
    on them only because nobody looked.
    """
    known = THEME.conform(store.query("SELECT * FROM core.theme WHERE origin = 'emergent'"))
    messages = store.query(_MESSAGES, {"as_of": night.as_of}).join(themed, on="message_id")
    rest = night.window.of(messages).filter(pl.col("theme_id").is_null() & pl.col("dup_of").is_null())
    texts = pl.concat(
        [
            rest.select("message_id", "author_key", "author_kind"),
            prepared(store, rest["content_hash"], embedder_name),
        ],
        how="horizontal",
    )
    residents = texts.filter(pl.col("author_kind") == "resident")
    found = emergent_themes(residents, stop_words(), night.settings.themes.seed, DiscoveryRules())
    if found.themes.is_empty():
        return themed, known.with_columns(status=pl.lit("asleep"))
    ids = registered(found.themes, known, night.as_of).select("number", "theme_id")
    posts = close_texts(texts.filter(pl.col("author_kind") == "municipality"), found.themes, CLOSE_POST)
    members = pl.concat([found.members, posts]).join(ids, on="number")
    filled = themed.join(
        members.select("message_id", new_theme="theme_id", nearness="confidence"), on="message_id", how="left"
    ).with_columns(
        theme_id=pl.coalesce("theme_id", "new_theme"), confidence=pl.coalesce("nearness", "confidence")
    )
    awake = THEME.conform(
        found.themes.join(ids, on="number").with_columns(
            description=pl.lit("Gevonden in wat de catalogus van bekende thema's niet kent."),
            origin=pl.lit("emergent"),
            status=pl.lit("active"),
            department=pl.lit("Nog te bepalen"),
        )
    )
    asleep = known.join(awake, on="theme_id", how="anti").with_columns(status=pl.lit("asleep"))
    return MESSAGE_THEME.conform(filled), pl.concat([awake, asleep]).sort("theme_id")


def close_texts(texts: pl.DataFrame, themes: pl.DataFrame, least: float) -> pl.DataFrame:
    """message_id, number and confidence of texts (message_id, vector) whose cosine to the nearest of the
    themes (number, centroid) is at least `least`."""
    vectors = np.asarray(texts["vector"].to_list(), dtype=np.float64).reshape(texts.height, -1)
    centroids = np.asarray(themes["centroid"].to_list(), dtype=np.float64)
    cosines = vectors @ centroids.T if texts.height else np.empty((0, themes.height))
    numbers = themes["number"].gather(cosines.argmax(axis=1).tolist())
    near = texts.select("message_id", number=numbers, confidence=pl.Series(cosines.max(axis=1, initial=-1.0)))
    return near.filter(pl.col("confidence") >= least)


def measured(store: Store, night: Night, themed: pl.DataFrame, themes: pl.DataFrame, run_id: str) -> Figures:
    """Gap, words, signals and agenda of the night's window. themed: MESSAGE_THEME rows; themes: THEME rows,
    of which the active ones are compared."""
    messages = store.query(_MESSAGES, {"as_of": night.as_of}).join(
        themed.select("message_id", "theme_id"), on="message_id", how="left"
    )
    report, seed = night.settings.report, night.settings.themes.seed
    thresholds = GapThresholds(
        min_authors=report.min_authors, min_posts=report.min_posts, min_difference_pp=report.min_difference_pp
    )
    compared = sorted(themes.filter(pl.col("status") == "active")["theme_id"])
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
