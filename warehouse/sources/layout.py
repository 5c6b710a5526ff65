"""The grammar of a file's layout: how its bytes become rows of text cells."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from warehouse.sources.fields import ColumnNames, Part, Words, as_list, checked_path

DEFAULT_NULLS = ("-", "n.v.t.", "NULL")


def _one_character(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError('een scheidingsteken is precies een teken; schrijf ";", "," of "\\t"')
    return delimiter


def _text_encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, ValueError) as error:
        raise ValueError(f"de codering '{name}' bestaat niet; gebruik utf-8-sig, cp1252 of utf-16") from error
    return name


Delimiters = Annotated[
    tuple[Annotated[str, AfterValidator(_one_character)], ...], BeforeValidator(as_list), Field(min_length=1)
]
Encodings = Annotated[
    tuple[Annotated[str, AfterValidator(_text_encoding)], ...], BeforeValidator(as_list), Field(min_length=1)
]


class Header(Part):
    """Where the header row is: the first of `scan_rows` rows that has these columns."""

    scan_rows: int = Field(20, ge=1)
    must_contain: Words


class Columns(Part):
    """How column names are made equal before they are looked up."""

    normalise: tuple[Literal["strip_bom", "trim", "casefold", "collapse_space"], ...] = ("strip_bom", "trim")


class JsonRecords(Part):
    """Where the records are (JSONPath; else $[*], or $ per line), and which lists within become rows too."""

    records: Annotated[str, AfterValidator(checked_path)] | None = None
    explode: Words = ()


class Read(Part):
    """How the bytes of the file become rows of text cells."""

    format: Literal["csv", "json", "ndjson"]
    encoding: Encodings = ("utf-8-sig",)
    delimiter: Delimiters = (";", ",", "\t")
    header: Header | None = None
    columns: Columns = Columns()
    json_: JsonRecords = Field(JsonRecords(), alias="json")
    nulls: Words = DEFAULT_NULLS
    error_tokens: Words = ()
    fill_down: ColumnNames = ()
