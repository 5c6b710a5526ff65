"""A sheet of a workbook as text cells, and how numbers, times and mistaken formulas are written as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import polars as pl

_EXACT_DIGITS = 15
_CALL = re.compile(r"^[+-]?[A-Za-z_][\w.]*\(")
_AT = re.compile(r"^(?:_xlfn\.)?SINGLE\((.*)\)$", re.DOTALL)
_WORD = re.compile(r"(?<![\w.$!\[])[^\W\d_]{2,}(?![\w(!:\]])")


@dataclass(frozen=True, repr=False)
class Table:
    """One sheet.

    frames: its rows in order, from the first of the sheet; String columns named "0", "1", ... by position,
    from the first column of the sheet. Later frames may be wider or narrower. To be taken once, in order.
    """

    name: str
    frames: Iterator[pl.DataFrame]


def text_table(rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Rows of unequal length as one frame of a Table."""
    width = max(map(len, rows), default=0)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = zip(*padded, strict=True) if width else ()
    return pl.DataFrame({str(i): pl.Series(cells, dtype=pl.String()) for i, cells in enumerate(columns)})


def number_text(written: str) -> str | None:
    """A number as people write it: 12 and not 12.0, no exponent; None when it is none.

    One with more digits before the point than a spreadsheet keeps has an exponent (1.22158123456789E+17),
    so that it is never taken for an id.
    """
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return None
    if number.adjusted() >= _EXACT_DIGITS:
        return f"{float(number):.{_EXACT_DIGITS - 1}E}"
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def duration_text(time: timedelta) -> str:
    """A time of day or a length of time, as 09:30:00."""
    seconds = round(time.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def typed_text(formula: str) -> str | None:
    """What somebody typed that a spreadsheet took for a formula, for it begins with = + - or @.

    None for a true formula: a call, or a sum of cells. "=-leuk hoor" was "-leuk hoor".
    """
    body = formula.removeprefix("of:").removeprefix("=").strip()
    body = _AT.sub(r"@\1", body)
    if _CALL.match(body) or not _WORD.search(body):
        return None
    return body if body.startswith(("+", "-", "@")) else f"={body}"
