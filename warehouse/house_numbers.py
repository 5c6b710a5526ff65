"""House numbers behind a street name: the number goes, the street stays ("Hagenlaan [huisnummer]").

A street is where a theme plays and is public; with its number it points at a home. A number counts as a
house number when the word before it is a street by its ending, or is in the list of street names that is
given, and when nothing behind it says that it counts or measures something else.
"""

import re

from warehouse.dictionary import is_ordinary
from warehouse.word_lists import word_list

# 12a, 12 A, 12-1, 3-II, 3 hs
_ADDITION = (
    r"(?:[ ]?[-/][ ]?(?:\d{1,3}|[a-zA-Z]|I{1,3}|IV)(?!\w)|[ ]?(?:bis|hs|huis)\b"
    r"|[ ]?[a-h](?![\w'’])|[ ]?[A-Z](?![\w'’.]))?"
)
_MEASURE = "|".join(sorted(map(re.escape, word_list("measures")), key=len, reverse=True))
_OTHER_USE = (
    rf"(?!\d|[.,:]\d|[ ]?[%°]|['’]|[ ]?[-–][ ]?\d{{1,3}}[ ]?(?:km|uur)|(?:e|de|ste)[ ][a-z]"
    rf"|[ ]?(?:{_MEASURE})\b)"
)
_NUMBER = rf"(?!(?:19|20)\d\d(?!\d))\d{{1,4}}+{_ADDITION}{_OTHER_USE}"
_NO_TIMES = r"(?!\d{1,4}[ ]?(?:-|–|tot|t/m|en)[ ]?\d{1,2}(?:[.:]\d\d)?[ ]?(?:uur|u|km)\b)"
_NEXT = r"[ ]?(?:,|en|of|&|t/m|tot en met|tot|-|–|/)[ ]?(?:(?:nummers?|nr\.?)[ ])?"
_NUMBERS = rf"{_NO_TIMES}{_NUMBER}(?:{_NEXT}{_NUMBER})*(?!\w)"

_AFTER_WORD = re.compile(rf"(?<=[\w.,)])(,?[ ](?:(?:huis)?(?:nummers?|nrs?\.?)[ ])?)({_NUMBERS})")
_AFTER_NUMBER = re.compile(
    r"((?:\bhuis(?:nummers?|nrs?\.?)"
    r"|(?:\[naam\],?|\bop|\bbij|naast|tegenover|achter|voor|van|vanaf)[ ](?:nummers?|nrs?\.?))[ :]{1,2})"
    rf"(?!1\b)({_NUMBERS})",
    re.IGNORECASE,
)
_EACH = re.compile(rf"\d{{1,4}}+{_ADDITION}")

_STREET = re.compile(
    r"\w{2,}(?:straat|straatje|laan|weg|wegje|plein|dijk|kade|hof|pad|dreef|singel|gracht|steeg|plantsoen|str\.?)",
    re.IGNORECASE,
)
# Villages and farms end like this too.
_STREET_OR_PLACE = re.compile(
    r"\w{2,}(?:markt|park|baan|wal|burg|oord|erf|akkers?|einde?|veld|kamp|hoek|horst|brink|donk|gaarde?|poort|haven"
    r"|oever|weide|beemd)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[ ][a-z]{5,}e[ ][a-z]{3,}(?:en|s)\b")
_STREET_IN_LOWER_CASE = re.compile(r"\w{3,}(?:straat|laan|weg|dijk|kade|dreef|singel|gracht|steeg|plantsoen)")
_QUOTES = "(\"'“‘,"
_LONGEST_NAME = 4


def without_house_numbers(text: str, streets: frozenset[str]) -> str:
    """Replace the house numbers in `text` by [huisnummer].

    Takes `streets`, known street names in folded case; one of them counts when it is written with a capital.
    """
    if not any(character.isdigit() for character in text):
        return text
    text = _AFTER_WORD.sub(lambda match: _after_word(match, streets), text)
    return _AFTER_NUMBER.sub(_replaced, text)


def _after_word(match: re.Match[str], streets: frozenset[str]) -> str:
    line = match.string[max(0, match.start() - 60) : match.start()].rpartition("\n")[2]
    words = line.split(" ")[-_LONGEST_NAME:]
    last = words[-1].strip(_QUOTES).rpartition("-")[2]
    if last.casefold() in word_list("no_street"):
        return _replaced(match) if _is_listed(words, streets, at_least=2) else match[0]
    if (last[:1].isupper() and _STREET.fullmatch(last)) or _STREET_IN_LOWER_CASE.fullmatch(last):
        return _replaced(match)
    if is_ordinary(last.casefold()) and _opens_sentence(words) and not _closes(match):
        return match[0]
    may_be = (last[:1].isupper() and _STREET_OR_PLACE.fullmatch(last)) or _is_listed(
        words, streets, at_least=1
    )
    return _replaced(match) if may_be and not _COUNTED.match(match.string, match.end()) else match[0]


def _opens_sentence(words: list[str]) -> bool:
    return len(words) == 1 or words[-2][-1:] in {"", ".", "!", "?"}


def _closes(match: re.Match[str]) -> bool:
    return match.string[match.end() : match.end() + 1] in {"", ",", ".", "\n", ")"}


def _replaced(match: re.Match[str]) -> str:
    return match[1] + _EACH.sub("[huisnummer]", match[2])


def _is_listed(words: list[str], streets: frozenset[str], *, at_least: int) -> bool:
    names = (words[start:] for start in range(len(words) - at_least + 1))
    return any(
        name[0].lstrip(_QUOTES)[:1].isupper() and " ".join(name).strip(_QUOTES).casefold() in streets
        for name in names
    )
