"""Emergent themes: planted ones come out whole, chatter gives none, and the same input the same answer."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nlp.catalogue import bundled_catalogue
from nlp.clean import model_text
from nlp.discover import MEMBERS_SCHEMA, THEMES_SCHEMA, Discovery, DiscoveryRules, emergent_themes
from nlp.embed import BundledEmbedder
from nlp.tokens import lemmas, stop_words

PLANTED = [
    "De huisartsenpost gaat dicht, waar moeten we dan heen in het weekend",
    "Huisarts stopt en er is geen opvolger",
    "Alle huisartsen hier nemen geen nieuwe patienten aan",
    "Een half uur rijden naar de huisartsenpost met een ziek kind",
    "Mijn huisarts gaat met pensioen en nu zit ik zonder",
    "Wie weet een huisarts die nog patienten aanneemt?",
    "Vijf praktijken gebeld, allemaal patientenstop",
    "Schandalig dat de huisartsenpost sluit",
    "Straks geen huisarts meer in het hele dorp",
    "Voor ouderen zonder auto is die verre huisartsenpost niet te doen",
    "Bij onze huisarts krijg je pas over twee weken een afspraak",
    "Ik sta al een jaar op de wachtlijst van de huisarts",
    "De nieuwe dokter is er maar twee dagen",
    "Petitie getekend tegen het sluiten van de huisartsenpost",
    "Huisarts kwijt na twintig jaar, heel verdrietig",
    "Zonder huisarts geen recept, hoe moet dat met mijn medicijnen",
]
DIMENSIONS = 512
TEXTS_SCHEMA = {
    "message_id": pl.String(),
    "author_key": pl.String(),
    "lemmas": pl.List(pl.String()),
    "vector": pl.Array(pl.Float32(), DIMENSIONS),
}


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    """Every third no-theme example of the catalogue (ids c...) and the planted theme (ids p...)."""
    chatter = bundled_catalogue().without_theme[::3]
    ids = [f"c{i:03}" for i in range(len(chatter))] + [f"p{i:03}" for i in range(len(PLANTED))]
    read = [model_text(text) for text in [*chatter, *PLANTED]]
    return pl.DataFrame(
        {
            "message_id": ids,
            "author_key": [f"author {i}" for i in ids],
            "lemmas": list(lemmas(read)),
            "vector": BundledEmbedder().vectors(read),
        },
        schema=TEXTS_SCHEMA,
    )


def found(texts: pl.DataFrame) -> Discovery:
    return emergent_themes(texts, stop_words(), DiscoveryRules())


@pytest.fixture(scope="module")
def discovery(texts: pl.DataFrame) -> Discovery:
    return found(texts)


def test_a_planted_theme_comes_out_as_one(discovery: Discovery) -> None:
    assert discovery.themes["keywords"].list.first().to_list() == ["huisarts"]
    members = discovery.members["message_id"]
    assert members.str.starts_with("p").all()
    assert len(members) >= 0.6 * len(PLANTED)
    assert discovery.themes["messages"].to_list() == [len(members)]
    assert discovery.members["confidence"].is_between(0.3, 1).all()
    assert discovery.themes.schema == THEMES_SCHEMA
    assert discovery.members.schema == MEMBERS_SCHEMA


def test_the_centroid_is_the_direction_of_its_members(texts: pl.DataFrame, discovery: Discovery) -> None:
    members = texts.join(discovery.members, on="message_id")["vector"].to_numpy()
    mean = members.mean(axis=0)
    np.testing.assert_allclose(
        discovery.themes["centroid"].to_list()[0], mean / np.linalg.norm(mean), atol=1e-5
    )


def test_chatter_gives_no_theme(texts: pl.DataFrame) -> None:
    chatter = texts.filter(pl.col("message_id").str.starts_with("c"))
    assert found(chatter).themes.is_empty()


def test_the_same_input_in_any_order_gives_the_same(texts: pl.DataFrame, discovery: Discovery) -> None:
    for again in (found(texts), found(texts.sample(fraction=1, shuffle=True, seed=3))):
        assert_frame_equal(discovery.themes, again.themes, check_exact=True)
        assert_frame_equal(discovery.members, again.members, check_exact=True)


def test_a_list_of_numbers_is_as_good_as_an_array(texts: pl.DataFrame, discovery: Discovery) -> None:
    lists = texts.with_columns(pl.col("vector").arr.to_list())
    assert_frame_equal(discovery.themes, found(lists).themes, check_exact=True)


def test_copies_are_members_but_add_no_weight(texts: pl.DataFrame, discovery: Discovery) -> None:
    copies = texts.with_columns(pl.col("message_id") + " copy")
    twice = found(pl.concat([texts, copies]))
    assert_frame_equal(discovery.themes.drop("messages"), twice.themes.drop("messages"), check_exact=True)
    assert twice.themes["messages"].to_list() == [2 * count for count in discovery.themes["messages"]]


def test_a_few_texts_copied_often_are_no_theme(texts: pl.DataFrame, discovery: Discovery) -> None:
    members = discovery.members["message_id"]
    few = texts.filter(~pl.col("message_id").is_in(members[7:].to_list()))
    copies = [few.with_columns(pl.col("message_id") + f" {i}") for i in range(3)]
    assert found(pl.concat(copies)).themes.is_empty()


@pytest.mark.parametrize(("authors", "themes"), [(4, 0), (5, 1)])
def test_a_theme_needs_five_authors(
    texts: pl.DataFrame, discovery: Discovery, authors: int, themes: int
) -> None:
    members = discovery.members["message_id"]
    rank = pl.col("message_id").replace_strict(members, range(len(members)), default=0) % authors
    by_few = texts.with_columns(author_key=pl.format("author {}", rank))
    assert found(by_few).themes.height == themes


def test_every_anonymous_message_counts_as_an_author(texts: pl.DataFrame) -> None:
    anonymous = texts.with_columns(author_key=pl.lit(None, pl.String()))
    assert found(anonymous).themes.height == 1


def test_an_incoherent_group_is_no_theme(texts: pl.DataFrame) -> None:
    strict = DiscoveryRules(min_coherence=0.95)
    assert emergent_themes(texts, stop_words(), strict).themes.is_empty()


def test_a_group_without_words_of_its_own_is_no_theme(texts: pl.DataFrame) -> None:
    strict = DiscoveryRules(min_word_share=0.99, min_sole_word_share=0.99)
    assert emergent_themes(texts, stop_words(), strict).themes.is_empty()


def test_texts_with_nothing_in_common_give_no_theme() -> None:
    strangers = pl.DataFrame(
        {
            "message_id": [f"m{i:02}" for i in range(40)],
            "author_key": [f"author {i}" for i in range(40)],
            "lemmas": [[f"woord{'abcdefghij'[i % 10]}{'abcd'[i // 10]}", "gemeentehuis"] for i in range(40)],
            "vector": np.eye(40, DIMENSIONS, dtype=np.float32),
        },
        schema=TEXTS_SCHEMA,
    )
    assert found(strangers).themes.is_empty()


def test_messages_without_content_take_no_part(texts: pl.DataFrame, discovery: Discovery) -> None:
    empty = texts.with_columns(
        pl.col("message_id") + " empty",
        lemmas=pl.Series([["en", "de", "2"], [], ["huisarts", "huisarts"]] * texts.height)[: texts.height],
    )
    assert_frame_equal(discovery.members, found(pl.concat([texts, empty])).members, check_exact=True)


@pytest.mark.parametrize("rows", [0, 29])
def test_few_texts_are_answered_without_loading_bertopic(rows: int) -> None:
    script = f"""
