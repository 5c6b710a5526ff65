"""The grammar of one field and of one condition: which cells it looks at, how they are cleaned and tested.

What cannot be carried out (a regex, a zone, a time format, a JSONPath) is refused here, where the person
who wrote it can still be told the line.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import jsonpath
import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Verb = Literal[
    "trim", "casefold", "undo_apostrophe", "fix_encoding", "latin1_utf8", "strip_html", "unescape",
    "strip_markdown", "strip_little_text", "nfc", "canonical_url", "platform_from_url", "id_from_url",
    "parent_from_url", "null_if_sci_notation", "drop_signature",
]  # fmt: skip
NAMED_FORMATS = (
    "iso", "epoch_s", "epoch_ms", "excel_serial",
    "from_id:x", "from_id:linkedin", "from_id:tiktok", "from_id:mastodon",
)  # fmt: skip
_MOMENT = datetime(2026, 11, 28, 13, 45, tzinfo=UTC)
_CLOCK = re.compile(r"%[-_0]?[HIklTRXrcs+]")
_OFFSET = re.compile(r"%:{0,3}#?z|%\+|%s")


def has_clock(format_: str) -> bool:
    """True for a strptime pattern with a time of day."""
    return _CLOCK.search(format_.replace("%%", "")) is not None


def has_offset(format_: str) -> bool:
    """True for a strptime pattern that says itself how far from UTC it is."""
    return _OFFSET.search(format_.replace("%%", "")) is not None


def has_no_zone(format_: str) -> bool:
    """True for a format that leaves open how far from UTC it is; iso may say it, cell by cell."""
    return format_ == "excel_serial" or (format_ not in NAMED_FORMATS and not has_offset(format_))


def is_path(name: str) -> bool:
    """True for a column that is written as JSONPath."""
    return name.startswith(("$.", "$["))


def as_list(value: object) -> object:
    """One value where a list may stand, as a list."""
    return value if isinstance(value, list | tuple) or value is None else [value]


def checked_path(path: str) -> str:
    """`path`, when it is valid JSONPath."""
    try:
        jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        raise ValueError(f"{path} is geen geldig JSONPath; schrijf bijvoorbeeld $.data[*]") from error
    return path


def _checked_column(name: str) -> str:
    if not name.strip():
        raise ValueError("een kolom heeft een naam; vul hem in")
    if name == "@row":
        raise ValueError("@row is het rijnummer en geen kolom")
    return checked_path(name) if is_path(name) else name


def _groups(regex: str) -> int:
    """How many groups a regex has, in the engine that will run it."""
    try:
        groups = pl.Series([""]).str.extract_groups(regex)
        pl.Series([""]).str.contains(regex)
    except pl.exceptions.ComputeError as error:
        raise ValueError(
            "de regex klopt niet; controleer de haakjes (vooruitkijken en terugverwijzen kan hier niet)"
        ) from error
    return len(groups.struct.fields)


def _reads_back(format_: str) -> bool:
    """Whether a strptime pattern holds enough to find a moment back that was written with it."""
    written = pl.Series([_MOMENT]).dt
    try:
        found = written.strftime(format_).str.to_datetime(format_, strict=False, time_zone="UTC").item()
    except pl.exceptions.PolarsError:
        return False
    return bool(found == (_MOMENT if has_clock(format_) else _MOMENT.replace(hour=0, minute=0)))


Words = Annotated[tuple[str, ...], BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...])]
ColumnName = Annotated[str, AfterValidator(_checked_column)]
ColumnNames = Annotated[
    tuple[ColumnName, ...], BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...])
]


class Block(BaseModel):
    """A block of the mapping; a key that is not listed is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NumberSpec(Block):
    """How a number is written."""

    thousands: str = "."
    decimal: str = ","


