"""The assigner on a catalogue of four small themes: what it says, that it repeats itself, how it scores."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from nlp.assign import Texts, ThemeModel, fitted_model, log_softmax
from nlp.embed import BundledEmbedder
from nlp.tokens import lemmas

EXAMPLES = {
    "afval": [
        "De container zit al een week vol", "Vuilniszakken naast de bak", "Wanneer wordt de kliko geleegd?",
        "Het grofvuil is niet opgehaald", "Scheid uw afval: plastic bij plastic", "Nieuwe afvalpas nodig",
    ],
    "parkeren": [
        "Nergens meer een parkeerplaats te vinden", "Alweer een parkeerboete", "Auto's staan op de stoep",
        "Vraag een parkeervergunning aan", "De parkeergarage is duur", "Blauwe zone rond het centrum",
    ],
    "zwembad": [
        "Het zwembad is veel te koud", "Zwemles heeft een wachtlijst", "Het buitenbad gaat weer open",
        "Kaartjes voor het zwembad online", "Kleedhokjes in het bad zijn vies", "Minder banen om te zwemmen",
    ],
    "bomen": [
        "Er ligt een grote tak op het pad", "Waarom moest die oude eik weg?", "Wij planten honderd bomen",
        "Wortels drukken de tegels omhoog", "De kastanje is ziek en wordt gekapt", "Snoei die boom eens",
    ],
}  # fmt: skip
THEMES = [theme for theme, texts in EXAMPLES.items() for _ in texts]
OBVIOUS = {
    "De bak voor afval zit weer vol": "afval",
    "Ik kan mijn auto hier nooit parkeren": "parkeren",
    "Hoe laat gaat het zwembad dicht": "zwembad",
    "Die boom moet nodig gesnoeid": "bomen",
}

Read = Callable[[Sequence[str]], Texts]


@pytest.fixture(scope="module")
def read() -> Read:
    """What the models read of texts, as the night would compute it."""
    embedder = BundledEmbedder()
    return lambda texts: Texts(texts, list(lemmas(texts)), embedder.vectors(texts))


@pytest.fixture(scope="module")
def examples(read: Read) -> Texts:
    return read([text for texts in EXAMPLES.values() for text in texts])


@pytest.fixture(scope="module")
def model(examples: Texts) -> ThemeModel:
    return fitted_model(examples, THEMES)


def taken(texts: Texts, rows: Sequence[int]) -> Texts:
    return Texts([texts.texts[row] for row in rows], [texts.lemmas[row] for row in rows], texts.vectors[rows])


def best(model: ThemeModel, texts: Texts) -> list[str]:
    return [model.themes[column] for column in model.log_probabilities(texts).argmax(axis=1)]


def test_an_obvious_sentence_gets_its_theme(read: Read, model: ThemeModel) -> None:
    assert best(model, read(list(OBVIOUS))) == list(OBVIOUS.values())


def test_probabilities_of_a_message_add_up_to_one(read: Read, model: ThemeModel) -> None:
    probabilities = np.exp(model.log_probabilities(read([*OBVIOUS, "Hoi", "👍"])))
    assert probabilities.shape == (6, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_a_text_without_words_says_nothing(read: Read, model: ThemeModel) -> None:
    blank = model.log_probabilities(read([""]))
    np.testing.assert_allclose(np.exp(blank), 0.25)


def test_the_order_and_company_of_messages_do_not_matter(read: Read, model: ThemeModel) -> None:
    messages = read(list(OBVIOUS))
    together = model.log_probabilities(messages)
    for rows in ([3, 1, 0, 2], [2], [1, 1, 0]):
        found = model.log_probabilities(taken(messages, rows))
        np.testing.assert_allclose(found, together[np.array(rows)], rtol=0, atol=1e-4)


def test_a_second_fit_says_exactly_the_same(read: Read, examples: Texts, model: ThemeModel) -> None:
    again, messages = fitted_model(examples, THEMES), read(list(OBVIOUS))
    np.testing.assert_array_equal(again.log_probabilities(messages), model.log_probabilities(messages))
    assert again.leave_one_out_accuracy == model.leave_one_out_accuracy


def test_the_order_of_the_examples_does_not_matter(read: Read, examples: Texts, model: ThemeModel) -> None:
    rows = list(reversed(range(len(THEMES))))
    other = fitted_model(taken(examples, rows), [THEMES[row] for row in rows])
    messages = read(list(OBVIOUS))
    assert other.themes == model.themes == ("afval", "bomen", "parkeren", "zwembad")
    np.testing.assert_allclose(
        other.log_probabilities(messages), model.log_probabilities(messages), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("themes", [THEMES, THEMES[::6] * 6], ids=["true labels", "labels at random"])
def test_accuracy_is_that_of_examples_left_out_one_by_one(examples: Texts, themes: list[str]) -> None:
    """Left out for real; the closed form keeps the word weights and the mean, so it may be a few off."""
    right = 0
    for row, theme in enumerate(themes):
        rest = [other for other in range(len(themes)) if other != row]
        model = fitted_model(taken(examples, rest), [themes[other] for other in rest])
        right += best(model, taken(examples, [row])) == [theme]
    taught = fitted_model(examples, themes)
    assert best(taught, examples) == themes
    assert 0 <= taught.leave_one_out_accuracy <= 1
    assert taught.leave_one_out_accuracy == pytest.approx(right / len(themes), abs=3 / len(themes))


def test_log_softmax_is_stable() -> None:
    found = log_softmax(np.array([[0.0, 0.0], [1e4, 0.0], [-1e4, -1e4 + np.log(3)]]))
    np.testing.assert_allclose(np.exp(found), [[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]], atol=1e-9)
    assert np.isfinite(found).all()
