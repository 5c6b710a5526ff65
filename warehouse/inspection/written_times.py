"""How the times in a column are written: which formats read them, and which number is the day."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import polars as pl

from warehouse.sources.fields import NAMED_FORMATS, DatetimeSpec, has_clock, has_offset
from warehouse.sources.times import utc_time

ZONE = "Europe/Amsterdam"
Order = Literal["dag-maand-jaar", "maand-dag-jaar"]
DAY_FIRST: Order = "dag-maand-jaar"
MONTH_FIRST: Order = "maand-dag-jaar"
_LEAST = 0.5
_WORTH = 0.005
_NUMERIC = re.compile(
    r"^(?P<a>\d{1,4})(?P<s>[-/. ])(?P<b>\d{1,2})(?P=s)(?P<c>\d{2,4})"
    r"(?:(?P<gap>,? |T| om )(?P<h>\d{1,2})(?P<hs>[:.])\d{2}(?P<sec>(?P=hs)\d{2})?"
    r"(?P<frac>\.\d+)?(?P<ap> ?[AaPp][Mm])?)?"
    r"(?P<unit> uur)?(?P<zone> ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?$"
)
_ISO = re.compile(
    r"^\d{4}-\d{2}-\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:Z|z|[+-]\d{2}(?::?\d{2})?))?)?$"
)
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$")
_WITH_MONTH_NAMES = (
    "%d %b %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%b %d, %Y", "%b %d, %Y %H:%M", "%b %d, %Y %I:%M %p",
    "%b %d, %Y, %I:%M %p", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z", "%d-%b-%Y",
    "%d-%b-%Y %H:%M",
)  # fmt: skip
_DUTCH_MONTH = re.compile(
    r"\b(?:januari|februari|maart|mrt|mei|juni|juli|augustus|oktober|okt)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class WrittenTimes:
    """How the times of a column are written.

    formats: for `datetime` in a mapping, the one that reads most first. zone: to add when a format has none.
    share: of the values that these formats read. parsed: every format that was tried with its own share.
    doubt: Dutch, when day and month cannot be told apart; evidence: Dutch, what settles it. order: which of
    the two comes first, when that was settled. clock: they have a time of day.
    """

    formats: tuple[str, ...]
    zone: str | None
    share: float
    parsed: tuple[tuple[str, float], ...]
    clock: bool
    evidence: str = ""
    doubt: str = ""
    order: Order | None = None

    def settled_by(self, order: Order, column: str) -> "WrittenTimes":
        """The same with what `column` of the same file settles about day and month, where it is open here."""
        if not self.doubt or self.order is not None:
            return self
        swap = order == MONTH_FIRST and any(name.startswith("%d") for name in self.formats)
        formats = tuple(_swapped(name) if swap and name.startswith("%d") else name for name in self.formats)
        evidence = f"{self.doubt.split(';')[0]}; in '{column}' is het {order}, dus hier ook"
        return replace(self, formats=formats, evidence=evidence, doubt="", order=order)


def written_times(values: Sequence[str], now: datetime, *, hinted: bool) -> WrittenTimes | None:
    """How times are written in `values` (not empty); None when half of them or more cannot be read.

    now: no export holds times long after it. hinted: the column is called as a time, so that bare numbers
    may be one too.
    """
    plain = [" ".join(value.split()) for value in values]
    candidates = _candidates(plain, hinted=hinted)
    if not candidates:
        return None
    frame = pl.DataFrame({"text": plain}, schema={"text": pl.String})
    read = frame.select(
        utc_time([pl.col("text")], _spec(format_))[0].alias(format_) for format_ in candidates
    ).select(pl.when(_likely(pl.col(name), now)).then(pl.col(name)).alias(name) for name in candidates)
    shares = {name: 1 - read[name].null_count() / len(plain) for name in candidates}
    evidence, doubt, dropped = _day_or_month(plain, read, shares)
    order = None if not evidence else MONTH_FIRST if any(f.startswith("%d") for f in dropped) else DAY_FIRST
    parsed = tuple(sorted(shares.items(), key=lambda item: (-item[1], candidates.index(item[0]))))
    chosen = _chosen(read, [name for name, share in parsed if share and name not in dropped])
    share = 1 - _unread(read, chosen) / len(plain) if chosen else 0.0
    if share < _LEAST:
        return None
    bare = [v for v in plain if "iso" in chosen and _ISO.match(v) and not _OFFSET.search(v[10:])]
    naive = [f for f in chosen if f == "excel_serial" or (f not in NAMED_FORMATS and not has_offset(f))]
    utc = bool(naive) and all(f.endswith("UTC") for f in naive)
    zone = ("UTC" if utc else ZONE) if naive or bare else None
    clock = any(has_clock(f) or f in NAMED_FORMATS for f in chosen) and not (
        chosen == ["iso"] and all(len(v) <= 10 for v in bare) and len(bare) == len(plain)
    )
    return WrittenTimes(tuple(chosen), zone, share, parsed, clock, evidence, doubt, order)


def _spec(format_: str) -> DatetimeSpec:
    return DatetimeSpec.model_validate({"formats": [format_], "tz": ZONE})


def in_dutch_words(values: Sequence[str]) -> bool:
    """Whether most values have the Dutch name of a month in them, which no format reads."""
    return sum(bool(_DUTCH_MONTH.search(value)) for value in values) > len(values) / 2


def _candidates(values: Sequence[str], *, hinted: bool) -> list[str]:
    """Formats that the look of the values allows, in order of how often they were met."""
    met: Counter[str] = Counter()
    for value in values:
        met.update(dict.fromkeys(_formats_like(value, hinted=hinted), 1))
    return [name for name, _ in met.most_common(24)]


def _formats_like(value: str, *, hinted: bool) -> list[str]:
    if len(value) > 45:
        return []
    if _ISO.match(value):
        return ["iso"]
    if hinted and re.fullmatch(r"\d{9,10}(\.\d+)?", value):
        return ["epoch_s"]
    if hinted and re.fullmatch(r"\d{13}", value):
        return ["epoch_ms"]
    if hinted and re.fullmatch(r"\d{5}(\.\d+)?", value):
        return ["excel_serial"]
    if hinted and re.fullmatch(r"20\d{6}", value):
        return ["%Y%m%d"]
    if hinted and re.fullmatch(r"20\d{12}", value):
        return ["%Y%m%d%H%M%S"]
    numeric = _NUMERIC.match(value)
    if numeric:
        return _numeric_formats(numeric)
    return list(_WITH_MONTH_NAMES) if re.search(r"[A-Za-z]{3}", value) and re.search(r"\d{4}", value) else []


def _numeric_formats(found: re.Match[str]) -> list[str]:
    sign, first, last = found["s"], found["a"], found["c"]
    year = "%Y" if len(last) == 4 else "%y"
    days = [f"%d{sign}%m{sign}{year}", f"%m{sign}%d{sign}{year}"]
    if len(first) == 4:
        days = [f"%Y{sign}%m{sign}%d"]
    clock = ""
    if found["h"]:
        hour = "%I" if found["ap"] else "%H"
        clock = f"{found['gap']}{hour}{found['hs']}%M"
        clock += f"{found['hs']}%S" if found["sec"] else ""
        clock += "%.f" if found["frac"] else ""
        clock += found["ap"][:-2] + "%p" if found["ap"] else ""
    zone = found["zone"] or ""
    end = zone if zone.strip() in ("", "Z", "UTC") else zone[: len(zone) - len(zone.lstrip())] + "%z"
    return [f"{day}{clock}{found['unit'] or ''}{end}" for day in days]


def _likely(time: pl.Expr, now: datetime) -> pl.Expr:
    """Not before there were such exports, nor long after now."""
    first, last = datetime(1995, 1, 1), now.replace(tzinfo=None)  # noqa: DTZ001 - compared with naive UTC
    return time.is_between(pl.lit(first), pl.lit(last) + pl.duration(days=3 * 366))


def _chosen(read: pl.DataFrame, by_share: Sequence[str]) -> list[str]:
    """The fewest formats that read what can be read: each next one reads what those before it do not."""
    chosen: list[str] = []
    for name in by_share:
        gained = _unread(read, chosen) - _unread(read, [*chosen, name])
        if gained > _WORTH * read.height:
            chosen.append(name)
    return chosen


def _unread(read: pl.DataFrame, names: Sequence[str]) -> int:
    if not names:
        return read.height
    return int(read.select(pl.all_horizontal(pl.col(*names).is_null()).sum()).item())


def _day_or_month(
    values: Sequence[str], read: pl.DataFrame, shares: dict[str, float]
) -> tuple[str, str, set[str]]:
    """What tells day from month, what does not, and the formats that are out because of it."""
    pairs = [(f, _swapped(f)) for f in shares if f.startswith("%d") and _swapped(f) in shares]
    if not pairs:
        return "", "", set()
    split = [m for m in map(_NUMERIC.match, values) if m and len(m["a"]) < 3]
    day_first = sum(int(m["a"]) > 12 for m in split)
    month_first = sum(int(m["b"]) > 12 for m in split)
    by_day, by_month = {dmy for dmy, _ in pairs}, {mdy for _, mdy in pairs}
    example = _example(split)
    if day_first and not month_first:
        return f"{example}; {_values(day_first)} een dag boven 12, dus dag-maand-jaar", "", by_month
    if month_first and not day_first:
        return (
            f"{example}; {_values(month_first)} als tweede een dag boven 12, dus maand-dag-jaar",
            "",
            by_day,
        )
    if day_first and month_first:
        both = f"{day_first} waarden wijzen op dag-maand en {month_first} op maand-dag"
        doubt = f"{example}; {both}: ze staan door elkaar"
        return "", doubt, by_month if day_first >= month_first else by_day
    order = _order(read, pairs[0])
    if order:
        kept, dropped = (by_day, by_month) if order == DAY_FIRST else (by_month, by_day)
        return f"{example}; alleen als {order} staan de rijen op volgorde van tijd", "", dropped - kept
    return "", f"{example}; geen waarde heeft een dag boven 12, dus niet te beslissen", by_month


def _values(count: int) -> str:
    return f"{count} waarde heeft" if count == 1 else f"{count} waarden hebben"


def _example(split: Sequence[re.Match[str]]) -> str:
    """The doubt in words, with a date that is in no export: our own."""
    sign = split[0]["s"] if split else "-"
    return f"03{sign}04{sign}2026 kan 3 april of 4 maart zijn"


def _order(read: pl.DataFrame, pair: tuple[str, str]) -> Order | None:
    """By which reading the rows stand in order of time, when that is so for one of the two only."""
    sorted_by = []
    for name in pair:
        steps = read[name].drop_nulls().diff().drop_nulls().dt.total_seconds()
        moved = steps.filter(steps != 0)
        along = max((moved > 0).sum(), (moved < 0).sum()) / len(moved) if len(moved) >= 8 else 0.0
        sorted_by.append(along)
    if max(sorted_by) >= 0.95 and min(sorted_by) < 0.8:
        return DAY_FIRST if sorted_by[0] > sorted_by[1] else MONTH_FIRST
    return None


def _swapped(format_: str) -> str:
    """The same format with day and month the other way round."""
    return format_.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
