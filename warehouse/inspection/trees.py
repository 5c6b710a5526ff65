"""Where the records of a JSON or XML document are, and which lists within them hold messages of their own."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, BinaryIO

import ijson

from warehouse.inspection.guesses import name_score
from warehouse.sources.markup import forget, local_name, markup
from warehouse.sources.parts import Part

if TYPE_CHECKING:
    from lxml import etree

_MOST_EVENTS = 400_000
_DEEPEST = 40
_SEEN = 60
_MESSAGES = 1.5
_ISO = re.compile(r"^\d{4}-\d\d-\d\d|^\d\d?[-/.]\d\d?[-/.]\d{2,4}|^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d ")
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?(?:\.\d+)?$")
_PLAIN_KEY = re.compile(r"^[A-Za-z_]\w*$")
_MAIN = {
    "data", "results", "items", "records", "elements", "value", "features", "posts", "comments", "tweets",
    "messages", "statuses", "meldingen", "berichten", "hits", "reacties", "nodes", "node",
}  # fmt: skip
_ASIDE = {
    "includes", "users", "media", "attachments", "entities", "images", "annotations", "notes", "errors",
    "links", "_links", "tags", "likes", "reactions", "extra_properties",
}  # fmt: skip
Record = Mapping[str, object]


@dataclass(frozen=True)
class RecordList:
    """A list of records: where it is (JSONPath, or element names with / for XML), and how many were seen.

    explode: lists within a record whose items are messages too. promise: how much they look like messages.
    """

    path: str
    count: int
    explode: tuple[str, ...]
    promise: float


@dataclass
class _Open:
    """A list or block that is being read, and the key that its next value gets."""

    holds: list[object] | dict[str, object]
    key: str = ""

    def add(self, value: object) -> None:
        if isinstance(self.holds, dict):
            self.holds[self.key] = value
        else:
            self.holds.append(value)


def start_of(stream: BinaryIO, most: int = _MOST_EVENTS) -> object:
    """The document until `most` values were read or it is damaged; None when it holds none."""
    root = _Open([])
    opened = [root]
    with suppress(ijson.JSONError, ArithmeticError, ValueError):
        _build(opened, islice(ijson.basic_parse(stream), most))
    return root.holds[0] if isinstance(root.holds, list) and root.holds else None


def _build(opened: list[_Open], events: Iterable[tuple[str, object]]) -> None:
    """Put the values of a JSON document in the lists and blocks that were opened for them."""
    for event, value in events:
        here = opened[-1]
        if event == "map_key":
            here.key = str(value)
        elif event in ("start_map", "start_array"):
            inner: list[object] | dict[str, object] = {} if event == "start_map" else []
            here.add(inner)
            opened.append(_Open(inner))
            if len(opened) > _DEEPEST:
                return
        elif event in ("end_map", "end_array"):
            opened.pop()
        else:
            here.add(value)


def record_lists(document: object, root: str = "$") -> list[RecordList]:
    """The lists of records in a JSON document, the most promising first."""
    found = [
        RecordList(path, len(records), _inner_lists(records), _promise(records) + _place(path))
        for path, records in _lists(document, root, 0)
        if records
    ]
    return sorted(found, key=lambda one: (-round(one.promise, 3), -one.count, len(one.path)))


def _place(path: str) -> float:
    """What the place of a list says: records are near the root, and what hangs on to them is not."""
    names = re.findall(r"\w+", path)
    main, aside = bool(names) and names[-1].casefold() in _MAIN, bool(_ASIDE & {n.casefold() for n in names})
    return 0.3 * main - 0.6 * aside - 0.15 * path.count("[*]") - (0.1 if path == "$" else 0.0)


def flattened(record: Record, prefix: str = "", depth: int = 0) -> dict[str, str]:
    """The plain values of a record by their dotted names."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            cells |= flattened(value, f"{prefix}{key}.", depth + 1)
        elif isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            cells[prefix + key] = str(value)
    return cells


def xml_record_lists(part: Part, name: str) -> list[RecordList]:
    """The repeated elements of an XML document, the most promising first.

    Raises SourceError where it is damaged or has a DTD.
    """
    records: dict[str, list[Record]] = {}
    counts: Counter[str] = Counter()
    for begins, path, element in islice(markup(part, name), _MOST_EVENTS):
        if begins or len(path) < 2 or not len(element):
            continue
        here = "/".join(path)
        counts[here] += 1
        if len(records.setdefault(here, [])) < _SEEN:
            records[here].append(dict(_element_cells(element)))
        if counts[here] > 1 and len(path) == 2:
            forget(element)
    found = [RecordList(where, counts[where], (), _promise(seen)) for where, seen in records.items()]
    return sorted(found, key=lambda one: (-round(one.promise, 3), -one.count, len(one.path)))


