"""What happens to a file between the one who made the export and us."""

from collections.abc import Callable
from random import Random

from tests.fuzz.files import Format, Record
from tests.workbook_files import member, rezipped

_UNSEEN = ("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\x00", "\x07", "\u2028")
_ODD = (
    "1,22158E+17",
    "1.22158123456789E+17",
    "0042",
    "-0",
    "1e400",
    "NaN",
    "#NAAM?",
    "2026-02-30",
    "",
    " ",
    "\u200b",
)
_NESTED = {
    "json": (b"[", b"]"), "ndjson": (b'{"a":', b"}"), "xml": (b"<a>", b"</a>"), "xlsx": (b"<c>", b"</c>"),
    "ods": (b"<table:table>", b"</table:table>"), "csv": (b'"', b'"'), "zip": (b'"', b'"'),
}  # fmt: skip
Table = list[Record]


def _shuffled(table: Table, random: Random) -> Table:
    order = random.sample(list(table[0]), len(table[0]))
    return [{name: record[name] for name in order} for record in table]


def _twice(table: Table, random: Random) -> Table:
    return table + random.choices(table, k=3)


def _fewer(table: Table, random: Random) -> Table:
    return random.sample(table, random.randint(1, len(table)))


def _huge(table: Table, random: Random) -> Table:
    return _changed(table, random, lambda _: random.choice("aé<=") * random.choice([40_000, 2_000_000]))


def _unseen(table: Table, random: Random) -> Table:
    def sprinkled(cell: str) -> str:
        place = random.randint(0, len(cell))
        return cell[:place] + random.choice(_UNSEEN) * random.randint(1, 3) + cell[place:]

    return _changed(table, random, sprinkled)


def _odd(table: Table, random: Random) -> Table:
    return _changed(table, random, lambda _: random.choice(_ODD))


def _changed(table: Table, random: Random, change: Callable[[str], str]) -> Table:
    changed = [dict(record) for record in table]
    for _ in range(random.randint(1, 3)):
        record = random.choice(changed)
        name = random.choice(list(record))
        record[name] = change(record[name])
    return changed


def _truncated(content: bytes, random: Random) -> bytes:
    return content[: random.randint(0, len(content))]


def _flipped(content: bytes, random: Random) -> bytes:
    flipped = bytearray(content)
    for _ in range(random.choice([1, 2, 8, 64])):
        flipped[random.randrange(len(flipped))] ^= 1 << random.randrange(8)
    return bytes(flipped)


def _swapped(content: bytes, random: Random) -> bytes:
    first, second, third = sorted(random.randint(0, len(content)) for _ in range(3))
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def _nulled(content: bytes, random: Random) -> bytes:
    place = random.randint(0, len(content))
    return content[:place] + bytes(random.randint(1, 50)) + content[place:]


def _recoded(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(
        random.choice(["utf-16", "utf-16-le", "cp1252", "utf-32", "cp037", "utf-7"]), "replace"
    )


STRUCTURAL = (_shuffled, _twice, _fewer, _huge, _unseen, _odd)
OF_BYTES = (_truncated, _flipped, _swapped, _nulled, _recoded)


def _nested(content: bytes, random: Random, reader: str) -> bytes:
    before, after = _NESTED[reader]
    place, depth = random.randint(0, len(content)), random.choice([10, 100, 1_000])
    return content[:place] + before * depth + after * depth + content[place:]


def mutated(reader: str, form: Format, table: Table, random: Random) -> tuple[bytes, int | None]:
    """A file that went wrong, and how many rows it has where that is sure."""
    if random.random() < 0.4:
        table = random.choice(STRUCTURAL)(table, random)
        sure = not any(_unsure(cell, reader) for record in table for cell in record.values())
        return form.written(table), len(table) if sure else None
    content = form.written(table)
    inner = form.inner if form.inner and random.random() < 0.6 else None
    damaged = member(content, inner) if inner else content
    if random.random() < 0.15:
        damaged = _nested(damaged, random, reader)
    else:
        damaged = random.choice(OF_BYTES)(damaged, random)
    return (rezipped(content, {inner: damaged}) if inner else damaged), None


def _unsure(cell: str, reader: str) -> bool:
    """Whether a cell may cost more than its own row: what XML cannot hold, and what is no cell in a csv."""
    if reader in ("xml", "ods"):
        return "\0" in cell or "\x07" in cell
    return reader in ("csv", "zip") and len(cell) > 1 << 20
