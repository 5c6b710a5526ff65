"""From the bytes of an export to rows of text cells.

Every cell stays text until the mapping says what it is, so that no id is rounded and no date is guessed.
A row that does not fit is set aside with its number; a file that does not fit raises one sentence.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import jsonpath
import polars as pl

from warehouse.errors import ConfigurationError, SourceError
from warehouse.sources.mapping import Columns, Mapping
from warehouse.validation import nearest

ROW = "@row"
PATH = "@path"
REJECTED_SCHEMA = {"row": pl.Int64(), "rule": pl.String(), "field": pl.String(), "value": pl.String()}
_LONGEST_CELL = 1 << 24
_DELIMITER_NAMES = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "streep"}


@dataclass(frozen=True)
class Rows:
    """Rows of one file.

    frame: `@row` (Int64, 1-based), `@path` (the exploded list that the row comes from; null for a record) and one
    String column per column of the file. rejected: rows that could not be read, see REJECTED_SCHEMA.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame


def read_rows(content: bytes, mapping: Mapping, file_name: str) -> Rows:
    """The rows that `mapping` finds in `content`.

    Raises SourceError with one sentence when the file as a whole cannot be read.
    """
    if not content.strip():
        raise SourceError(f"Bestand {file_name} is leeg; controleer de export en zet hem opnieuw klaar.")
    text = _decode(content, mapping, file_name)
    readers = {"csv": _csv_rows, "json": _json_rows, "ndjson": _ndjson_rows}
    rows = readers[mapping.read.format](text, mapping, file_name)
    if rows.frame.height + rows.rejected.height < mapping.expect.min_rows:
        found = rows.frame.height + rows.rejected.height
        what = (
            "bevat geen rijen" if found == 0 else f"bevat {found} rijen, minder dan {mapping.expect.min_rows}"
        )
        raise SourceError(f"Bestand {file_name} {what}; controleer de export en zet hem opnieuw klaar.")
    _require_columns(rows.frame.columns, mapping, file_name)
    return Rows(_nulls_applied(rows.frame, mapping), rows.rejected)


def normalised(name: str, rules: Columns) -> str:
    """A column name after the clean-up that the mapping asks for."""
    steps: dict[str, Callable[[str], str]] = {
        "strip_bom": lambda s: s.removeprefix("\ufeff"),
        "trim": str.strip,
        "casefold": str.casefold,
        "collapse_space": lambda s: re.sub(r"\s+", " ", s),
    }
    for rule in rules.normalise:
        name = steps[rule](name)
    return name


def _decode(content: bytes, mapping: Mapping, file_name: str) -> str:
    """The text of the file in the first encoding of the mapping that fits without loss."""
    for encoding in mapping.read.encoding:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise ConfigurationError(
                f"Mapping {mapping.id}: de codering '{encoding}' bestaat niet; gebruik utf-8-sig, cp1252 of utf-16."
            ) from error
    tried = ", ".join(mapping.read.encoding)
    raise SourceError(
        f"Bestand {file_name} is niet gecodeerd als {tried}; bewaar het als UTF-8 of pas 'encoding' in de mapping aan."
    )


def _csv_rows(text: str, mapping: Mapping, file_name: str) -> Rows:
    """Rows of a delimited file, with the delimiter and header row that have the needed columns."""
    csv.field_size_limit(_LONGEST_CELL)
    skipped, delimiter, names = _header(text, mapping, file_name)
    good: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[tuple[int, str, str | None, str | None]] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for position, cells in enumerate(reader):
            if position <= skipped or not any(cell.strip() for cell in cells):
                continue
            number += 1
            if len(cells) == len(names):
                good.append(cells)
                numbers.append(number)
            else:
                rejected.append((number, "aantal_kolommen", None, f"{len(cells)} in plaats van {len(names)}"))
    except csv.Error as error:
        raise SourceError(
            f"Bestand {file_name}, regel {reader.line_num}: hier is de CSV beschadigd; maak de export opnieuw."
        ) from error
    columns = dict(zip(names, zip(*good, strict=True), strict=True)) if good else {name: () for name in names}
    frame = pl.DataFrame(
        {ROW: numbers, **columns}, schema={ROW: pl.Int64(), **dict.fromkeys(names, pl.String())}
    )
    return Rows(
        frame.with_columns(pl.lit(None, dtype=pl.String()).alias(PATH)),
        pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"),
    )


