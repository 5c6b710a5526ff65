"""From the bytes of an export to rows of text cells.

Every cell stays text until the mapping says what it is, so that no id is rounded and no date is guessed.
A row that does not fit is set aside with its number; a file that does not fit raises one sentence.
"""

import codecs

import polars as pl
import polars.selectors as cs

from warehouse.errors import SourceError
from warehouse.sources.delimited import delimited_rows
from warehouse.sources.fields import Condition
from warehouse.sources.mapping import Mapping
from warehouse.sources.records import json_rows, ndjson_rows
from warehouse.sources.rows import PATH, Rows, column, missing_column, normalised

_READERS = {"csv": delimited_rows, "json": json_rows, "ndjson": ndjson_rows}
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_VISIBLE = r"[^\s\p{Cf}]"


def read_rows(content: bytes, mapping: Mapping, file_name: str) -> Rows:
    """The rows that `mapping` finds in `content`, with every column that the mapping mentions.

    Raises SourceError with one sentence when the file as a whole cannot be read.
    """
    text = _decoded(content, mapping, file_name)
    if not text.strip():
        raise SourceError(f"Bestand {file_name} is leeg; controleer de export en zet hem opnieuw klaar.")
    rows = _READERS[mapping.read.format](text, mapping, file_name)
    found, fewest = rows.frame.height + rows.rejected.height, mapping.expect.min_rows
    if found < fewest:
        what = "bevat geen rijen" if found == 0 else f"bevat {found} rijen, minder dan {fewest}"
        raise SourceError(f"Bestand {file_name} {what}; controleer de export en zet hem opnieuw klaar.")
    if rows.frame.height:
        _require_columns(rows.frame, mapping, file_name)
    mentioned = dict.fromkeys(normalised(name, mapping.read.columns) for name in mapping.mentioned_columns)
    absent = [pl.lit(None, dtype=pl.String()).alias(n) for n in mentioned if n not in rows.frame.columns]
    return Rows(_nulls_applied(rows.frame.with_columns(absent), mapping), rows.rejected)


def _decoded(content: bytes, mapping: Mapping, file_name: str) -> str:
    """The text of the file in the first encoding of the mapping that fits without loss."""
    for encoding in mapping.read.encoding:
        if codecs.lookup(encoding).name == "utf-16" and content[:2] not in (
            codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
        ):  # fmt: skip
            continue  # any even number of bytes is UTF-16 of something
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeError:
            continue
    tried = ", ".join(mapping.read.encoding)
    raise SourceError(
        f"Bestand {file_name} is niet gecodeerd als {tried}; "
        "bewaar het als UTF-8 of pas 'encoding' in de mapping aan."
    )


def _require_columns(frame: pl.DataFrame, mapping: Mapping, file_name: str) -> None:
    """Raise when a column is missing that the messages in this file need."""
    paths = frame[PATH].unique().to_list()
    expected = [emit for emit in mapping.emit if all(_may_fit(c, paths) for c in emit.when if c.col == PATH)]
    for names in mapping.columns_for(expected):
        wanted = [normalised(name, mapping.read.columns) for name in names]
        if not set(wanted) & set(frame.columns):
            raise SourceError(missing_column(wanted[0], frame.columns, file_name, mapping.id))


def _may_fit(condition: Condition, paths: list[str | None]) -> bool:
    """Whether a condition on @path can hold in a file with these paths."""
    if condition.in_ is not None:
        return not set(condition.in_).isdisjoint(paths)
    return None in paths if condition.is_ == "empty" else True


def _nulls_applied(frame: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Cells without signs that cannot be seen; those that stand for nothing null, columns filled down."""
    rules = mapping.read
    nothing = [*rules.nulls, *rules.error_tokens]
    cell = (cs.string() - cs.by_name(PATH)).as_expr().str.replace_all(_CONTROL, "")
    given = cell.str.contains(_VISIBLE) & ~cell.str.strip_chars().is_in(nothing)
    filled = [column(normalised(name, rules.columns)).forward_fill() for name in rules.fill_down]
    return frame.with_columns(pl.when(given).then(cell)).with_columns(filled)
