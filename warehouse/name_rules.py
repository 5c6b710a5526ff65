"""The ways in which words that stand together make up a person's full name.

Every rule takes the words of a text, closed by a few empty ones, and the index to start at; it gives the
index behind the last word of the name, or 0 when no name starts there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warehouse.dictionary import is_compound, is_ordinary
from warehouse.word_lists import word_list

_STREET = re.compile(
    r".+(?:straat|laan|weg|plein|gracht|singel|dreef|steeg|kade|plantsoen|pad|hof|school|park|hal)"
)
_SURNAME_IN_LOWER_CASE = re.compile(r".+(?:[^s]sen|nssen|stra|inga)")
_MOST_WORDS = 7
_MOST_FORMS = 6


@dataclass(frozen=True)
class Word:
    """One word of a text: where it stands, what separates it from the next, and what it can be."""

    text: str
    start: int
    end: int
    gap: str
    given: bool
    family: bool
    place: bool
    opens: bool

    @property
    def folded(self) -> str:
        """The word in folded case."""
        return self.text.casefold()

    @property
    def is_capital(self) -> bool:
        """True for a word written like a name: a capital first, not all capitals."""
        return self.text[:1].isupper() and (len(self.text) == 1 or not self.text.isupper())

    @property
    def is_thing(self) -> bool:
        """True for a word that ends like a street or a building, or is one, and is no known surname."""
        thing = _STREET.fullmatch(self.folded) is not None or self.folded in word_list("things")
        return thing and not self.family

    @property
    def is_initial(self) -> bool:
        """True for an initial with its full stop, like "J." or "Th."."""
        short = len(self.text) == 1 or self.folded in word_list("long_initials")
        return short and self.text[0].isupper() and self.gap in {".", ". "}

    @property
    def is_ordinary(self) -> bool:
        """True for a word of the dictionary."""
        return is_ordinary(self.folded)


IsSurname = Callable[[str], bool]


def behind_form_of_address(words: Sequence[Word], here: int, is_surname: IsSurname) -> int:
    """A surname behind a form of address or a title: "mevrouw De Boer", "dhr. J. Jansen", "fam. Bakker"."""
    if not _is_form(words[here]):
        return 0
    name = here + 1
    while name - here < _MOST_FORMS and (
        _is_form(words[name]) or (words[name].folded == "en" and _is_form(words[name + 1]))
    ):
        name += 1
    behind = words[name + 1]
    if words[name].text in word_list("place_interfixes") and (behind.place or not behind.family):
        return 0
    return _surname_with_capital(words, name) or _surname_in_lower_case(words, name, is_surname)


def _is_form(word: Word) -> bool:
    if word.gap not in {" ", ". ", "."}:
        return False
    title = word.folded in word_list("titles") and not word.text.isupper()
    return title or word.folded in word_list("forms_of_address")


def _surname_with_capital(words: Sequence[Word], name: int) -> int:
    end = 0
    for index in range(name, name + _MOST_WORDS):
        word = words[index]
        first = end == 0
        if word.is_capital and not word.is_initial and word.folded not in word_list("interfixes"):
            if word.is_thing or word.folded in word_list("offices"):
                break
            if not (first or word.family or word.given or not word.is_ordinary):
                break
            end = index + 1
        elif not (word.is_initial or word.folded in word_list("interfixes")):
            break
        if word.gap not in {" ", "-"} and not word.is_initial:
            break
    return end


def _surname_in_lower_case(words: Sequence[Word], name: int, is_surname: IsSurname) -> int:
    """As in hasty notes: "mw de vries". A verb can be a surname too ("mevrouw belt"), so the ending tells."""
    bare = _behind_interfixes(words, name)
    word = words[bare]
    if not word.text.islower() or not is_surname(word.text.title()):
        return 0
    if bare == name and word.is_ordinary and not _SURNAME_IN_LOWER_CASE.fullmatch(word.text):
        return 0
    return bare + 1


def initials_with_surname(words: Sequence[Word], here: int) -> int:
    """Initials with a surname: "K. Brouwer", "J.P. de Vries", "Th. van Boven"."""
    name = _behind_initials(words, here)
    if name == here or "".join(word.folded for word in words[here:name]) in word_list("no_initials"):
        return 0
    if here > 0 and (words[here - 1].is_initial or words[here - 1].folded in word_list("before_a_letter")):
        return 0
    return _surname(words, name, sure=False)


def first_name_with_surname(words: Sequence[Word], here: int) -> int:
    """A first name that deduce knows, or several, with a surname, known or not."""
    name = here
    while words[name].given and words[name].is_capital and name - here < 3:
        name += 1
        if words[name - 1].gap not in {" ", "-"}:
            break
    if name == here or (words[here].opens and words[here].folded in word_list("no_first_names")):
        return 0
    if here > 0 and words[here - 1].folded in {"het", "'t", "’t"}:
        return 0
    first, last = words[here], words[name - 1]
    if last.gap == " ":
        sure = len(first.text) > 2 and not (first.opens and first.is_ordinary)
        if end := _surname(words, _behind_initials(words, name), sure=sure):
            return end
    two_parts = name - here > 1 and words[name - 2].gap == " "
    if not two_parts or not last.family or last.folded in word_list("second_first_names"):
        return 0
    return _behind_hyphens(words, name)


def unknown_first_name_with_surname(words: Sequence[Word], here: int) -> int:
    """An unknown word with a capital, with a surname that deduce knows and that is no word."""
    first = words[here]
    if not first.is_capital or len(first.text) < 3 or first.gap != " ":
        return 0
    a_word = first.is_ordinary or is_compound(first.folded) or first.folded.endswith(("se", "sche"))
    if a_word or first.is_thing or first.place or words[here + 1].folded in word_list("place_interfixes"):
        return 0
    if here > 0 and words[here - 1].folded in word_list("articles"):
        return 0
    name = _behind_interfixes(words, here + 1)
    family = words[name]
    if not family.family or family.is_ordinary or (family.place and name == here + 1):
        return 0
    return _surname(words, here + 1, sure=False)


def announced(words: Sequence[Word], here: int) -> int:
    """Two words with capitals or more, as stand behind "mijn naam is" or "t.n.v.", with any interfixes."""
    end, parts = 0, 0
    for index in range(here, here + _MOST_WORDS):
        word = words[index]
        if word.is_capital and word.folded not in word_list("interfixes"):
            if word.is_thing or word.place or (word.is_ordinary and not (word.given or word.family)):
                break
            end, parts = index + 1, parts + 1
        elif not parts or word.folded not in word_list("interfixes"):
            break
        if word.gap not in {" ", "-"} and not word.is_initial:
            break
    return end if parts > 1 else 0


def _surname(words: Sequence[Word], here: int, *, sure: bool) -> int:
    """Index behind the surname at `here`; `sure` when what stands before it can only be a first name."""
    name = _behind_interfixes(words, here)
    if not _is_surname(words[name], words[here:name], sure=sure):
        return 0
    return _behind_hyphens(words, name + 1)


def _is_surname(word: Word, interfixes: Sequence[Word], *, sure: bool) -> bool:
    if not word.is_capital or len(word.text) < 2 or word.is_thing or word.folded in word_list("no_surnames"):
        return False
    # "van der" is found in names only; "van de" and "in de" stand before anything.
    if any(interfix.folded in word_list("interfixes_of_names") for interfix in interfixes):
        return True
    if interfixes and interfixes[0].folded in word_list("place_interfixes"):
        return word.family and not (word.place or word.is_ordinary)
    if word.family:
        return True
    if interfixes:
        return not word.is_ordinary
    return sure and not (word.is_ordinary or word.place or is_compound(word.folded))


def _behind_hyphens(words: Sequence[Word], end: int) -> int:
    """Index behind a second surname that a hyphen ties on: "Jansen-de Boer"."""
    while words[end - 1].gap == "-":
        second = _behind_interfixes(words, end)
        if not words[second].is_capital:
            break
        end = second + 1
    return end


def _behind_interfixes(words: Sequence[Word], here: int) -> int:
    end = here
    while end - here < 3 and words[end].folded in word_list("interfixes") and words[end].gap == " ":
        end += 1
    return end


def _behind_initials(words: Sequence[Word], here: int) -> int:
    end = here
    while end - here < 5 and words[end].is_initial:
        end += 1
    return end