def _header(text: str, mapping: Mapping, file_name: str) -> tuple[int, str, list[str]]:
    """Index of the header row, the delimiter, and the normalised column names."""
    rules = mapping.read.header
    wanted = rules.must_contain if rules else mapping.required_columns
    needed = {normalised(name, mapping.read.columns) for name in wanted}
    for delimiter in mapping.read.delimiter:
        for index, cells in _first_rows(text, delimiter, rules.scan_rows if rules else 1):
            names = [normalised(cell, mapping.read.columns) for cell in cells]
            if needed <= set(names):
                return index, delimiter, _unique(names, file_name)
    raise SourceError(_header_complaint(text, mapping, needed, file_name))


def _header_complaint(text: str, mapping: Mapping, needed: set[str], file_name: str) -> str:
    """Why no header row was found: another delimiter, or a column that is not there."""
    for delimiter, name in _DELIMITER_NAMES.items():
        if delimiter in mapping.read.delimiter:
            continue
        for _, cells in _first_rows(text, delimiter, 1):
            if needed <= {normalised(cell, mapping.read.columns) for cell in cells}:
                return (
                    f"Bestand {file_name} heeft een {name} als scheidingsteken; "
                    f"zet 'delimiter: \"{delimiter}\"' in mapping {mapping.id}."
                ).replace('"\t"', '"\\t"')
    best: list[str] = max(
        ([normalised(c, mapping.read.columns) for c in cells]
         for d in mapping.read.delimiter for _, cells in _first_rows(text, d, 1)),
        key=lambda names: (len(needed & set(names)), len(names)), default=[],
    )  # fmt: skip
    return _missing_complaint(sorted(needed - set(best)), best, mapping, file_name)


def _missing_complaint(missing: list[str], present: list[str], mapping: Mapping, file_name: str) -> str:
    near = nearest(missing[0], [name for name in present if not name.startswith("@")])
    hint = f"; lijkt '{near}' de nieuwe naam, pas dan mapping {mapping.id} aan" if near else (
        f"; controleer de export of pas mapping {mapping.id} aan"
    )  # fmt: skip
    return f"Bestand {file_name}: kolom '{missing[0]}' ontbreekt{hint}."


def _first_rows(text: str, delimiter: str, count: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for index, cells in zip(range(count), reader, strict=False):
            yield index, cells
    except csv.Error:
        return


def _unique(names: list[str], file_name: str) -> list[str]:
    """Column names, those that are empty numbered; two equal names are an error."""
    numbered = [name or f"@kolom{index + 1}" for index, name in enumerate(names)]
    twice = next((name for name in numbered if numbered.count(name) > 1), None)
    if twice:
        raise SourceError(f"Bestand {file_name}: kolom '{twice}' staat er twee keer in; hernoem er een.")
    return numbered


def _json_rows(text: str, mapping: Mapping, file_name: str) -> Rows:
    return _record_rows(_records(_parsed(text, file_name), mapping, file_name), mapping)


def _ndjson_rows(text: str, mapping: Mapping, file_name: str) -> Rows:
    """One JSON document per line; a line that cannot be parsed is set aside."""
    records: list[dict[str, object]] = []
    rejected: list[tuple[int, str, str | None, str | None]] = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        try:
            records.extend(_records(_parsed(line, file_name), mapping, file_name))
        except SourceError:
            rejected.append((number, "beschadigde_regel", None, None))
    rows = _record_rows(records, mapping)
    return Rows(rows.frame, pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))


