"""Which language a message is in: Dutch, unless it is long and clear enough to be sure of another."""

import pytest

from nlp.language import language

INVENTED = {
    "De container bij de flat zit al dagen vol en niemand doet er iets aan": "nl",
    "The container near our flat has been full for days and nobody does anything about it": "en",
    "Der Spielplatz hinter dem Rathaus ist schon seit Wochen gesperrt, wann macht er wieder auf": "de",
    "Le terrain de jeu derrière la mairie est fermé depuis des semaines, quand va-t-il rouvrir": "fr",
    "Kontener przy naszym bloku jest pełny od kilku dni i nikt nic z tym nie robi": "pl",
    "Evimizin yanındaki çöp kutusu günlerdir dolu ve kimse bir şey yapmıyor": "tr",
    "الحاوية القريبة من بيتنا ممتلئة منذ أيام ولا أحد يفعل شيئا": "ar",
    "Контейнер біля нашого будинку повний уже кілька днів, і ніхто нічого не робить": "uk",
    "Dzień dobry": "pl",
    "شكرا جزيلا": "ar",
}
SHORT_DUTCH = [
    "", "👍👍", "Top!", "Super", "Amen", "Hier ook", "Mooi zo 😍", "Is it?", "Same here",
    "Prima geregeld hoor", "één keer per week", "Héél mooi", "Wat ’n drukte", "Proficiat met jullie zoon 🎉",
    "Ut stonk wir vannach",
]  # fmt: skip
REGIONAL_OR_MIXED = [
    "Ut is wir zo wied, de kermis steet veur de deur en wie goat er lekker hen",
    "Ge kunt beter mee de fiets goan want parkeren is hier ginne doen nie",
    "Moi, kriegt wie ok nog ne nieje bus of moe'w mar lopen?",
    "Was een great party on the plein",
]


@pytest.mark.parametrize("text", INVENTED)
def test_a_clear_text_is_recognised(text: str) -> None:
    assert language(text) == INVENTED[text]


@pytest.mark.parametrize("text", [*SHORT_DUTCH, *REGIONAL_OR_MIXED])
def test_what_is_short_regional_or_mixed_counts_as_dutch(text: str) -> None:
    assert language(text) == "nl"
