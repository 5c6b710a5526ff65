"""A person's full name in a text: parts of names, as deduce marks them, that stand together as a name does.

A first name alone or a surname alone stays: it points at nobody, and "Bas", "Mooi" or "De Schuur" are words
and places more often. What a form of address, a first name or initials make of it is in name_rules.py; what
is named after a person, or may stay because the person holds a public office, is left alone here.
"""

import re
from collections.abc import Iterator, Sequence

from warehouse.name_rules import (
    Word,
    announced,
    behind_form_of_address,
    first_name_with_surname,
    initials_with_surname,
    unknown_first_name_with_surname,
)
from warehouse.names import NameMarks
from warehouse.word_lists import word_list

_WORD = re.compile(r"[vV]\.[ ]?[dD]\.|[vV]/[dD]|['’]t\b|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SPACES = re.compile(r"[ \t\u00a0]+")
_SENTENCE_OPENS = re.compile(r"(?:^|[^\w\s,;'’&/])\s*$")
_ANNOUNCED = re.compile(
    r"(?:\bnaam(?:\s?:|\s+is)|\b[ti]\.?[nao]\.?v\.?|\b(?:op naam|ten name) van|\bmvg|\bgroet(?:en|jes)?"
    r"|\bgr\.?|\bcontactpersoon:?|\bik (?:heet|ben)),?\s+$",
    re.IGNORECASE,
)
_END = Word("", 0, 0, "", given=False, family=False, place=False, opens=False)
_AFTER_LAST = 10


def without_full_names(text: str, marks: NameMarks, keep: frozenset[str]) -> str:
    """Replace full names in `text` by [naam].

    Takes `keep`, the names that may stay, in folded case: a name of it stays when it is written in full, or
    when it ends the name of someone whose office is named ("wethouder Ans van Dalen" with "van dalen").
    """
    pieces, here = [], 0
    for start, end in _names(text, marks, keep):
        pieces += [text[here:start], "[naam]"]
        here = end
    return "".join([*pieces, text[here:]])


def _names(text: str, marks: NameMarks, keep: frozenset[str]) -> Iterator[tuple[int, int]]:
    words = [*_words(text, marks), *[_END] * _AFTER_LAST]
    here = 0
    while here < len(words) - _AFTER_LAST:
        start, end = _name_at(words, here, text, marks)
        if end > here and not _may_stay(words, start, end, keep):
            yield words[start].start, words[end - 1].end
        here = max(end, here + 1)


def _words(text: str, marks: NameMarks) -> Iterator[Word]:
    found = list(_WORD.finditer(text))
    seen = marks.of(text)
    given = {place for mark in seen if mark.role == "given" for place in range(mark.start, mark.end)}
    places = {place for mark in seen if mark.role == "place" for place in range(mark.start, mark.end)}
    # Of "de Wit" only the last word is a surname by itself.
    family = {mark.end for mark in seen if mark.role == "family"}
    nexts = [*(match.start() for match in found[1:]), len(text)]
    for match, after in zip(found, nexts, strict=False):
        yield Word(
            match[0],
            match.start(),
            match.end(),
            gap=_SPACES.sub(" ", text[match.end() : after]),
            given=match.start() in given and match.end() - 1 in given,
            family=match.end() in family,
            place=match.start() in places,
            opens=_SENTENCE_OPENS.search(text[max(0, match.start() - 4) : match.start()]) is not None,
        )


def _name_at(words: Sequence[Word], here: int, text: str, marks: NameMarks) -> tuple[int, int]:
    """Index of the first word of the name at `here` and the one behind its last; (here, 0) without a name."""
    if end := behind_form_of_address(words, here, marks.is_surname):
        article = (
            here > 0 and words[here - 1].folded == "de" and words[here].folded in word_list("with_article")
        )
        return here - article, end
    if not words[here].is_capital:
        return here, 0
    end = (
        initials_with_surname(words, here)
        or first_name_with_surname(words, here)
        or unknown_first_name_with_surname(words, here)
    )
    if not end and _ANNOUNCED.search(text[max(0, words[here].start - 25) : words[here].start]):
        end = announced(words, here)
    return here, end


def _may_stay(words: Sequence[Word], start: int, end: int, keep: frozenset[str]) -> bool:
    name = " ".join(word.folded for word in words[start:end])
    previous = words[start - 1] if start else _END
    before = previous.folded if previous.gap in {" ", "-"} or previous.folded == "st" else ""
    behind = words[end].folded if words[end - 1].gap == " " else ""
    if name in keep or name in word_list("public_names"):
        return True
    if before in word_list("offices"):
        return any(name.endswith(f" {kept}") for kept in keep)
    of_a_thing = word_list("named_after") | word_list("organisations")
    return before in of_a_thing or behind in word_list("things")
