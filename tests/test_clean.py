"""Text as the models read it: what goes in and what comes out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.clean import (
    model_text,
    phrase_text,
    with_open_hashtags,
    with_plain_letters,
    with_single_spaces,
    with_subject,
    without_marks,
    without_mentions,
    without_urls,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Lees meer op https://voorbeeld.nl/a?b=1 nu", "Lees meer op nu"),
        ("Www.voorbeeld.nl en HTTPS://VOORBEELD.NL", "en"),
        ("Ook op (https://voorbeeld.nl/a)?", "Ook op ( )?"),
        ("Pffwww.leuk", "Pffwww.leuk"),
        ("@gemeente wanneer komt de wagen", "wanneer komt de wagen"),
        ("dank @team.groen en @buur@plein.example!", "dank en !"),
        ("om 10 uur@stadhuis", "om 10 uur@stadhuis"),
        ("[naam] belt over [e-mail] en [huisnummer]", "belt over en"),
        ("[x] en [Naam Achternaam] blijven", "[x] en [Naam Achternaam] blijven"),
        ("#zwerfafval en ##vol, paal #12", "zwerfafval en vol, paal 12"),
        ("regel een\r\n\tregel\u00a0twee ", "regel een regel twee"),
        ("\U0001d5e9\U0001d5fc\U0001d5f9 ﬁetspad №5", "Vol fietspad No5"),
        ("fiets\u00adpad\u200b vol\ufeff", "fietspad vol"),
        ("cafe\u200b\u0301", "café"),
        ("auto’s, auto‘s, auto´s en auto`s", "auto's, auto's, auto's en auto's"),
        ("Daar staan we dan 🚲", "Daar staan we dan 🚲"),
        (" @iemand https://voorbeeld.nl [naam] ", ""),
        ("", ""),
    ],
)
def test_the_text_that_models_read(text: str, cleaned: str) -> None:
    assert model_text(text) == cleaned


def test_every_step_does_one_thing() -> None:
    text = "@a  #b [naam] www.c.nl ´ｄ"
    assert without_urls(text) == "@a  #b [naam]   ´ｄ"
    assert without_mentions(text) == "   #b [naam] www.c.nl ´ｄ"
    assert without_marks(text) == "@a  #b   www.c.nl ´ｄ"
    assert with_plain_letters(text) == "@a  #b [naam] www.c.nl 'd"
    assert with_open_hashtags(text) == "@a  b [naam] www.c.nl ´ｄ"
    assert with_single_spaces(text) == "@a #b [naam] www.c.nl ´ｄ"


@given(st.text())
def test_any_text_becomes_one_plain_line(text: str) -> None:
    cleaned = model_text(text)
    assert cleaned == " ".join(cleaned.split())
    assert unicodedata.is_normalized("NFKC", cleaned)


def test_a_phrase_ends_where_something_was_taken_out() -> None:
    text = "de [naam] straat\nvol @iemand zand https://voorbeeld.nl/a en #stof"
    assert phrase_text(text) == "de | straat | vol | zand | en stof"


@pytest.mark.parametrize(
    ("title", "category", "read"),
    [
        (None, None, "Lamp stuk"),
        ("Verlichting", None, "Verlichting. Lamp stuk"),
        ("Lamp st…", None, "Lamp stuk"),
        (None, "Wegen > Verlichting", "Wegen, Verlichting. Lamp stuk"),
        ("Donker", "Wegen|Verlichting", "Wegen, Verlichting. Donker. Lamp stuk"),
    ],
)
def test_a_message_is_read_with_its_subject(title: str | None, category: str | None, read: str) -> None:
    assert with_subject("Lamp stuk", title, category) == read
