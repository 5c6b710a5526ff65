"""Readable labels of emergent themes, in the words that people used: "Glasvezel: opengebroken stoep".

The head is one word, the tail a phrase that adds something to it. Both are weighed by class-based tf-idf of
their lemmas (Grootendorst 2022, arXiv 2203.05794); the tail is chosen by maximal marginal relevance
(Carbonell and Goldstein 1998) over shared words. Names of things follow a determiner in Dutch (de, het, een,
deze, geen), so what is often seen after one counts for more; no trained tagger is needed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from nlp.clean import phrase_text
from nlp.copies import copy_groups
from nlp.tokens import Word, clauses

LABELS_SCHEMA = {"number": pl.Int64(), "label": pl.String()}
# The label of a theme of which no word is shared by enough people.
UNNAMED = "Nieuw thema"
MIN_TEXTS = 3
MIN_AUTHORS = 3

_MAX_WORDS = 3
_RELEVANCE = 0.6
_NAME_WEIGHT = 1.0
_VERB_WEIGHT = 0.4
_WORD_WEIGHT = 0.35
_MIN_TAIL_SHARE = 0.15
_ACRONYM_LETTERS = 5
_DETERMINERS = frozenset(
    {"de", "het", "een", "die", "deze", "dat", "dit", "geen", "onze", "ons", "mijn", "jullie", "elke", "elk"}
)  # fmt: skip
_PREPOSITIONS = frozenset(
    {"van", "voor", "in", "op", "bij", "naar", "met", "door", "aan", "tegen", "over", "uit"}
)

Lemmas = tuple[str, ...]


@dataclass
class _Phrase:
    """What is known of the phrases that share their lemmas: by which texts, authors and forms they occur."""

    texts: set[int] = field(default_factory=set)
    authors: set[str] = field(default_factory=set)
    forms: Counter[str] = field(default_factory=Counter)
    uses: int = 0
    after_determiner: int = 0
    conjugated: int = 0

    @property
    def form(self) -> str:
        """The form that most texts use; of equals the first in the alphabet."""
        return min(self.forms, key=lambda form: (-self.forms[form], form))

    @property
    def name_share(self) -> float:
        """Share of the uses that follow a determiner."""
        return self.after_determiner / self.uses


def theme_labels(texts: pl.DataFrame, members: pl.DataFrame, no_subject: frozenset[str]) -> pl.DataFrame:
    """A Dutch label of at most four words for every theme: number and label, sorted by number.

    texts: all messages in which the themes were sought: message_id, author_key (null when anonymous: each
    counts as one), text, lemmas (List[String]). members: message_id, number. no_subject: words that no label
    starts or ends with, such as stop words and the name of the municipality.

    A word or phrase is shown when at least 3 different texts and 3 authors share it, so that nobody is known
    by a phrase; a theme without a phrase gets its word only, and one without such a word `UNNAMED`.
    """
    if members.is_empty():
        return pl.DataFrame(schema=LABELS_SCHEMA)
    ours = texts.join(members.select("message_id", "number"), on="message_id").sort("number", "message_id")
    rarity = _rarity(texts, members)
    labels = [
        {"number": number, "label": _label(_phrases(theme, no_subject), rarity, theme.height)}
        for (number,), theme in ours.group_by("number", maintain_order=True)
    ]
    return pl.DataFrame(labels, schema=LABELS_SCHEMA)


def _rarity(texts: pl.DataFrame, members: pl.DataFrame) -> dict[str, float]:
    """log(1 + A / f) of every lemma: f texts hold it, A is the mean number of words per class, where a class
    is a theme or all the rest."""
    held = texts.select("message_id", lemma=pl.col("lemmas").list.unique()).explode("lemma").drop_nulls()
    mean_words = held.height / (members["number"].n_unique() + 1)
    counts = held.group_by("lemma").len("f")
    weights = np.log1p(mean_words / counts["f"].to_numpy())
    return dict(zip(counts["lemma"].to_list(), weights.tolist(), strict=True))


def _phrases(theme: pl.DataFrame, no_subject: frozenset[str]) -> dict[Lemmas, _Phrase]:
    """The phrases that enough different texts and authors share; copies of a text count once."""
    found: dict[Lemmas, _Phrase] = defaultdict(_Phrase)
    copies = copy_groups(theme["lemmas"].to_list()).tolist()
    authors = theme.select(pl.coalesce("author_key", "message_id")).to_series().to_list()
    cut = clauses(phrase_text(text) for text in theme["text"])
    for copy, author, said in zip(copies, authors, cut, strict=True):
        loud = not any(word.written.islower() for clause in said for word in clause)
        for before, words in _candidates(said, no_subject):
            phrase = found[tuple(word.lemma for word in words)]
            phrase.authors.add(author)
            phrase.uses += 1
            phrase.after_determiner += before in _DETERMINERS
            phrase.conjugated += _is_conjugated(words[-1])
            if copy not in phrase.texts:
                phrase.texts.add(copy)
                phrase.forms[" ".join(_shown(word.written, loud=loud) for word in words)] += 1
    return {
        lemmas: phrase
        for lemmas, phrase in found.items()
        if len(phrase.texts) >= MIN_TEXTS and len(phrase.authors) >= MIN_AUTHORS
    }


def _candidates(
    said: Sequence[Sequence[Word]], no_subject: frozenset[str]
) -> Iterator[tuple[str, list[Word]]]:
    """Every phrase of one to three words that may be shown, with the word before it ("" for none)."""
    for clause in said:
        speaks = [_speaks(word, no_subject) for word in clause]
        links = [speaks[place] or word.lemma in _PREPOSITIONS for place, word in enumerate(clause)]
        for start in range(len(clause)):
            for end in range(start + 1, min(start + _MAX_WORDS, len(clause)) + 1):
                inner_speaks = all(links[start + 1 : end - 1])
                if speaks[start] and speaks[end - 1] and inner_speaks:
                    yield clause[start - 1].written.lower() if start else "", list(clause[start:end])


def _speaks(word: Word, no_subject: frozenset[str]) -> bool:
    letters = sum(letter.isalpha() for letter in word.written)
    return letters >= 2 and word.lemma not in no_subject and word.written.lower() not in no_subject


def _is_conjugated(word: Word) -> bool:
    """Whether the word is probably a form of a verb: its lemma looks like an infinitive that it is neither
    itself nor the plural of (wagen, wagens)."""
    return word.lemma.endswith("n") and word.written.lower() not in {word.lemma, f"{word.lemma}s"}


def _shown(written: str, *, loud: bool) -> str:
    """The word in lower case, but for an acronym in a text that does not shout."""
    acronym = written.isupper() and written.isalpha() and 2 <= len(written) <= _ACRONYM_LETTERS
    return written if acronym and not loud else written.lower()


def _label(phrases: dict[Lemmas, _Phrase], rarity: dict[str, float], texts: int) -> str:
    weights = {lemmas: _weight(lemmas, phrase, rarity, texts) for lemmas, phrase in phrases.items()}
    words = [lemmas for lemmas in phrases if len(lemmas) == 1]
    if not words:
        return UNNAMED
    head = min(words, key=lambda lemmas: (-weights[lemmas], lemmas))
    best = weights[head]
    marginal = {
        lemmas: _RELEVANCE * weights[lemmas] / best - (1 - _RELEVANCE) * _shared(lemmas, head)
        for lemmas in phrases
        if head[0] not in lemmas and weights[lemmas] >= _MIN_TAIL_SHARE * best
    }
    start = phrases[head].form
    shown = start[:1].upper() + start[1:]
    if not marginal:
        return shown
    tail = min(marginal, key=lambda lemmas: (-marginal[lemmas], lemmas))
    return f"{shown}: {phrases[tail].form}"


def _weight(lemmas: Lemmas, phrase: _Phrase, rarity: dict[str, float], texts: int) -> float:
    """Class-based tf-idf, more for what is used as a name and for longer phrases, less for verbs."""
    tf_idf = len(phrase.texts) / texts * float(np.mean([rarity.get(lemma, 0.0) for lemma in lemmas]))
    as_name = 1.0 + _NAME_WEIGHT * phrase.name_share
    as_verb = 1.0 - (1.0 - _VERB_WEIGHT) * phrase.conjugated / phrase.uses
    return tf_idf * as_name * as_verb * (1.0 + _WORD_WEIGHT * (len(lemmas) - 1))


def _shared(lemmas: Lemmas, head: Lemmas) -> float:
    """Share of the words of a phrase that are part of the head, or of which the head is a part."""
    return sum(head[0] in lemma or lemma in head[0] for lemma in lemmas) / len(lemmas)
