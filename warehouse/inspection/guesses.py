"""What a column may be for: its name and its looks scored together, one column per role.

The names are in `synonyms.yaml`. A guess says why it was made, so that a person can check it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from warehouse.inspection.columns import Column, Looks
from warehouse.sources.messages import COUNT_FIELDS

_CERTAIN = 0.42
_WEIGHT_OF_NAME = 0.68
_FILLERS = {"de", "het", "een", "van", "der", "the", "of", "uw", "optioneel", "verplicht"}
# How well a role and the looks of a column go together; what is not here does not go at all.
_FITS: dict[str, dict[Looks, float]] = {
    "native_id": {"id": 1.0, "number": 0.7, "url": 0.2, "word": 0.5, "name": 0.1},
    "parent_id": {"id": 0.8, "number": 0.6, "url": 0.2, "word": 0.5, "category": 0.4, "empty": 0.3},
    "text": {"text": 1.0, "word": 0.35, "name": 0.1, "category": 0.1},
    "text_more": {"text": 0.8, "word": 0.5, "category": 0.2, "empty": 0.5},
    "answer_text": {"text": 1.0, "word": 0.4, "category": 0.3, "empty": 0.5},
    "created_at": {"time": 1.0},
    "answer_time": {"time": 1.0},
    "edited_at": {"time": 1.0},
    "clock": {"clock": 1.0},
    "author": {"name": 1.0, "word": 0.7, "category": 0.6, "id": 0.4},
    "first_name": {"name": 0.8, "word": 1.0, "category": 0.8},
    "last_name": {"name": 0.8, "word": 1.0, "category": 0.8},
    "author_id": {"id": 1.0, "number": 0.8, "category": 0.6, "word": 0.5, "name": 0.2, "url": 0.5},
    "title": {"text": 0.8, "word": 0.9, "name": 0.5, "category": 0.6},
    "url": {"url": 1.0},
    "source_category": {"category": 1.0, "word": 0.8, "name": 0.5, "text": 0.1},
    "area_name": {"category": 1.0, "word": 0.8, "name": 0.7},
    "area_code": {"category": 0.9, "id": 0.9, "word": 0.9, "number": 0.4},
    "department": {"category": 1.0, "word": 0.8, "name": 0.6},
    "channel_name": {"category": 1.0, "word": 0.8, "name": 0.6},
    "platform": {"category": 1.0, "word": 0.8, "name": 0.5},
    "kind": {"category": 1.0, "word": 0.8, "name": 0.5},
    "direction": {"category": 1.0, "word": 0.8},
    "confidential": {"category": 1.0, "word": 0.7, "number": 0.5},
    "language": {"category": 1.0, "word": 0.8},
    **{name: {"number": 1.0, "category": 0.1} for name in COUNT_FIELDS},
}
_WITHOUT_ACCENTS = str.maketrans("éèëêïöüáà", "eeeeiouaa")
_NEVER = ("personal", "internal")


@dataclass(frozen=True)
class Guess:
    """The columns for one role: the best first.

    score: from 0 to 1. named: whether the name says so; else only the looks do.
    """

    role: str
    columns: tuple[Column, ...]
    score: float
    named: bool

    @property
    def column(self) -> Column:
        """The best column."""
        return self.columns[0]


@dataclass(frozen=True)
class Words:
    """The words that exports use: names per role and per context, and the values that may be named."""

    names: Mapping[str, tuple[str, ...]]
    contexts: Mapping[str, frozenset[str]]
    platforms: Mapping[str, str]
    kinds: Mapping[str, str]
    directions: Mapping[str, str]
    agreements: frozenset[str]


@cache
def words() -> Words:
    """What `synonyms.yaml` holds."""
    text = (files("warehouse.inspection") / "synonyms.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    aside = ("contexts", "platforms", "kinds", "directions", "agreements")
    return Words(
        {role: tuple(names) for role, names in content.items() if role not in aside},
        {name: frozenset(found) for name, found in content["contexts"].items()},
        content["platforms"], content["kinds"], content["directions"], frozenset(content["agreements"]),
    )  # fmt: skip


def guesses(columns: Sequence[Column]) -> dict[str, Guess]:
    """Per role the column that fits it best; a role for which nothing fits is absent.

    `personal` and `internal` hold every column that must not be taken over.
    """
    free = {column.name: column for column in columns}
    found: dict[str, Guess] = {}
    for role in _NEVER:
        barred = tuple(column for column in columns if column.name in free and _barred(role, column))
        if barred:
            found[role] = Guess(role, barred, 1.0, named=True)
            free = {name: column for name, column in free.items() if column not in barred}
    offers = sorted(
        ((score, role, column) for role in _FITS for column in free.values()
         if (score := _score(role, column)) >= _CERTAIN),
        key=lambda offer: (-offer[0], list(_FITS).index(offer[1]), list(free).index(offer[2].name)),
    )  # fmt: skip
    for score, role, column in offers:
        if role not in found and column.name in free:
            found[role] = Guess(role, (column,), score, named=name_score(role, column.name) > 0)
            del free[column.name]
    return _settled(found, free)


@lru_cache(maxsize=1 << 16)
def name_score(role: str, name: str) -> float:
    """How sure the name of a column says that it is for this role, from 0 to 1."""
    plain = plain_name(name)
    forms = [plain, plain_name(re.split(r"[./]|__", name)[-1])]
    best = 0.0
    for place, synonym in enumerate(words().names[role]):
        rank = 1.0 - 0.15 * place / len(words().names[role])
        if forms[0] == synonym:
            best = max(best, rank)
        elif forms[1] == synonym:
            best = max(best, 0.85 * rank)
        elif _within(synonym, plain):
            best = max(best, 0.66 * rank)
        elif len(plain) >= 6 and plain[0] == synonym[0] and _close(plain, synonym):
            best = max(best, 0.7 * rank)
    return best


@cache
def plain_name(name: str) -> str:
    """A column name as it is compared: small letters, single spaces, without what is between brackets."""
    apart = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-Z][a-z])", " ", name)
    bare = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", apart)
    tokens = re.split(r"[^0-9a-zà-ÿ]+", (bare if bare.strip() else apart).casefold())
    whole = [re.sub(r"nr$", "nummer", token) for token in tokens if token and token not in _FILLERS]
    return " ".join(whole).translate(_WITHOUT_ACCENTS)


def context(columns: Sequence[Column]) -> tuple[str, float]:
    """What kind of export this most looks like (kcc, melding, participatie, social) and how sure that is."""
    names = [plain_name(column.name) for column in columns]
    hits = {
        kind: sum(any(word == name or _within(word, name) for word in known) for name in names)
        for kind, known in words().contexts.items()
    }
    best = max(hits, key=lambda kind: hits[kind])
    total = sum(hits.values())
    return (best, hits[best] / total) if total else ("", 0.0)


def _within(synonym: str, plain: str) -> bool:
    """Whether all words of a synonym stand side by side in a name."""
    return len(synonym) >= 3 and f" {synonym} " in f" {plain} "


def _close(plain: str, synonym: str) -> bool:
    """Whether two names differ by a typing error."""
    if abs(len(plain) - len(synonym)) > 2:
        return False
    return difflib.SequenceMatcher(None, plain, synonym).ratio() >= 0.9


def _score(role: str, column: Column) -> float:
    """Name and looks together; no name at all counts only where the looks leave no doubt."""
    fits = _FITS[role].get(column.looks)
    if fits is None:
        return 0.0
    named = name_score(role, column.name)
    if named:
        return _WEIGHT_OF_NAME * named + (1 - _WEIGHT_OF_NAME) * fits
    speaks_for_itself = (role, column.looks) in (
        ("text", "text"), ("created_at", "time"), ("url", "url"), ("native_id", "id"),
    )  # fmt: skip
    return 0.42 + 0.05 * min(column.filled, 1.0) if speaks_for_itself else 0.0


def _barred(role: str, column: Column) -> bool:
    if role == "personal" and column.looks in ("e-mail", "phone", "postcode"):
        return True
    named = name_score(role, column.name)
    others = max(
        name_score(other, column.name) for other in _FITS if column.looks in _FITS[other] or other == "url"
    )
    return named >= 0.6 and named >= others


def _settled(found: dict[str, Guess], free: Mapping[str, Column]) -> dict[str, Guess]:
    """The guesses after what one of them means for another."""
    left = dict(free)
    if "text" not in found and "answer_text" in found:
        found["text"] = Guess("text", found["answer_text"].columns, found["answer_text"].score, named=True)
        del found["answer_text"]
    if "text" not in found and "title" in found and found["title"].column.looks == "text":
        found["text"] = found.pop("title")
    if "text" in found:
        longest = [c for c in left.values() if c.looks == "text"]
        main = found["text"].column
        better = max(longest, key=lambda c: c.lengths[1], default=main)
        if not found["text"].named and better.lengths[1] > main.lengths[1]:
            found["text"] = Guess("text", (better,), found["text"].score, named=False)
            left.pop(better.name, None)
    if "created_at" not in found and "edited_at" in found:
        found["created_at"] = found.pop("edited_at")
    if "clock" in found and ("created_at" not in found or _has_clock(found["created_at"].column)):
        del found["clock"]
    names = [found.pop(role).column for role in ("first_name", "last_name") if role in found]
    if names and "author" not in found:
        found["author"] = Guess("author", tuple(names), 0.8, named=True)
    elif names:
        barred = found.get("personal")
        found["personal"] = Guess("personal", (*(barred.columns if barred else ()), *names), 1.0, named=True)
    return found


def _has_clock(column: Column) -> bool:
    return column.times is not None and column.times.clock
