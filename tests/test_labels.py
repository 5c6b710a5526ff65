"""Labels that people can read, in the words of residents, and never a phrase of one or two people."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.labels import LABELS_SCHEMA, UNNAMED, theme_labels
from nlp.tokens import lemmas, stop_words

FIBRE = [
    "De opengebroken stoep voor de glasvezel ligt er nog",
    "Struikel elke dag over een opengebroken stoep, alles voor glasvezel",
    "Glasvezel in de straat en weken een opengebroken stoep",
    "Wanneer komt de glasvezel? Die opengebroken stoep is levensgevaarlijk",
    "Kabel van het glasvezel hangt los",
    "Kies ik voor glasvezel of niet",
]
OTHERS = ["De bus was weer te laat", "Volle container op de stoep", "Kapotte lamp bij de school"]


def frame(*texts: str, authors: list[str | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "message_id": [f"m{i:02}" for i in range(len(texts))],
            "author_key": authors or [f"author {i}" for i in range(len(texts))],
            "text": texts,
            "lemmas": list(lemmas(texts)),
        },
        schema_overrides={"lemmas": pl.List(pl.String), "author_key": pl.String},
    )


def label(
    *theme: str, authors: list[str | None] | None = None, municipality: str = "", rest: list[str] = OTHERS
) -> str:
    """The label of a theme of these texts among other texts."""
    ours = frame(*theme, authors=authors)
    others = frame(*rest).with_columns(pl.col("message_id") + " other")
    members = ours.select("message_id", number=pl.lit(0, dtype=pl.Int64))
    labels = theme_labels(pl.concat([ours, others]), members, stop_words(municipality))
    assert labels.schema == LABELS_SCHEMA
    return str(labels["label"].item())


def test_a_label_is_a_word_and_a_phrase_as_people_wrote_them() -> None:
    assert label(*FIBRE) == "Glasvezel: opengebroken stoep"


def test_the_most_used_form_of_a_word_is_shown() -> None:
    assert label("De ratten weer", "Overal ratten", "Die rat zit er nog", "Ratten bij ons").startswith(
        "Ratten"
    )


def test_acronyms_keep_their_capitals_but_shouting_does_not() -> None:
    assert label("De PFAS hier", "Is er PFAS gemeten", "Hoeveel PFAS is veilig") == "PFAS"
    assert label("DE WOLF IS ER", "EEN WOLF GEZIEN", "WOLF BIJ DE STAL") == "Wolf"


def test_a_separable_verb_has_no_underscore() -> None:
    assert label("Alles afgesloten", "Weer afgesloten", "Al weken afgesloten") == "Afgesloten"


@pytest.mark.parametrize(
    "text", ["de {} 24", "[naam] {}", "{} https://voorbeeld.nl", "{}, {}!", "{}\n{}", "@iemand {}"]
)
def test_marks_digits_and_line_ends_are_in_no_phrase(text: str) -> None:
    said = [text.format("glasvezel", "glasvezel") + f" {word}" for word in ("raar", "duur", "traag")]
    assert label(*said) == "Glasvezel"


def test_the_municipality_itself_is_no_label() -> None:
    said = ["Glasvezel Zandwijk raar", "Glasvezel in Zandwijk", "Zandwijk wil glasvezel"]
    assert "zandwijk" in label(*said).lower()
    assert label(*said, municipality="Zandwijk") == "Glasvezel"


def test_a_phrase_of_few_people_is_not_shown() -> None:
    by_two: list[str | None] = ["a", "b", "a", "b", "c", "d"]
    assert label(*FIBRE, authors=by_two) == "Glasvezel"
    assert label(*FIBRE, authors=["a", "b", "a", "b", "a", "b"]) == UNNAMED


def test_every_anonymous_message_counts_as_one_person() -> None:
    assert label(*FIBRE, authors=[None] * len(FIBRE)) == "Glasvezel: opengebroken stoep"


def test_a_copied_phrase_counts_once() -> None:
    copied = ["De kapotte straatkast zoemt de hele nacht door bij ons"] * 5
    assert label(*copied, "Glasvezel komt", "Geen glasvezel", "Wie heeft glasvezel") == "Glasvezel"


def test_nothing_shared_is_unnamed() -> None:
    assert label("Wolf gezien", "Lekkend dak", "Harde muziek") == UNNAMED


def test_no_themes_have_no_labels() -> None:
    members = pl.DataFrame(schema={"message_id": pl.String, "number": pl.Int64})
    assert theme_labels(frame(*OTHERS), members, stop_words()).is_empty()


def test_every_theme_has_its_label_whatever_the_order() -> None:
    texts = frame(*FIBRE, "De ratten weer", "Overal ratten", "Ratten in de tuin", *OTHERS)
    members = texts.head(9).select("message_id", number=pl.int_range(pl.len()) // 6)
    expected = [(0, "Glasvezel: opengebroken stoep"), (1, "Ratten")]
    assert theme_labels(texts, members, stop_words()).rows() == expected
    assert theme_labels(texts.reverse(), members.reverse(), stop_words()).rows() == expected


WORDS = ["de", "bus", "halte", "weg", "kapotte", "bushalte", "NS", "7", "[naam]", ",", "van", "niet", "Bus"]


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), min_size=1, max_size=12)
)
def test_a_label_has_at_most_four_words_that_three_texts_hold(texts: list[str]) -> None:
    found = label(*texts)
    words = found.replace(":", "").split()
    assert 1 <= len(words) <= 4
    if found != UNNAMED:
        said = [text.lower().replace(",", " ").split() for text in texts]
        assert all(sum(word.lower() in text for text in said) >= 3 for word in words)
        assert {words[0].lower(), words[-1].lower()}.isdisjoint({"de", "van", "niet", "7", "naam"})
