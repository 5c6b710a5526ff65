"""Words of residents: a few quotes and questions per theme, chosen so that no person is pointed at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from reports.disclosure import public_link

QUOTES_PER_THEME = 3
QUESTIONS_PER_THEME = 5
SHORT_QUOTE = 140

_SHORTEST, _LONGEST = 20, 220
_TOO_MANY_MARKS = 3
# Never quoted, also when a mapping would call them quotable: what is told to the municipality in private.
_PRIVATE_KINDS = ("report", "contact")
_MARK = r"\[[A-Za-z][A-Za-z0-9 _-]{1,30}\]"
# A link or an @name may lead to a person.
_POINTER = r"(?i)https?://|\bwww\.|@[\w.]"
_QUESTION = r"([^.!?…]{14,128}\?)"
_BASIS_ORDER = {"own": 0, "context": 1, "inherited": 2}
_NEAR_EQUAL = 0.5
_POOL = 200


@dataclass(frozen=True)
class Quote:
    """One resident's words, word for word but pseudonymised, and where they were written."""

    text: str
    platform: str
    written_on: date
    url: str | None


@dataclass(frozen=True)
class Voices:
    """What residents say about one theme; `questions` opens with the one most like the others."""

    quotes: tuple[Quote, ...]
    questions: tuple[Quote, ...]


@dataclass(frozen=True)
class _Candidate:
    quote: Quote
    author: str | None
    words: frozenset[str]


def theme_voices(messages: pl.DataFrame, theme_ids: Sequence[str]) -> dict[str, Voices]:
    """Quotes and questions per theme, from all messages; every theme must have at least five authors.

    At most one per author over the whole report and no near-equal ones; own basis goes first, then
    confidence, shortness and likes.
    """
    quotable, used = _quotable(messages), set[str]()

    def voices(of_theme: pl.DataFrame) -> Voices:
        asked = of_theme.filter("is_question").with_columns(
            pl.col("text").str.extract(_QUESTION).str.strip_chars(" ,;:-–\"'“”")
        )
        questions = _diverse(_by_likeness(_candidates(asked)), QUESTIONS_PER_THEME, used)
        said = _diverse(_candidates(of_theme.filter(~pl.col("is_question"))), QUOTES_PER_THEME, used)
        return Voices(said, questions)

    return {theme_id: voices(quotable.filter(pl.col("theme_id") == theme_id)) for theme_id in theme_ids}


def _quotable(messages: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text")
    return (
        messages.filter(
            pl.col("quotable").fill_null(value=False),
            pl.col("author_kind") == "resident",
            ~pl.col("kind").is_in(_PRIVATE_KINDS).fill_null(value=True),
            pl.col("dup_of").is_null(),
            text.str.count_matches(_MARK) < _TOO_MANY_MARKS,
            ~text.str.contains(_POINTER),
        )
        .with_columns(pl.col("is_question").fill_null(value=False))
        .sort(
            pl.col("theme_basis").replace_strict(_BASIS_ORDER, default=len(_BASIS_ORDER)),
            pl.col("theme_confidence").round(1),
            text.str.len_chars() > SHORT_QUOTE,
            "likes",
            "message_id",
            descending=[False, True, False, True, False],
            nulls_last=True,
        )
    )


def _candidates(messages: pl.DataFrame) -> list[_Candidate]:
    fitting = messages.filter(pl.col("text").str.len_chars().is_between(_SHORTEST, _LONGEST)).head(_POOL)
    return [
        _Candidate(
            Quote(row["text"], row["platform"], row["created_day"], public_link(row["url"])),
            row["author_key"],
            frozenset(re.findall(r"[^\W\d_]{4,}", row["text"].casefold())),
        )
        for row in fitting.iter_rows(named=True)
    ]


def _by_likeness(candidates: list[_Candidate]) -> list[_Candidate]:
    """The question that shares most words with the others first; the order of quality breaks a tie."""
    return sorted(candidates, key=lambda c: -sum(_likeness(c, other) for other in candidates))


def _diverse(candidates: list[_Candidate], number: int, used: set[str]) -> tuple[Quote, ...]:
    """The first `number` that differ in author and words; their authors are added to `used`."""
    kept = list[_Candidate]()
    for candidate in candidates:
        if len(kept) == number:
            break
        if candidate.author in used or any(_likeness(candidate, other) >= _NEAR_EQUAL for other in kept):
            continue
        kept.append(candidate)
        if candidate.author is not None:
            used.add(candidate.author)
    return tuple(candidate.quote for candidate in kept)


def _likeness(one: _Candidate, other: _Candidate) -> float:
    union = one.words | other.words
    return len(one.words & other.words) / len(union) if union else 1.0
