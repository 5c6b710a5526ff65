"""Names of authors that the night's exports hold themselves, found wherever a text mentions them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from warehouse.dictionary import is_ordinary
from warehouse.word_lists import word_list

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN_WORDS = re.compile(r"[ \t\u00a0]+|-|\. ?")
_HANDLE = re.compile(r"(?=[\w.]{5,}$)(?=.*[^\W\d_]).*(?:[\d_]|\w\.\w).*")
_IN_TEXT = re.compile(r"(?<![\w.@/-])\w(?:[\w.]{3,}\w)(?!\w)")


@dataclass(frozen=True)
class KnownNames:
    """Full names as folded words joined by spaces, the first words and most words among them, and handles.

    Those in `ordinary` are made of words of the dictionary ("boze burger"): they need capitals in a text.
    """

    full: frozenset[str]
    ordinary: frozenset[str]
    openings: frozenset[str]
    most_words: int
    handles: frozenset[str]


def known_names(
    names: Iterable[str], keep: frozenset[str], is_first_name: Callable[[str], bool]
) -> KnownNames:
    """The names that are told apart in a text: full names of persons, and handles that are no words.

    Takes `keep` (folded), the names that may stay, and what knows a first name. Names of organisations
    ("Dorpsraad Elst") are left out.
    """
    folded = {" ".join(name.split()).casefold() for name in names} - keep
    full = {" ".join(words) for name in folded if " " in name and _is_full_name(words := _words(name))}
    return KnownNames(
        full=frozenset(full),
        ordinary=frozenset(name for name in full if _is_made_of_words(name, is_first_name)),
        openings=frozenset(name.partition(" ")[0] for name in full),
        most_words=max((name.count(" ") + 1 for name in full), default=0),
        handles=frozenset(filter(_is_handle, (name.removeprefix("@") for name in folded))),
    )


def without_known_names(text: str, known: KnownNames) -> str:
    """Replace the full names of `known` in `text` by [naam]: one look-up per word, however many names."""
    pieces, here = [], 0
    for start, end in _mentions(text, known):
        pieces += [text[here:start], "[naam]"]
        here = end
    return "".join([*pieces, text[here:]])


def without_known_handles(text: str, known: KnownNames) -> str:
    """Replace the handles of `known` in `text` by [account]."""
    return _IN_TEXT.sub(lambda match: "[account]" if match[0].casefold() in known.handles else match[0], text)


def _words(name: str) -> list[str]:
    return _WORD.findall(name)


def _is_full_name(words: list[str]) -> bool:
    """False for "De Wit" too: an interfix and a surname are a surname alone, or a place."""
    own = [word for word in words if word not in word_list("interfixes")]
    return len(own) > 1 and max(map(len, own)) > 2 and word_list("organisations").isdisjoint(own)


def _is_made_of_words(name: str, is_first_name: Callable[[str], bool]) -> bool:
    first, *others = name.split(" ")
    ordinary = all(is_ordinary(word) or word in word_list("interfixes") for word in [first, *others])
    return ordinary and not is_first_name(first.title())


def _is_handle(name: str) -> bool:
    """True with a digit, an underscore or a full stop inside: a name that could be a word is no handle."""
    return _HANDLE.fullmatch(name) is not None


def _mentions(text: str, known: KnownNames) -> Iterator[tuple[int, int]]:
    words = list(_WORD.finditer(text))
    folded = [match[0].casefold() for match in words]
    here = 0
    while here < len(words):
        length = _length_at(text, words, folded, here, known) if folded[here] in known.openings else 0
        if length:
            yield words[here].start(), words[here + length - 1].end()
        here += length or 1


def _length_at(text: str, words: list[re.Match[str]], folded: list[str], here: int, known: KnownNames) -> int:
    """Number of words of the longest known name that starts at `here`; 0 when none does."""
    most = 1
    while most < known.most_words and here + most < len(words):
        if not _BETWEEN_WORDS.fullmatch(text, words[here + most - 1].end(), words[here + most].start()):
            break
        most += 1
    for length in range(most, 1, -1):
        name = " ".join(folded[here : here + length])
        if name in known.full and (name not in known.ordinary or _has_capitals(words[here : here + length])):
            return length
    return 0


def _has_capitals(words: list[re.Match[str]]) -> bool:
    return all(word[0][0].isupper() or word[0] in word_list("interfixes") for word in words)
