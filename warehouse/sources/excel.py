"""The sheets of an xlsx or xls as text cells. The only module that knows fastexcel.

fastexcel (calamine) gives every cell as text but does not say what it was. So where a text looks like a date
or like a number that lost digits, the same cells are asked for as durations and as booleans: only what is
typed as a date or a number answers.
"""

import logging
from collections.abc import Iterator, Mapping

import fastexcel
import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.rows import BATCH
from warehouse.sources.tables import Table, duration_text, number_text

_LONG_NUMBER = r"^-?\d{16,}(\.\d+)?$"
_MOMENT = r"^-?\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$"
_BEFORE_ANY_EXPORT = "1910"
Typed = Mapping[tuple[int, int], str]
logging.getLogger("calamine").setLevel(logging.CRITICAL + 1)  # it repeats what stands in a damaged file


def excel_tables(content: bytes, name: str, typed: Mapping[str, Typed]) -> Iterator[Table]:
    """The sheets of an xlsx or xls, hidden ones too, for what a filter hides was written all the same.

    Cells typed as a date are 2026-03-01T09:00:00, whatever their display (a mapping reads them with `iso`
    and a zone); times and lengths 09:30:00; numbers as `number_text`; true and false. typed: per sheet
    what was taken for a formula, which is given back. Raises SourceError for a damaged workbook.
    """
    try:
        reader = fastexcel.read_excel(content)
        for sheet in reader.sheet_names:
            yield Table(sheet, _frames(reader, sheet, typed.get(sheet, {}), name))
    except fastexcel.FastExcelError as error:
        raise SourceError(_damaged(name)) from error


def _damaged(name: str) -> str:
    return f"Bestand {name}: de werkmap is beschadigd of beveiligd; bewaar hem opnieuw zonder wachtwoord."


def _frames(reader: fastexcel.ExcelReader, sheet: str, typed: Typed, name: str) -> Iterator[pl.DataFrame]:
    try:
        cells = _cells(reader, sheet)
    except fastexcel.FastExcelError as error:
        raise SourceError(_damaged(name)) from error
    cells = _with_typed(cells, typed)
    for start in range(0, cells.height, BATCH):
        yield cells.slice(start, BATCH)


def _view(reader: fastexcel.ExcelReader, sheet: str, dtype: fastexcel.DType) -> pl.DataFrame:
    """A sheet with every cell as `dtype`, null where it is none; columns by position in the sheet."""
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=dtype, dtype_coercion="coerce")
    if not loaded.width or not loaded.height:
        return pl.DataFrame()
    places = [column.absolute_index for column in loaded.available_columns()]
    frame = loaded.to_polars()
    frame.columns = [str(place) for place in places]
    before = [pl.lit(None, dtype=frame.dtypes[0]).alias(str(place)) for place in range(places[0])]
    return frame.select(*before, pl.all())


def _cells(reader: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    text = _view(reader, sheet, "string")
    moments = [name for name in text.columns if text[name].str.contains(_MOMENT).any()]
    if moments:
        times = _view(reader, sheet, "duration")
        text = text.with_columns(_moments_written(text[name], times[name]) for name in moments)
    long = [name for name in text.columns if text[name].str.contains(_LONG_NUMBER).any()]
    if long:
        numbers = _view(reader, sheet, "boolean")
        text = text.with_columns(_numbers_written(text[name], numbers[name]) for name in long)
    return text


def _moments_written(text: pl.Series, times: pl.Series) -> pl.Series:
    """Cells typed as a date in ISO form; before there were exports it is a time, counted from 1899."""
    length = times.map_elements(duration_text, return_dtype=pl.String())
    iso = text.str.replace(" ", "T", literal=True)
    early = text.str.slice(0, 4) < _BEFORE_ANY_EXPORT
    typed = times.is_not_null()
    return length.zip_with(early, iso).zip_with(typed, text)


def _numbers_written(text: pl.Series, numbers: pl.Series) -> pl.Series:
    """Cells typed as a number, those with more digits than are kept as a power of ten."""
    damaged = text.str.contains(_LONG_NUMBER) & numbers.is_not_null()
    written = text.map_elements(number_text, return_dtype=pl.String())
    return written.zip_with(damaged.fill_null(value=False), text)


def _with_typed(cells: pl.DataFrame, typed: Typed) -> pl.DataFrame:
    """`cells` with, where nothing was read, the text that was taken for a formula."""
    by_column: dict[str, dict[int, str]] = {}
    for (row, place), text in typed.items():
        if row < cells.height and str(place) in cells.columns:
            by_column.setdefault(str(place), {})[row] = text
    for name, texts in by_column.items():
        known = pl.Series([None] * cells.height, dtype=pl.String())
        known = known.scatter(list(texts), list(texts.values()))
        cells = cells.with_columns(pl.coalesce(name, known).alias(name))
    return cells
