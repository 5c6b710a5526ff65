"""The words that tell the sides of a theme apart: inwoners zeggen kliko, wij schrijven minicontainer."""

from dataclasses import dataclass

import polars as pl

from nlp.evidence import log_odds_z
from nlp.voices import Window, municipality_posts, resident_messages
from warehouse.tables import WORD

_SPOKEN = ("side", "theme_id", "author", "week", "lemmas")


@dataclass(frozen=True)
class WordThresholds:
    """Which words are shown.

    min_texts: texts, of the side that uses the word more, that hold it.
    min_authors: different residents who use it, for a word of residents: nobody is known by a word.
    min_letters: shortest word.
    min_z: smallest absolute z. Words describe how the sides of a theme write; few texts prove little,
        so this asks for a clear leaning, not for proof.
    per_side: most words per theme and side.
    prior_uses: weight of the prior, in uses of a word.
    """

    min_texts: int = 3
    min_authors: int = 3
    min_letters: int = 3
    min_z: float = 1.0
    per_side: int = 8
    prior_uses: float = 1000.0


def side_words(
    texts: pl.DataFrame, window: Window, stop_words: frozenset[str], thresholds: WordThresholds
) -> pl.DataFrame:
    """Per theme and side the words that it uses and the other side does not, the most telling first.

    Takes messages as `voices.py` describes them with `lemmas` (List[String], lower case; null where a text
    has none). A word is a lemma of letters, hyphens or apostrophes within allowed, that is not in
    `stop_words`. A text uses a word once; what one resident wrote under one theme in one week is one text, as
    in `resident_voices`. Gives the columns of core.word without run_id.

    log_odds_z compares the uses of a word on both sides of its theme (Monroe et al. 2008). The prior is its
    frequency in all texts of the window, so that a word which is common everywhere has to lean more, and
    a side without texts is taken to write as everyone does.
    """
    uses = _uses(window.of(texts), stop_words, thresholds.min_letters)
    corpus = uses.group_by("lemma").agg(prior=thresholds.prior_uses * pl.len() / uses.height).sort("lemma")
    by_resident = pl.col("side") == "resident"
    in_theme = (
        uses.drop_nulls("theme_id")
        .group_by("theme_id", "lemma")
        .agg(
            resident_texts=by_resident.sum().cast(pl.Int64),
            municipality_texts=(~by_resident).sum().cast(pl.Int64),
            resident_authors=pl.col("author").filter(by_resident).n_unique(),
        )
    )
    compared = [_with_z(theme, corpus) for theme in in_theme.partition_by("theme_id")]
    if not compared:
        return WORD.empty().drop("run_id")
    return WORD.conform(_most_telling(pl.concat(compared), thresholds)).drop("run_id")


def _uses(texts: pl.DataFrame, stop_words: frozenset[str], min_letters: int) -> pl.DataFrame:
    """One row per word and text that uses it: side, theme_id, author, week, lemma."""
    residents = resident_messages(texts).with_columns(side=pl.lit("resident"))
    posts = municipality_posts(texts).with_columns(
        side=pl.lit("municipality"), author="message_id", week="created_day"
    )
    lemma = pl.col("lemma")
    return (
        pl.concat([residents.select(_SPOKEN), posts.select(_SPOKEN)])
        .explode("lemmas")
        .rename({"lemmas": "lemma"})
        .filter(
            lemma.str.contains(r"^\p{L}[\p{L}'’-]*\p{L}$"),
            lemma.str.count_matches(r"\p{L}") >= min_letters,
            ~lemma.is_in(list(stop_words)),
        )
        .unique()
    )


def _with_z(theme: pl.DataFrame, corpus: pl.DataFrame) -> pl.DataFrame:
    """The words of one theme with log_odds_z; the words it lacks count for the odds, not for the answer."""
    counts = corpus.join(theme, on="lemma", how="left").with_columns(
        pl.col("resident_texts", "municipality_texts").fill_null(0)
    )
    z = log_odds_z(
        counts["resident_texts"].to_numpy(),
        counts["municipality_texts"].to_numpy(),
        counts["prior"].to_numpy(),
    )
    return counts.with_columns(log_odds_z=pl.Series(z)).drop_nulls("theme_id").drop("prior")


def _most_telling(words: pl.DataFrame, thresholds: WordThresholds) -> pl.DataFrame:
    z = pl.col("log_odds_z")
    for_residents = (
        (z >= thresholds.min_z)
        & (pl.col("resident_texts") >= thresholds.min_texts)
        & (pl.col("resident_authors") >= thresholds.min_authors)
    )
    for_municipality = (z <= -thresholds.min_z) & (pl.col("municipality_texts") >= thresholds.min_texts)
    return (
        words.with_columns(
            side=pl.when(for_residents)
            .then(pl.lit("resident"))
            .when(for_municipality)
            .then(pl.lit("municipality"))
        )
        .drop_nulls("side")
        .sort("theme_id", "side", z.abs(), "lemma", descending=[False, True, True, False])
        .group_by("theme_id", "side", maintain_order=True)
        .head(thresholds.per_side)
    )