def _element_cells(element: "etree._Element", prefix: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        name = prefix + local_name(child)
        if len(child):
            yield from _element_cells(child, f"{name}.")
        elif child.text and child.text.strip():
            yield name, child.text.strip()


def _lists(value: object, path: str, depth: int) -> Iterator[tuple[str, list[Record]]]:
    """Every list of blocks and every block of blocks, with what is inside a wrapper around each record."""
    if depth > 8:
        return
    if isinstance(value, list):
        records: list[Record] = [item for item in value if isinstance(item, dict)]
        if records and len(records) >= 0.5 * len(value):
            yield f"{path}[*]", records
            yield from _unwrapped(records, f"{path}[*]", depth)
    elif isinstance(value, dict):
        if depth == 0 and value:
            yield path, [value]
        blocks: list[Record] = [item for item in value.values() if isinstance(item, dict)]
        if len(blocks) >= 3 and len(blocks) == len(value) and _alike(blocks):
            yield f"{path}.*", blocks
        for key, item in list(value.items())[:200]:
            yield from _lists(item, path + _step(key), depth + 1)


def _unwrapped(records: Sequence[Record], path: str, depth: int) -> Iterator[tuple[str, list[Record]]]:
    """Records within records: one block of each (tweet, node), or the lists of all of them together."""
    keys = Counter(key for record in records[:_SEEN] for key in record)
    for key in list(keys)[:60]:
        inner = [record[key] for record in records if key in record]
        blocks: list[Record] = [item for item in inner if isinstance(item, dict)]
        if blocks and len(blocks) >= 0.8 * len(records):
            yield path + _step(key), blocks
            if depth < 6:
                for name in blocks[0]:
                    together = [item for block in blocks for item in _items(block.get(name))]
                    if together:
                        yield from _lists(together, f"{path}{_step(key)}{_step(name)}", depth + 2)
        together = [item for value in inner for item in _items(value)]
        if together:
            yield from _lists(together, path + _step(key), depth + 2)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _inner_lists(records: Sequence[Record]) -> tuple[str, ...]:
    """Dotted names of the lists within records, and within their items, that hold messages too."""
    found: list[str] = []
    layer: list[Record] = list(records[:_SEEN])
    for _ in range(2):
        inner: dict[str, list[Record]] = {}
        for record in layer:
            for name, items in _named_lists(record):
                inner.setdefault(name, []).extend(items)
        promising = [
            name for name, items in inner.items() if _promise(items) >= _MESSAGES and _has_time(items)
        ]
        new = [name for name in promising if name not in found]
        found += new
        layer = [item for name in new for item in inner[name][:_SEEN]]
    return tuple(found)


def _named_lists(record: Record, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, list[Record]]]:
    for key, value in record.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _named_lists(value, f"{prefix}{key}.", depth + 1)
        elif isinstance(value, list):
            blocks: list[Record] = [item for item in value if isinstance(item, dict)]
            if blocks:
                yield prefix + key, blocks


def _promise(records: Sequence[Record]) -> float:
    """How much records look like messages: text, time and id each count for one, and many for a little."""
    seen = [flattened(record) for record in records[:_SEEN]]
    columns: dict[str, list[str]] = {}
    for cells in seen:
        for name, value in cells.items():
            columns.setdefault(name, []).append(value)
    wide = {name: values for name, values in columns.items() if len(values) >= 0.3 * len(seen)}
    text = max((_text_like(name, values) for name, values in wide.items()), default=0.0)
    time = max((_time_like(name, values) for name, values in wide.items()), default=0.0)
    id_ = max((name_score("native_id", name) for name in wide), default=0.0)
    few = min(len(records), 100) / 1000
    return text + time + 0.5 * id_ + few


def _has_time(records: Sequence[Record]) -> bool:
    first = flattened(records[0])
    return any(_time_like(name, [value]) > 0.5 for name, value in first.items())


def _text_like(name: str, values: Sequence[str]) -> float:
    named = name_score("text", name)
    if _time_like(name, values) > 0.5 or all(re.match(r"^(?:https?:|[\d.,-]+$)", value) for value in values):
        return 0.0
    long = median(len(value.split()) for value in values) >= 4
    return 0.3 * long + 0.4 * named + (0.3 if long and named else 0.0) + (0.2 if named else 0.0)


def _time_like(name: str, values: Sequence[str]) -> float:
    dated = sum(bool(_ISO.match(value)) for value in values) >= 0.8 * len(values)
    named = name_score("created_at", name)
    if dated:
        return 0.7 + 0.3 * bool(named)
    return 0.8 if named and all(_EPOCH.match(value) for value in values) else 0.0


def _alike(blocks: Sequence[Record]) -> bool:
    """Whether blocks have most of their keys in common."""
    first = set(blocks[0])
    return bool(first) and all(len(first & set(block)) >= 0.5 * len(first) for block in blocks[:_SEEN])


def _step(key: str) -> str:
    """One step of a JSONPath."""
    if _PLAIN_KEY.match(key):
        return f".{key}"
    escaped = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
