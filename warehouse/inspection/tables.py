"""Where a table starts: the sign between its cells, and the row with the names of the columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from warehouse.inspection.columns import shape_of
from warehouse.inspection.guesses import plain_name, words

DELIMITERS = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "streep"}
SCANNED = 20
_ROWS = 2_000
_DATA = re.compile(
    r"^(?:https?://|www\.)|^\S+@\S+\.\w+$|^[\d\s.,:/%€+-]+$|[.?!…]$|^[^@\s]*@[\w.]+$"
    r"|^\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}"
)
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Delimiter:
    """A sign that may divide the cells, the columns it gives, and the share of rows that have so many."""

    sign: str
    columns: int
    share: float


@dataclass(frozen=True)
class HeaderRow:
    """The row with the names. above: rows before it; names: its cells as they are written."""

    above: int
    names: tuple[str, ...]


def delimiters(text: str) -> list[Delimiter]:
    """The signs that may divide the cells of `text`, the likeliest first; empty when none divides."""
    found = []
    for sign in DELIMITERS:
        widths = Counter(len(cells) for cells in grid(text, sign, _ROWS) if any(cells))
        total = sum(widths.values())
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            columns = max(wide, key=lambda width: (wide[width] * min(width, 4), width))
            found.append(Delimiter(sign, columns, widths[columns] / total))
    return sorted(found, key=lambda d: (-round(d.share * min(d.columns, 4), 3), -d.columns))


def grid(text: str, sign: str, most: int) -> Iterator[list[str]]:
    """The first rows of a delimited text; not strict, for it only looks."""
    csv.field_size_limit(1 << 24)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        yield from islice(reader, most)
    except csv.Error:
        return


def header_row(rows: Sequence[Cells]) -> HeaderRow | None:
    """The row with the names of the columns, within the first SCANNED; None when no row looks like one."""
    filled = [sum(bool(cell and cell.strip()) for cell in cells) for cells in rows]
    width = Counter(count for count in filled if count > 0).most_common(1)[0][0] if any(filled) else 0
    best: tuple[float, int] | None = None
    for index, cells in enumerate(rows[:SCANNED]):
        names = [(cell or "").strip() for cell in cells]
        given = [name for name in names if name]
        if len(given) < max(1, min(width, 2)) or len(given) < 0.5 * width:
            continue
        if sum(map(_name_like, given)) < 0.8 * len(given) or len(set(given)) < 0.7 * len(given):
            continue
        known = sum(plain_name(name) in _known_names() for name in given)
        score = known + (0.5 if not _like_the_rest(names, rows[index + 1 :]) else 0.0)
        if (known or (score and len(given) > 2)) and (best is None or score > best[0] + 0.4):
            best = (score, index)
    if best is None:
        return None
    return HeaderRow(best[1], tuple(cell or "" for cell in rows[best[1]]))


def _name_like(cell: str) -> bool:
    """Whether a cell may be the name of a column: short, with a letter, no sentence, date or address."""
    return (
        len(cell) <= 80 and len(cell.split()) <= 9 and any(sign.isalpha() for sign in cell)
        and not _DATA.search(cell.removesuffix("?"))
    )  # fmt: skip


def _like_the_rest(names: Sequence[str], rest: Sequence[Cells]) -> bool:
    """Whether the cells have the shapes of those below them in more than half of the columns."""
    same = total = 0
    for place, name in enumerate(names):
        below = [
            cell.strip() for cells in rest if place < len(cells) and (cell := cells[place]) and cell.strip()
        ]
        if name and below:
            total += 1
            same += _kind_of(name) in {_kind_of(cell) for cell in below[:50]}
    return total == 0 or same > 0.75 * total


def _kind_of(cell: str) -> str:
    """A shape in which a word of any length is one, and a few words differ from many."""
    few = len(cell.split()) if len(cell.split()) < 3 else 9
    return f"{re.sub(r'[9…]+', '9', shape_of(cell)) if few < 3 else ''}{few}"


def _known_names() -> frozenset[str]:
    known = words()
    return frozenset(name for names in known.names.values() for name in names)
