"""The grammar of a file's layout: how its bytes become rows of text cells."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from warehouse.sources.fields import Block, ColumnName, ColumnNames, Words, as_list, checked_path

Format = Literal["csv", "xlsx", "xls", "ods", "json", "ndjson", "xml"]
SHEETS: tuple[Format, ...] = ("xlsx", "xls", "ods")
DEFAULT_NULLS = ("-", "n.v.t.", "NULL")
DEFAULT_ERRORS = (
    "#NAAM?", "#NAME?", "#WAARDE!", "#VALUE!", "#VERW!", "#REF!", "#N/B", "#N/A", "#DEEL/0!", "#DIV/0!",
)  # fmt: skip
_ONLY_IN: dict[str, tuple[Format, ...]] = {
    "encoding": ("csv", "json", "ndjson"),
    "delimiter": ("csv",),
    "header": ("csv", *SHEETS),
    "sheets": SHEETS,
    "json_": ("json", "ndjson"),
    "xml": ("xml",),
}


def in_place(key: str, format_: str) -> bool:
    """Whether a key of `read` belongs to files of this format."""
    return format_ in _ONLY_IN.get(key, (format_,)) and format_ in _ONLY_IN.get(f"{key}_", (format_,))


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
    tuple[Annotated[str, AfterValidator(_one_character)], ...],
    BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...]),
    Field(min_length=1),
]
Encodings = Annotated[
    tuple[Annotated[str, AfterValidator(_text_encoding)], ...],
    BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...]),
    Field(min_length=1),
]


class Header(Block):
    """Where the header row is: the first of `scan_rows` rows that has these columns."""

    scan_rows: int = Field(default=20, ge=1)
    must_contain: Words


class Columns(Block):
    """How column names are made equal before they are looked up, and names by position (from 0)."""

    normalise: tuple[Literal["strip_bom", "trim", "casefold", "collapse_space"], ...] = ("strip_bom", "trim")
    names: dict[int, str] = Field(default_factory=dict)


class JsonRecords(Block):
    """Where the records are, and which lists within them become rows too.

    records: JSONPath, the first that finds something (else $[*], or $ per line). empty: JSONPath of what an
    answer without records has in the place of their list; else a document without it is refused.
    javascript: the document is assigned to a variable, as in the archive of X.
    """

    records: Annotated[
        tuple[Annotated[str, AfterValidator(checked_path)], ...],
        BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...]),
    ] = ()
    empty: Annotated[str, AfterValidator(checked_path)] | None = None
    explode: Words = ()
    javascript: bool = False


class XmlRecords(Block):
    """Where the records are: names of elements from the root, with / between them."""

    records: str = Field(pattern=r"^[^/\s]+(/[^/\s]+)*$")


class Read(Block):
    """How the bytes of the file become rows of text cells.

    members: the file is a zip, and these of its members (globs) hold the rows. moment: which moment the file
    tells of, when its name holds no date: its newest message, or when it was written.
    """

    format: Format
    members: Words = ()
    encoding: Encodings = ("utf-8-sig",)
    delimiter: Delimiters = (";", ",", "\t")
    header: Header | None = None
    sheets: Words = ()
    columns: Columns = Columns()
    json_: JsonRecords = Field(JsonRecords(), alias="json")
    xml: XmlRecords | None = None
    nulls: Words = DEFAULT_NULLS
    error_tokens: Words = DEFAULT_ERRORS
    fill_down: ColumnNames = ()
    moment: Literal["newest", "file_time"] = "newest"

    @model_validator(mode="after")
    def _fits_format(self) -> "Read":
        if (self.format == "xml") != (self.xml is not None):
            raise ValueError("een xml-bestand heeft 'xml: {records: ...}' nodig, en alleen een xml-bestand")
        given = self.model_fields_set
        out_of_place = next(
            (k for k, formats in _ONLY_IN.items() if k in given and self.format not in formats), None
        )
        if out_of_place:
            key = out_of_place.removesuffix("_")
            raise ValueError(f"'{key}' hoort niet bij format: {self.format}; haal deze sleutel weg")
        return self


class Join(Block):
    """Columns of another file of the same drop, added to the rows with the same key.

    file: glob on its name, or @rows for the rows themselves. on: our column to theirs.
    """

    file: str = Field(min_length=1)
    on: dict[ColumnName, ColumnName] = Field(min_length=1)
    prefix: str = Field(min_length=1)
