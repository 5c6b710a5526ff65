"""Which language a message is in, for the few that are not Dutch."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_HEARD_IN_DUTCH_TOWNS = ["nl", "en", "de", "fr", "pl", "tr", "ar", "uk", "ro", "bg", "es", "it"]
_SHORTEST = 25


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_HEARD_IN_DUTCH_TOWNS)
    return identifier


def language(text: str) -> str:
    """BCP 47 code of the language of a text. Dutch unless the text is long and clear enough to be sure:
    recognisers take short Dutch for Afrikaans, German or English."""
    letters = sum(character.isalpha() for character in text)
    if letters < _SHORTEST and text.isascii():
        return "nl"
    found, probability = _identifier().classify(text)
    return str(found) if probability > 0.95 else "nl"