def _parsed(text: str, file_name: str) -> object:
    try:
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"Bestand {file_name}, regel {error.lineno}: de JSON is hier beschadigd of afgebroken; maak de export opnieuw."
        ) from error
    except (RecursionError, ValueError) as error:
        raise SourceError(
            f"Bestand {file_name}: de JSON is te diep genest of bevat een onmogelijk getal; maak de export opnieuw."
        ) from error


def _records(document: object, mapping: Mapping, file_name: str) -> list[dict[str, object]]:
    """The records at the mapping's JSONPath."""
    if not isinstance(document, dict | list):
        raise SourceError(f"Bestand {file_name} bevat geen lijst of object; controleer de export.")
    try:
        found = jsonpath.findall(mapping.read.json_.records, document)
    except jsonpath.JSONPathError as error:
        raise ConfigurationError(
            f"Mapping {mapping.id}: 'json.records' is geen geldig JSONPath; schrijf bijvoorbeeld $.data[*]."
        ) from error
    return [record for record in found if isinstance(record, dict)]


def _record_rows(records: list[dict[str, object]], mapping: Mapping) -> Rows:
    """Records and the lists within them that the mapping explodes, as one frame of text cells."""
    paths = {name: jsonpath.compile(name) for name in mapping.mentioned_columns if name.startswith("$")}
    rows: list[dict[str, str | None]] = []
    for record in records:
        for path, parent, part in _exploded(record, mapping.read.json_.explode):
            row: dict[str, str | None] = {PATH: path or None}
            row.update(_cells(part, mapping.read.json_.explode))
            row.update({f"^.{name}": value for name, value in parent.items()})
            for name, compiled in paths.items():
                row[name] = next((_cell(value) for value in compiled.findall(part)), None)
            rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(
        rows,
        schema={PATH: pl.String(), **dict.fromkeys(names, pl.String()), **dict.fromkeys(paths, pl.String())},
    )
    numbered = frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW))
    return Rows(numbered, pl.DataFrame(schema=REJECTED_SCHEMA))


def _exploded(
    record: dict[str, object], paths: list[str], path: str = "", parent: dict[str, str | None] | None = None
) -> Iterator[tuple[str, dict[str, str | None], dict[str, object]]]:
    """The record, then the records in its lists, each with its path and its parent's cells."""
    yield path, parent or {}, record
    own = _cells(record, paths)
    for inner in paths:
        value: object = record
        for key in inner.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        for child in value if isinstance(value, list) else []:
            if isinstance(child, dict):
                yield from _exploded(child, paths, inner, own)


def _cells(record: dict[str, object], exploded: list[str], prefix: str = "") -> dict[str, str | None]:
    """A record flattened to dotted names; lists stay JSON text, exploded lists are left out."""
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        name = prefix + key
        if name in exploded:
            continue
        if isinstance(value, dict):
            cells.update(_cells(value, exploded, name + "."))
        else:
            cells[name] = _cell(value)
    return cells


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else str(value)


def _require_columns(present: list[str], mapping: Mapping, file_name: str) -> None:
    rules = mapping.read.columns
    missing = [c for c in mapping.required_columns if normalised(c, rules) not in present]
    if missing:
        raise SourceError(_missing_complaint(missing, present, mapping, file_name))


def _nulls_applied(frame: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Cells that stand for nothing become null; columns to fill down are filled."""
    rules = mapping.read
    columns = [name for name in frame.columns if name not in (ROW, PATH)]
    empty = [*rules.nulls, *rules.error_tokens]
    return frame.with_columns(
        pl.when(pl.col(name).str.strip_chars().is_in(empty)).then(None).otherwise(pl.col(name)).alias(name)
        for name in columns
    ).with_columns(pl.col(normalised(name, rules.columns)).forward_fill() for name in rules.fill_down)
