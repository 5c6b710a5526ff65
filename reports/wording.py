"""Dutch words for figures: numbers, shares, days and the names of things, in plain (B1) Dutch."""

from collections.abc import Sequence
from datetime import date

_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

_PLATFORMS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "nextdoor": "Nextdoor",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "threads": "Threads",
    "tiktok": "TikTok",
    "kcc": "Klantcontact",
    "signalen": "Meldingen",
}

_VERDICTS = {
    "stil": "stil",
    "overschot": "overschot",
    "in_balans": "in balans",
    "te_weinig": "te weinig",
    "onzeker": "onzeker",
}

_NUMBERS = (
    "één",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
)

PHASES = ("ontdekt", "experimenteert", "converseert", "netwerkt")
"""The four phases of the meetlat, the first being phase 1."""


def whole(number: int) -> str:
    """12345 as 12.345."""
    return f"{number:,}".replace(",", ".")


def number_word(number: int) -> str:
    """Eén to twaalf in letters, larger numbers in figures."""
    return _NUMBERS[number - 1] if 1 <= number <= len(_NUMBERS) else whole(number)


def decimal(number: float, digits: int = 1) -> str:
    """1234.56 as 1.234,6; never -0,0."""
    text = f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,"))
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def percent(share: float) -> str:
    """A fraction of 1 as a percentage with one decimal: 12,3%."""
    return f"{decimal(100 * share)}%"


def rough_percent(share: float) -> str:
    """A fraction of 1 as a whole percentage: 12%."""
    return f"{decimal(100 * share, 0)}%"


def interval(low: float, high: float) -> str:
    """Both ends of an interval of fractions: 10,1 tot 14,9%."""
    return f"{decimal(100 * low)} tot {decimal(100 * high)}%"


def points(difference: float) -> str:
    """A difference in percentage points, with its sign: +3,2 procentpunt."""
    return short_points(difference).replace("pp", "procentpunt")


def short_points(difference: float) -> str:
    """The same for tables and charts: +3,2 pp."""
    text = decimal(difference)
    return f"{text if text.startswith('−') or not text.strip('0,') else '+' + text} pp"


def times(ratio: float) -> str:
    """How many times as much: 3,8 keer."""
    return f"{decimal(ratio)} keer"


def counted(number: int, one: str, more: str) -> str:
    """A number with its noun: 1 inwoner, 1.204 inwoners."""
    return f"{whole(number)} {one if number == 1 else more}"


def residents(number: int) -> str:
    """1.204 inwoners."""
    return counted(number, "inwoner", "inwoners")


def messages(number: int) -> str:
    """1.204 berichten."""
    return counted(number, "bericht", "berichten")


def posts(number: int) -> str:
    """12 posts; geen posts."""
    return "geen posts" if number == 0 else counted(number, "post", "posts")


def hours(number: float) -> str:
    """A length of time: 40 minuten, 7 uur, 3,5 dagen."""
    if number < 1:
        return counted(round(number * 60), "minuut", "minuten")
    if number < 48:
        return f"{decimal(number, 0)} uur"
    return f"{decimal(number / 24)} dagen"


def day(when: date) -> str:
    """12 maart 2026."""
    return f"{when.day} {month(when)}"


def month(when: date) -> str:
    """Maart 2026, in lower case."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """12 mrt, for axes and small print."""
    return f"{when.day} {_short(when.month)}"


def month_label(window: str) -> str:
    """2026-03 as mrt 2026; anything else as it is."""
    year, _, number = window.partition("-")
    return f"{_short(int(number))} {year}" if year.isdigit() and number.isdigit() else window


def period(start: date, end: date) -> str:
    """12 maart tot en met 10 april 2026."""
    first = f"{start.day} {_MONTHS[start.month - 1]}" if start.year == end.year else day(start)
    return f"{first} tot en met {day(end)}"


def platform_name(platform: str) -> str:
    """The name that people know a platform by."""
    return _PLATFORMS.get(platform, platform.capitalize())


def verdict_word(verdict: str) -> str:
    """The verdict as a reader sees it."""
    return _VERDICTS.get(verdict, verdict)


def enumeration(words: Sequence[str]) -> str:
    """A, b en c."""
    return " en ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shortened(text: str, length: int) -> str:
    """`text` cut at a word, with an ellipsis, when it is longer than `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def indicator_value(indicator: str, value: float) -> str:
    """A value of the meetlat in the unit that its name speaks of: a share, hours, or a number."""
    name = indicator.casefold()
    if "aandeel" in name or "%" in name or "procent" in name:
        return rough_percent(value)
    if "aantal uren" in name or name.endswith(" in uren"):
        return hours(value)
    return decimal(value, 0 if value == round(value) else 1 if value >= 1 else 2)


def _short(month_number: int) -> str:
    return "mrt" if month_number == 3 else _MONTHS[month_number - 1][:3]
