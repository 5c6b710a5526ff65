"""The words that one side of a theme uses and the other does not."""

from datetime import date
from math import log, sqrt

import polars as pl
import pytest

from nlp.voices import Window
from nlp.words import WordThresholds, side_words
from tests.spec.written import messages
from warehouse.tables import WORD

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))


def texts(table: str) -> pl.DataFrame:
    """Messages with a column `lemmas`, the words joined by commas."""
    header, *lines = table.strip().splitlines()
    frame = messages("\n".join([header, *lines]))
    words = [line.split()[header.split().index("lemmas")].split(",") for line in lines]
    return frame.with_columns(lemmas=pl.Series(words, dtype=pl.List(pl.String)))


HEADER = "author_kind author_key kind created_day theme_id lemmas\n"
CONTAINERS = """
    author_kind   author_key  kind     created_day  theme_id  lemmas
    resident      anna        comment  2026-03-02   afval     kliko,straat
    resident      bart        comment  2026-03-02   afval     kliko
    resident      cato        comment  2026-03-02   afval     kliko,straat,4x,op
    resident      cato        comment  2026-03-02   afval     kliko,kliko
    municipality  gemeente    post     2026-03-02   afval     minicontainer,straat
    municipality  gemeente    post     2026-03-03   afval     minicontainer
    municipality  gemeente    post     2026-03-04   afval     minicontainer,de
    municipality  gemeente    answer   2026-03-04   afval     kliko
"""


def words(
    table: str, thresholds: WordThresholds, stop_words: frozenset[str] = frozenset({"de"})
) -> pl.DataFrame:
    return side_words(texts(table), MARCH, stop_words, thresholds)


def test_residents_say_kliko_and_the_municipality_minicontainer():
    found = words(CONTAINERS, WordThresholds(prior_uses=9.0))
    # Cato's two texts in one week count as one, the answer of the municipality not at all. That leaves nine
    # uses: kliko 3, minicontainer 3, straat 2 and 1. The prior here weighs nine uses too: 3 for each word.
    # Odds of kliko: residents used 5 words, (3 + 3) : (2 + 6); the municipality 4, (0 + 3) : (4 + 6).
    # ln 0.75 - ln 0.3 = 0.916, variance 1/6 + 1/3 = 0.5: z = 1.296. The other way round gives minicontainer.
    z = (log(6 / 8) - log(3 / 10)) / sqrt(1 / 6 + 1 / 3)
    assert z == pytest.approx(1.296, abs=0.001)
    kliko = found.row(by_predicate=pl.col("lemma") == "kliko", named=True)
    assert (kliko["side"], kliko["resident_texts"], kliko["municipality_texts"]) == ("resident", 3, 0)
    assert kliko["log_odds_z"] == pytest.approx(z)
    assert found.select("side", "lemma").rows() == [("resident", "kliko"), ("municipality", "minicontainer")]


def test_a_word_that_is_common_everywhere_has_to_lean_more():
    # Three residents write kliko and mooi about waste; twelve more write mooi, and sport, about sports.
    table = HEADER + "".join(
        f"resident r{who} comment 2026-03-02 {'afval kliko,mooi' if who < 3 else 'sport sport,mooi'}\n"
        for who in range(15)
    )
    found = words(table, WordThresholds(min_z=0.0)).filter(theme_id="afval")
    assert found["lemma"].to_list() == ["kliko", "mooi"]


def test_stop_words_numbers_and_short_words_are_no_words():
    thresholds = WordThresholds(min_texts=1, min_authors=1, min_z=0.0, prior_uses=9.0)
    found = words(CONTAINERS, thresholds, stop_words=frozenset({"straat", "de"}))
    assert set(found["lemma"]) == {"kliko", "minicontainer"}
    assert "straat" in words(CONTAINERS, thresholds, stop_words=frozenset())["lemma"]


def test_a_word_of_fewer_than_three_residents_is_not_shown():
    of_two = """
        author_kind   author_key  kind     created_day  theme_id  lemmas
        resident      anna        comment  2026-03-02   afval     geheim
        resident      anna        comment  2026-03-09   afval     geheim
        resident      bart        comment  2026-03-16   afval     geheim
        municipality  gemeente    post     2026-03-02   afval     minicontainer
    """
    # Three texts, but of two people.
    assert words(of_two, WordThresholds(min_z=0.0)).height == 0
    of_three = of_two.replace("anna        comment  2026-03-09", "cato        comment  2026-03-09")
    assert words(of_three, WordThresholds(min_z=0.0))["lemma"].to_list() == ["geheim"]


def test_at_most_so_many_words_per_side_the_most_telling_first():
    # Of ten residents six write vaak, five hier, five daar and four soms; no post of the municipality does.
    often, where = ["vaak"] * 6 + ["soms"] * 4, ["hier", "daar"] * 5
    table = HEADER + "".join(
        f"resident r{who} comment 2026-03-02 afval {often[who]},{where[who]}\n"
        "municipality gemeente post 2026-03-02 afval anders\n"
        for who in range(10)
    )
    found = words(table, WordThresholds(min_z=0.1, per_side=2, prior_uses=20.0))
    assert found.filter(side="resident")["lemma"].to_list() == ["vaak", "daar"]


def test_without_texts_there_are_no_words():
    found = side_words(texts(CONTAINERS).clear(), MARCH, frozenset(), WordThresholds())
    assert found.schema == WORD.empty().drop("run_id").schema
