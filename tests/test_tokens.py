"""Texts to lemmas: what counts as a word, in which form, and which words say nothing."""

from importlib.metadata import version

from nlp.clean import model_text
from nlp.tokens import PIPELINE, Word, clauses, lemmas, stop_words

LEMMAS = {
    "De straten werden geveegd!": ["de", "straat", "worden", "vegen"],
    "SCHEVE Tegels": ["scheef", "tegel"],
    "auto's en foto’s": ["auto", "en", "foto"],
    "'s avonds met z’n bus naar 't park": ["avond", "met", "zijn", "bus", "naar", "park"],
    "een Wmo-aanvraag, een e-bike": ["een", "wmo-aanvraag", "een", "e-bike"],
    "op de N307 ligt 3x zoveel CO2": ["op", "de", "n307", "liggen", "3x", "zoveel", "co2"],
    "vol!!! - ... 👍 & #": ["vol"],
    "één café": ["één", "café"],
    "de stoep is opengebroken en afgesloten": ["de", "stoep", "zijn", "openbreken", "en", "afsluiten"],
    "een wolf, een kat, een fietser": ["een", "wolf", "een", "kat", "een", "fietser"],
    "raadsleden op de website": ["raadslid", "op", "de", "website"],
    "👍 …": [],
    "": [],
}


def test_lemmas_of_a_text() -> None:
    found = lemmas(model_text(text) for text in LEMMAS)
    assert dict(zip(LEMMAS, found, strict=True)) == LEMMAS


def test_stop_words_are_known_in_every_form() -> None:
    listed = stop_words()
    assert {"de", "gemeente", "gaat", "gaan", "zijn", "is"} <= listed
    assert {lemma for words in lemmas(["de gemeente gaat het niet doen"]) for lemma in words} <= listed
    assert {"klein", "zundert"} <= stop_words("Klein-Zundert") | stop_words("Klein Zundert")
    assert not listed & {"boom", "container", "parkeren", "tegel", "wethouder"}


def test_the_pipeline_is_named_after_what_computes_it() -> None:
    assert version("spacy") in PIPELINE
    assert version("simplemma") in PIPELINE


def test_clauses_keep_the_words_as_written_and_end_where_something_else_stands() -> None:
    cut = clauses(["Wat een STOEP, opengebroken voor PFAS | de auto's (2)!", "", "…"])
    written = [[[word.written for word in clause] for clause in clauses] for clauses in cut]
    assert written == [
        [["Wat", "een", "STOEP"], ["opengebroken", "voor", "PFAS"], ["de", "auto's"], ["2"]],
        [],
        [],
    ]
    assert next(clauses(["Stoepen"])) == [[Word("Stoepen", "stoep")]]
