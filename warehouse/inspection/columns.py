"""What one column of an export looks like, in figures and shapes; never in the words that stand in it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

import polars as pl

from warehouse.inspection.written_times import WrittenTimes, in_dutch_words, written_times
from warehouse.sources.layout import DEFAULT_ERRORS, DEFAULT_NULLS
from warehouse.sources.verbs import DAMAGED_NUMBER

Looks = Literal[
    "empty", "url", "time", "clock", "number", "e-mail", "phone", "postcode", "text", "id", "category",
    "name", "word", "list",
]  # fmt: skip
Damage = Literal[
    "sci", "error", "apostrophe", "mojibake", "html", "entities", "cut", "one_length", "months", "signature"
]

_SAMPLE = 400
_NAMED_AS_TIME = re.compile(
    r"dat(?:um|e)|tijd|time|created|publi|geplaatst|ontvangen|stamp|stempel|utc|[_ ]at$|[_ ]op$",
    re.IGNORECASE,
)
_NAMED_AS_ID = re.compile(
    r"(?:^|[^a-z])(?:id|nr|nummer|kenmerk)$|nummer$|telefoon|postcode|code$", re.IGNORECASE
)
_PATTERNS: tuple[tuple[Looks, re.Pattern[str]], ...] = (
    ("url", re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)),
    ("list", re.compile(r"^[\[{].*[\]}]$", re.DOTALL)),
    ("e-mail", re.compile(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")),
    ("clock", re.compile(r"^\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: uur)?$")),
    ("postcode", re.compile(r"^[1-9]\d{3} ?[A-Za-z]{2}$")),
    ("phone", re.compile(r"^(?:\+31|0031|0)[ -]?\(?0?\)?[1-9](?:[ -]?\d){7,8}$")),
)
_NUMBERS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("", "", re.compile(r"^-?\d{1,12}$")),
    (".", ",", re.compile(r"^-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?$")),
    (",", ".", re.compile(r"^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")),
)
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf©«¨¯¶¼¡³±§¤´ª®]|â€|Â[\xa0-\xbf]|ð\x9f|ðŸ")
_HTML = re.compile(r"</?(?:p|br|div|span|a|b|i|strong|em|ul|li)\b[^>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,5}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_APOSTROPHE = re.compile(r"^'[=+\-@]")
_CUT = re.compile(r"(?:…|\.\.\.)$")
_SIGNATURE = re.compile(
    r"met vriendelijke groet|verzonden vanaf mijn|^-- $|sent from my", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Number:
    """How a number is written: the sign between thousands and the one before decimals; empty when unused."""

    thousands: str
    decimal: str


@dataclass(frozen=True)
class Column:
    """What was seen of one column.

    name: as the mapping names it. filled: share of the rows with something in it. distinct: share of those
    that occur once only counted once. lengths: shortest, median and longest, in characters. words: median
    number per cell. shapes: the most frequent, 9 for a digit and a for a letter. looks: what it most looks
    like. times, number: how they are written, when it holds them. damage: what went wrong with some cells,
    and in how many. cut_at: the length that strangely many texts have.
    """

    name: str
    filled: float
    distinct: float
    lengths: tuple[int, int, int]
    words: float
    shapes: tuple[str, ...]
    looks: Looks
    times: WrittenTimes | None
    number: Number | None
    damage: dict[Damage, int]
    cut_at: int | None = None


def column_of(cells: pl.Series, now: datetime) -> Column:
    """What the String series `cells` looks like; empty cells and signs that stand for nothing do not count.

    now: bounds what may be a time.
    """
    given = cells.drop_nulls().str.strip_chars()
    given = given.filter((given != "") & ~given.is_in(DEFAULT_NULLS))
    errors = int(given.is_in(DEFAULT_ERRORS).sum())
    given = given.filter(~given.is_in(DEFAULT_ERRORS))
    damage: dict[Damage, int] = {"error": errors} if errors else {}
    filled = len(given) / len(cells) if len(cells) else 0.0
    if given.is_empty():
        return Column(cells.name, filled, 0.0, (0, 0, 0), 0.0, (), "empty", None, None, damage)
    values = given.to_list()
    sample = _spread(values)
    lengths = [len(value) for value in values]
    words = float(median(len(value.split()) for value in sample))
    distinct = given.n_unique() / len(given)
    number = _number(sample)
    hinted = bool(_NAMED_AS_TIME.search(cells.name)) and not _NAMED_AS_ID.search(cells.name)
    times = written_times(sample, now, hinted=hinted)
    looks = _looks(cells.name, sample, times, number, _Spread(len(values), distinct, words, median(lengths)))
    damage |= _damage(values, looks)
    cut_at = _cut_at(lengths) if looks == "text" else None
    if cut_at:
        damage["one_length"] = lengths.count(cut_at)
    return Column(
        cells.name, filled, distinct, (min(lengths), int(median(lengths)), max(lengths)), words,
        _shapes(sample), looks, times if looks == "time" else None, number if looks == "number" else None,
        damage, cut_at,
    )  # fmt: skip


def shown_name(name: str) -> str:
    """The name of a column for people, unless it looks like something that a person wrote or is."""
    told = len(name) > 60 or "@" in name.removeprefix("@") or re.search(r"\d{6}", name) is not None
    return f"(naam van {len(name)} tekens, niet getoond)" if told else name


def shape_of(value: str) -> str:
    """A value without what it says: 9 for a digit, a or A for letters, · for what is neither nor plain."""
    shape = re.sub(r"\d{7,}", "9…", value[:60])
    shape = re.sub(r"\d", "9", shape)
    shape = re.sub(r"[^\W\d_]+", lambda found: "A" if found[0][0].isupper() else "a", shape)
    shape = re.sub(r"[^\w\s…\-./:,;+@#()'\"]", "·", shape)
    return shape if len(value) <= 24 and len(shape) <= 24 else shape[:20] + "…"


@dataclass(frozen=True)
class _Spread:
    """How many values there are, how many of them differ, and how long they are."""

    count: int
    distinct: float
    words: float
    length: float


def _spread(values: Sequence[str]) -> list[str]:
    """At most _SAMPLE values from all over the column."""
    step = max(1, len(values) // _SAMPLE)
    return list(values[::step][:_SAMPLE])


def _looks(
    name: str, sample: Sequence[str], times: WrittenTimes | None, number: Number | None, spread: _Spread
) -> Looks:
    for looks, pattern in _PATTERNS:
        if _share(pattern, sample) >= 0.8:
            return looks if looks != "clock" or not times else "time"
    if times and times.share >= 0.8:
        return "time"
    if sum(bool(re.match(DAMAGED_NUMBER, value)) for value in sample) > len(sample) / 2:
        return "id"
    of_all = spread.count >= 3 and spread.distinct >= 0.98
    if number and not (_NAMED_AS_ID.search(name) or (of_all and spread.length >= 9)):
        return "number"
    if spread.words >= 4 and spread.length >= 20 and spread.distinct >= 0.3:
        return "text"
    one_word = sum(" " not in value for value in sample) >= 0.98 * len(sample)
    with_digit = sum(any(sign.isdigit() for sign in value) for value in sample) >= 0.8 * len(sample)
    if of_all and one_word and with_digit:
        return "id"
    if spread.count >= 10 and spread.distinct <= 0.3 and spread.length <= 60:
        return "category"
    if spread.words >= 4 and spread.length >= 25:
        return "text"
    return "name" if _share(_PERSON, sample) >= 0.7 else "word"


_PERSON = re.compile(
    r"^(?:[A-Z]\.? ?)*[A-Z][\w'’-]+"
    r"(?: (?:van|de|der|den|ten|ter|te|el|al|in|'t|[A-Z][\w'’-]*\.?))* ?[A-Z][\w'’-]+$"
)


def _share(pattern: re.Pattern[str], sample: Sequence[str]) -> float:
    return sum(bool(pattern.match(value)) for value in sample) / len(sample)


def _number(sample: Sequence[str]) -> Number | None:
    for thousands, decimal, pattern in _NUMBERS:
        if _share(pattern, sample) >= 0.95:
            return Number(thousands, decimal)
    return None


def _damage(values: Sequence[str], looks: Looks) -> dict[Damage, int]:
    """How many values show that something went wrong with them on the way."""
    found: dict[Damage, int] = {
        "sci": sum(bool(re.match(DAMAGED_NUMBER, value)) for value in values)
        if looks in ("id", "number")
        else 0,
        "apostrophe": sum(bool(_APOSTROPHE.match(value)) for value in values),
        "mojibake": sum(bool(_MOJIBAKE.search(value)) for value in values),
    }
    if looks in ("text", "word", "name"):
        found["html"] = sum(bool(_HTML.search(value)) for value in values)
        found["entities"] = sum(bool(_ENTITY.search(value)) for value in values)
        found["cut"] = sum(bool(_CUT.search(value)) for value in values)
        found["signature"] = sum(bool(_SIGNATURE.search(value)) for value in values)
        if looks != "text":
            found["months"] = len(values) if in_dutch_words(_spread(values)) else 0
    return {name: count for name, count in found.items() if count}


def _cut_at(lengths: Sequence[int]) -> int | None:
    """The greatest length, when so many have exactly that one that they must have been cut there."""
    counted = Counter(lengths)
    longest = max(counted)
    return longest if longest >= 60 and counted[longest] >= max(3, 0.02 * len(lengths)) else None


def _shapes(sample: Sequence[str]) -> tuple[str, ...]:
    return tuple(shape for shape, _ in Counter(map(shape_of, sample)).most_common(3))