import sys
import polars as pl
from nlp.discover import DiscoveryRules, emergent_themes
texts = pl.DataFrame(
    {{
        "message_id": [str(i) for i in range({rows})], "author_key": ["a"] * {rows},
        "lemmas": [["wolf", "schaap", "nummer" + chr(97 + i)] for i in range({rows})],
        "vector": [[1.0, 0.0]] * {rows},
    }},
    schema={{
        "message_id": pl.String, "author_key": pl.String,
        "lemmas": pl.List(pl.String), "vector": pl.List(pl.Float32),
    }},
)
found = emergent_themes(texts, frozenset(), DiscoveryRules())
assert found.themes.is_empty() and found.members.is_empty()
assert "bertopic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


BOILERPLATE = [
    "geen opmerking", "Geen opmerkingen", "n.v.t.", "nvt", "zie bijlage", "Zie de bijlage", "geen idee",
    "Geen idee.", "zie bijgevoegde bijlage", "verdere toelichting in de bijlage",
    "toelichting: zie bijlage", "geen verdere opmerkingen", "verder geen opmerkingen of vragen",
    "niets toe te voegen", "geen toelichting nodig", "zie bovenstaande melding", "zie mijn vorige melding",
    "idem, zie toelichting", "antwoord graag per mail", "geen nadere toelichting",
]  # fmt: skip


def window_of(*texts: str) -> pl.DataFrame:
    """One message of its own author for each text."""
    read = [model_text(text) for text in texts]
    return pl.DataFrame(
        {
            "message_id": [f"w{i:03}" for i in range(len(texts))],
            "author_key": [f"author {i}" for i in range(len(texts))],
            "lemmas": list(lemmas(read)),
            "vector": BundledEmbedder().vectors(read),
        },
        schema=TEXTS_SCHEMA,
    )


def test_what_fills_a_form_is_never_a_theme(texts: pl.DataFrame) -> None:
    form = window_of(
        *BOILERPLATE, *[f"{text} {word}" for text in BOILERPLATE for word in ("hoor", "dank u", "groet")]
    )
    chatter = texts.filter(pl.col("message_id").str.starts_with("c"))
    assert found(form).themes.is_empty()
    assert found(pl.concat([form, chatter])).themes.is_empty()


@pytest.mark.parametrize("word", ["Containers!", "Huisarts", "👍", "2026", ""])
def test_texts_of_one_word_are_never_a_theme(word: str) -> None:
    assert found(window_of(*[f"{word}{'!' * i}" for i in range(40)])).themes.is_empty()


@pytest.mark.parametrize("count", [0, 1, 29])
def test_fewer_than_thirty_different_texts_hold_no_theme(texts: pl.DataFrame, count: int) -> None:
    few = texts.filter(pl.col("message_id").str.starts_with("p")).head(count)
    padded = pl.concat([few, few.with_columns(pl.col("message_id") + " again")])
    assert found(padded).themes.is_empty()


def test_a_petition_that_many_copied_with_a_word_of_their_own_is_one_text(texts: pl.DataFrame) -> None:
    petition = "Laat de oude beuk bij de molen staan, teken nu ook de petitie en stuur deze door"
    own = [
        "delen",
        "doen",
        "kom op",
        "help",
        "belangrijk",
        "nu",
        "snel",
        "aub",
        "dank",
        "hup",
        "allemaal",
        "ja",
    ]
    copied = window_of(*[f"{petition} {word}" for word in own])
    chatter = texts.filter(pl.col("message_id").str.starts_with("c"))
    assert found(pl.concat([chatter, copied])).themes.is_empty()
