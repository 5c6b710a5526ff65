"""Light edits that keep what a text is about, so that a text that is drawn twice is not there twice."""

import unicodedata
from collections.abc import Callable

import numpy as np

_NEXT_KEYS = {
    "a": "qs", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
    "j": "hk", "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et",
    "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xa",
}  # fmt: skip
_BEFORE = {
    "resident": ("Even dit: ", "Goedemorgen, ", "Zeg, ", "Nou ja. ", "Hallo, ", "Tja, ", "Vraagje. ", "Hm. "),
    "municipality": ("Wist u dat? ", "Let op. ", "Goedemorgen! ", "Nieuws: ", "Ter herinnering: "),
}
_AFTER = {
    "resident": (
        " Groetjes",
        " Alvast bedankt",
        " :-)",
        " Fijne dag nog",
        " Toch?",
        " Mvg",
        "..",
        " Ach ja.",
    ),
    "municipality": (
        " Lees meer op onze website.",
        " Meer weten? Kijk op de site.",
        " Fijne dag!",
        " Tot dan!",
    ),
}


def edited(text: str, author_kind: str, rng: np.random.Generator) -> str:
    """`text` with one light edit: case, a typo by a neighbouring key, a dropped diacritic, or an everyday
    phrase before or after it. author_kind: resident or municipality, who use other phrases."""
    ways: list[Callable[[str], str]] = [
        lambda old: old.lower(),
        lambda old: old[:1].swapcase() + old[1:],
        lambda old: _with_typo(old, rng),
        lambda old: _without_diacritics(old),
        lambda old: str(rng.choice(_BEFORE[author_kind])) + old,
        lambda old: old + str(rng.choice(_AFTER[author_kind])),
    ]
    changing = [changed for way in ways if (changed := way(text)) != text]
    return changing[rng.integers(len(changing))]


def unseen(text: str, author_kind: str, seen: set[str], rng: np.random.Generator) -> str:
    """`text` edited once, and further until it is not among `seen`, to which it is added."""
    changed = edited(text, author_kind, rng)
    while changed in seen:
        changed = edited(changed, author_kind, rng)
    seen.add(changed)
    return changed


def _with_typo(text: str, rng: np.random.Generator) -> str:
    places = [place for place, letter in enumerate(text) if letter in _NEXT_KEYS]
    if not places:
        return text
    place = places[rng.integers(len(places))]
    keys = _NEXT_KEYS[text[place]]
    return text[:place] + keys[rng.integers(len(keys))] + text[place + 1 :]


def _without_diacritics(text: str) -> str:
    """Only letters lose their marks: a variation selector of an emoji is a mark too, but of no letter."""
    return "".join(unicodedata.normalize("NFD", letter)[0] if letter.isalpha() else letter for letter in text)
