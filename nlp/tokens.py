"""Texts to lemmas: spaCy cuts Dutch into words, simplemma brings each to its base form.

simplemma is right on 95 % of the Dutch Universal Dependencies tokens, spaCy's own look-up table on 88 %.
Two things in its word list are mended: separable verbs and compounds with an underscore (`af_sluiten`), and
words for men that it brings to the word for women (`fietser` to `fietsster`, `wolf` to `wolvin`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version

import simplemma
import spacy
from spacy.lang.nl.stop_words import STOP_WORDS
from spacy.tokenizer import Tokenizer

from nlp.clean import RULES

PIPELINE = f"spacy-{version('spacy')}+simplemma-{version('simplemma')}+regels-{RULES}"
_ALSO_EMPTY = {
    "de", "het", "een", "gemeente", "wij", "jullie", "gaan", "komen", "zitten", "staan", "goed", "echt",
    "weer", "gewoon", "even", "heel", "graag", "dag", "jaar", "week", "laten", "vinden", "hoi", "beste",
    "weten", "willen", "maken", "krijgen", "zeggen", "doen", "dank", "groet", "via", "wel", "gaat", "jij",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """A word as it was written, and its lemma."""

    written: str
    lemma: str


def lemmas(texts: Iterable[str]) -> Iterator[list[str]]:
    """Lower-case lemmas of each text, in order: of every word and number, so not of marks, 's or 't."""
    for document in _tokenizer().pipe(texts):
        yield [_lemma(token.lower_) for token in document if token.text[0].isalnum()]


def clauses(texts: Iterable[str]) -> Iterator[list[list[Word]]]:
    """The words of each text, in order, cut wherever something else than a word or number stands."""
    for document in _tokenizer().pipe(texts):
        found: list[list[Word]] = [[]]
        for token in document:
            if token.text[0].isalnum():
                found[-1].append(Word(token.text, _lemma(token.lower_)))
            elif found[-1]:
                found.append([])
        yield [clause for clause in found if clause]


@lru_cache(maxsize=100_000)
def _lemma(word: str) -> str:
    found = simplemma.lemmatize(word, lang="nl").lower()
    if "_" in found:
        return _joined(found.split("_"))
    # A base form is longer than the word in verbs only ("sluit"), and those never end in -in.
    for_women = len(found) > len(word) and (not found.endswith("n") or found.endswith("in"))
    return word if for_women else found


def _joined(parts: list[str]) -> str:
    """The compound of `parts`; with -s- between them where only that is a word (raadslid)."""
    plain, with_s = "".join(parts), "s".join(parts)
    only_with_s = simplemma.is_known(with_s, lang="nl") and not simplemma.is_known(plain, lang="nl")
    return with_s if only_with_s else plain


@cache
def _tokenizer() -> Tokenizer:
    return spacy.blank("nl").tokenizer


def stop_words(also: str = "") -> frozenset[str]:
    """Words that say nothing about a theme, in every form: spaCy's Dutch list, a few of ours, and `also`
    (such as the name of the municipality itself)."""
    listed = STOP_WORDS | _ALSO_EMPTY | {token.lower_ for token in _tokenizer()(also)}
    return frozenset(listed | {_lemma(word) for word in listed})
