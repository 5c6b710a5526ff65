"""What counts as a question: invented messages that want an answer, and ones that only look like it."""

import pytest

from nlp.questions import is_question

QUESTIONS = [
    "Wanneer wordt het oud papier opgehaald?",
    "Is de milieustraat open op zaterdag?",
    "Goedemorgen, komt de veegwagen ook bij ons?",
    "Mijn pas werkt niet meer, waar moet ik zijn?",
    "De lantaarn is weer uit. Komt er nog iemand?",
    "Hoe lang gaat dit nog duren???",
    "Gaan jullie hier nog wat aan doen?!",
    "Hallo, wie gaat hierover??",
    "Weet iemand waarom het zwembad dicht is",
    "Kan iemand mij vertellen hoe je bezwaar maakt",
    "Hoe vraag ik een parkeervergunning aan",
    "Hoe laat moet ik er zijn morgen",
    "Vol. Waar kan ik nu met mijn glas heen",
    "Klopt het dat de bus vervalt",
    "Kunnen jullie de heg bij de school eens snoeien",
    "Wie weet of de markt doorgaat",
    "Mevr. belt over een losse tegel en wil graag weten wanneer die wordt gelegd.",
    "Dhr. vraagt of de hondenbelasting nog bestaat.",
    "Bewoner verzoekt om uitleg over de aanslag.",
    "Onze straat is overgeslagen met strooien, graag een reactie.",
    "Graag terugbelverzoek voor mijn moeder",
    "Ik vraag me af waarvoor die paaltjes zijn",
    "Inwoner vraagt zich af waar de bankjes zijn gebleven",
    "Iemand enig idee wat dat gebrom is vannacht",
    "Ben benieuwd wat de plannen zijn met het oude postkantoor",
    "Staat dit ook op https://voorbeeld.nl/nieuws?",
]
STATEMENTS = [
    "De container zit alweer vol.",
    "Wat een onzin",
    "Wat een mooie foto!",
    "Hoe leuk is dit!",
    "Wie dit bedenkt heeft nooit gefietst",
    "Waar een wil is, is een weg",
    "Belachelijk??",
    "Echt waar?!",
    "Lekker geregeld weer??",
    "Lees verder op https://voorbeeld.nl/pagina?id=3",
    "Kijk op www.voorbeeld.nl?stap=2 voor de kaart.",
    "Ik wil graag een compliment geven aan de plantsoenendienst",
    "Mooi dat jullie kunnen helpen",
    "Wanneer het regent staat de tunnel blank",
    "Ik weet niet wie dat doet maar het is netjes",
    "Dank voor het antwoord",
    "",
    "👍",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_these_want_an_answer(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", STATEMENTS)
def test_these_do_not(text: str) -> None:
    assert not is_question(text)
