"""Rows of a JSON document, or of one per line: the records, and the records in the lists within them."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

import jsonpath
import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.decoding import decoded, text_lines
from warehouse.sources.fields import is_path
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part
from warehouse.sources.record_stream import no_records, streamed_keys, streamed_records
from warehouse.sources.rows import PATH, ROW, Rows, normalised, rejected_rows

_BATCH = 10_000
_LARGE = 32 << 20
_LARGEST_WHOLE = 512 << 20
_DEEPEST = 64
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
Cells = dict[str, str | None]


@dataclass(frozen=True)
class _Unreadable:
    """What stands where a record should be, and the rule that it breaks."""

    rule: str


def json_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """Rows of one JSON document, piece by piece when it is large. Raises SourceError when it is damaged."""
    paths = mapping.read.json_.records or ("$[*]",)
    places = [keys for path in paths if (keys := streamed_keys(path)) is not None]
    if part.size > _LARGE and len(places) == len(paths):
        records = streamed_records(part, mapping, name, places)
        return _record_rows((_shallow(record, name) for record in records), mapping)
    if part.size > _LARGEST_WHOLE:
        raise SourceError(
            f"Bestand {name} is te groot om in een keer te lezen; splits de export in kleinere perioden."
        )
    with decoded(part, mapping, name) as stream:
        text = stream.read()
    if mapping.read.json_.javascript:
        text = text.partition("=")[2].strip().removesuffix(";")
    document = _parsed(text, name)
    if not _has_lists(document, paths) and not _says_nothing(document, mapping):
        raise SourceError(no_records(mapping, name))
    return _record_rows(_records(document, paths), mapping)


def ndjson_rows(part: Part, mapping: Mapping, name: str) -> Iterator[Rows]:
    """Rows of one JSON document per line; a line that cannot be parsed is set aside."""
    with decoded(part, mapping, name, newline="\n") as stream:
        yield from _record_rows(_line_records(text_lines(stream, name), mapping, name), mapping)


def _line_records(lines: Iterator[str], mapping: Mapping, name: str) -> Iterator[object]:
    for line in lines:
        if not line.strip():
            continue
        paths = mapping.read.json_.records or ("$",)
        try:
            document = _parsed(line, name)
        except SourceError:
            yield _Unreadable("beschadigde_regel")
            continue
        known = _has_lists(document, paths) or _says_nothing(document, mapping)
        yield from _records(document, paths) if known else [_Unreadable("geen_record")]


def _shallow(record: object, name: str) -> object:
    """The record. Raises SourceError when it is nested too deep."""
    if _too_deep(record):
        raise SourceError(_impossible(name))
    return record


def _parsed(text: str, file_name: str) -> object:
    """The document; numbers with a fraction stay as they were written."""
    try:
        document = json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"Bestand {file_name}, regel {error.lineno}: de JSON is beschadigd of afgebroken; "
            "maak de export opnieuw."
        ) from error
    except (RecursionError, ValueError) as error:
        raise SourceError(_impossible(file_name)) from error
    if _too_deep(document):
        raise SourceError(_impossible(file_name))
    if not isinstance(document, dict | list):
        raise SourceError(f"Bestand {file_name} bevat geen lijst of object; controleer de export.")
    return document


def _impossible(file_name: str) -> str:
    return (
        f"Bestand {file_name}: de JSON is te diep genest of heeft een te lang getal; maak de export opnieuw."
    )


def _too_deep(document: object) -> bool:
    """Whether there are more than _DEEPEST layers, which no export has and no recursion here survives."""
    layer = [document]
    for _ in range(_DEEPEST):
        layer = [
            child for value in layer if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]  # fmt: skip
        if not layer:
            return False
    return True


def _records(document: object, paths: Sequence[str]) -> list[object]:
    """What stands at the first of the JSONPaths where anything stands, records or not."""
    if not isinstance(document, dict | list):
        return []
    return next((found for path in paths if (found := jsonpath.findall(path, document))), [])


def _has_lists(document: object, paths: Sequence[str]) -> bool:
    """Whether the document has a list, if only an empty one, at any of the paths that end in [*]."""
    lists = [path.removesuffix("[*]") for path in paths if path.endswith("[*]")]
    return len(lists) < len(paths) or any(jsonpath.findall(path, document) for path in lists)


def _says_nothing(document: object, mapping: Mapping) -> bool:
    """Whether the document is an answer without records, and says so in its own way."""
    empty = mapping.read.json_.empty
    return empty is not None and isinstance(document, dict | list) and bool(jsonpath.findall(empty, document))


def _record_rows(records: Iterable[object], mapping: Mapping) -> Iterator[Rows]:
    """Records and the lists within them that the mapping explodes, as frames of text cells."""
    explode, clean = mapping.read.json_.explode, cache(partial(normalised, rules=mapping.read.columns))
    paths = {name: jsonpath.compile(name) for name in mapping.mentioned_columns if is_path(name)}
    parts = enumerate((part for record in records for part in _exploded(record, explode)), start=1)
    batch = list(islice(parts, _BATCH))
    while True:
        rows: list[dict[str, str | int | None]] = []
        rejected: list[tuple[int, str, str | None]] = []
        for number, (path, parent, part) in batch:
            if not isinstance(part, dict):
                rule = part.rule if isinstance(part, _Unreadable) else "geen_record"
                rejected.append((number, rule, None))
                continue
            cells = {**_cells(part, explode), **{f"^.{name}": value for name, value in parent.items()}}
            cells.update({name: next(map(_cell, found.findall(part)), None) for name, found in paths.items()})
            named = {clean(name): value for name, value in cells.items()}
            rows.append({**named, ROW: number, PATH: path or None})
        names = dict.fromkeys(name for row in rows for name in row)
        schema = {**dict.fromkeys(names, pl.String()), ROW: pl.Int64(), PATH: pl.String()}
        yield Rows(pl.DataFrame(rows, schema=schema), rejected_rows(rejected))
        batch = list(islice(parts, _BATCH))
        if not batch:
            return


def _exploded(
    record: object, paths: tuple[str, ...], path: str = "", parent: Cells | None = None
) -> Iterator[tuple[str, Cells, object]]:
    """The record, then what is in its lists, each with its path and its parent's cells."""
    yield path, parent or {}, record
    if not isinstance(record, dict):
        return
    own = _cells(record, paths)
    for inner in paths:
        value: object = record
        for key in inner.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list):
            for child in value:
                yield from _exploded(child, paths, inner, own)
        elif value is not None:
            yield inner, own, _Unreadable("geen_lijst")


def _cells(record: dict[str, object], exploded: tuple[str, ...], prefix: str = "") -> Cells:
    """A record flattened to dotted names; lists stay JSON text, exploded lists are left out."""
    cells: Cells = {}
    for key, value in record.items():
        name = prefix + _HALF_CHARACTER.sub("\ufffd", key)
        if name in exploded:
            continue
        if isinstance(value, dict):
            cells.update(_cells(value, exploded, name + "."))
        else:
            cells[name] = _cell(value)
    return cells


def _cell(value: object) -> str | None:
    """A value as text; an empty list or block is nothing."""
    if value is None or value in ([], {}):
        return None
    written = value if isinstance(value, str) else _written(value)
    return _HALF_CHARACTER.sub("\ufffd", written)


def _written(value: object) -> str:
    """A number, or a list as JSON; a fraction as it was written."""
    return json.dumps(value, ensure_ascii=False)