class DatetimeSpec(Block):
    """How a time is written. Formats: strptime patterns, or one of NAMED_FORMATS.

    from_id reads the time that is inside an id. pick: of several columns the first that can be read, or the
    earliest of all (Bluesky, where a client may say any time it likes).
    """

    formats: Words = Field(min_length=1)
    tz: str | None = None
    ambiguous: Literal["earliest", "latest"] = "earliest"
    nonexistent: Literal["shift"] = "shift"
    pick: Literal["first", "earliest"] = "first"

    @model_validator(mode="after")
    def _readable(self) -> "DatetimeSpec":
        patterns = [f for f in self.formats if f not in NAMED_FORMATS]
        unreadable = next((f for f in patterns if not _reads_back(f)), None)
        if unreadable is not None:
            raise ValueError(
                f"het formaat {unreadable} is geen volledige datum; schrijf bijvoorbeeld %d-%m-%Y %H:%M"
            )
        naive = next((f for f in self.formats if has_no_zone(f)), None)
        if naive and self.tz is None:
            raise ValueError(f"het formaat {naive} heeft geen tijdzone; zet er tz: Europe/Amsterdam bij")
        return self

    @model_validator(mode="after")
    def _zone_known(self) -> "DatetimeSpec":
        try:
            pl.Series([_MOMENT]).dt.convert_time_zone(self.tz or "UTC")
        except pl.exceptions.ComputeError as error:
            raise ValueError(f"de tijdzone {self.tz} bestaat niet; schrijf Europe/Amsterdam") from error
        return self


def _datetime_shorthand(value: object) -> object:
    return {"formats": [value]} if isinstance(value, str) else value


class FieldSpec(Block):
    """Where one field of the message comes from and how it is cleaned, step by step, in this order.

    Of several columns the first that is not empty after its cleaning counts, unless they are joined.
    hash_of: an id made of what the row holds, where the source gives none.
    """

    from_: ColumnNames | None = Field(None, alias="from", min_length=1)
    const: str | None = None
    ref: str | None = None
    hash_of: ColumnNames | None = Field(None, min_length=1)
    join: str | None = None
    use: tuple[Verb, ...] = ()
    split: str | None = Field(None, min_length=1)
    take: Literal["first", "last"] = "first"
    regex: str | None = None
    map: dict[str, str] | None = None
    default: str | None = None
    prefix: str = ""
    suffix: str = ""
    number: NumberSpec | None = None
    datetime: Annotated[
        DatetimeSpec | None,
        BeforeValidator(_datetime_shorthand, json_schema_input_type=str | DatetimeSpec | None),
    ] = None
    secret: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldSpec":
        if sum(origin is not None for origin in (self.from_, self.const, self.ref, self.hash_of)) != 1:
            raise ValueError("geef precies een van from, const, ref of hash_of")
        if self.regex is not None and _groups(self.regex) != 1:
            raise ValueError("een regex moet precies een groep tussen haakjes hebben")
        if self.default is not None and self.map is None:
            raise ValueError("default hoort bij map; gebruik anders const")
        if "take" in self.model_fields_set and self.split is None:
            raise ValueError("take hoort bij split; zeg met split waar de cel wordt gedeeld")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the field is read from."""
        return self.from_ or self.hash_of or ()


class Condition(Block):
    """A test on one column of the row: of several, the first that is not empty.

    optional: the file may have none of them; they then count as empty.
    """

    col: ColumnNames = Field(min_length=1)
    is_: Literal["empty", "not_empty"] | None = Field(None, alias="is")
    in_: Words | None = Field(None, alias="in")
    not_in: Words | None = None
    regex: str | None = None
    ends_with: Words | None = None
    length_is: int | None = None
    same_as: ColumnName | None = None
    not_same_as: ColumnName | None = None
    optional: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the test looks at."""
        return (*self.col, *(name for name in (self.same_as, self.not_same_as) if name))

    @property
    def needed(self) -> list[tuple[str, ...]]:
        """What must be in the file: of every tuple at least one column."""
        compared = [(name,) for name in (self.same_as, self.not_same_as) if name]
        return [] if self.optional else [self.col, *compared]

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        tests = (
            self.is_, self.in_, self.not_in, self.regex, self.ends_with, self.length_is, self.same_as,
            self.not_same_as,
        )  # fmt: skip
        if sum(test is not None for test in tests) != 1:
            raise ValueError(
                "geef precies een van is, in, not_in, regex, ends_with, length_is, same_as of not_same_as"
            )
        if self.regex is not None:
            _groups(self.regex)
        return self
