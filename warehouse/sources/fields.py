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
    "nfc", "canonical_url", "null_if_sci_notation",
]  # fmt: skip
_MOMENT = datetime(2026, 11, 28, 13, 45, tzinfo=UTC)
_CLOCK = re.compile(r"%[-_0]?[HIklTRXrcs+]")
_OFFSET = re.compile(r"%:{0,3}#?z|%\+|%s")


def has_clock(format_: str) -> bool:
    """True for a strptime pattern with a time of day."""
    return _CLOCK.search(format_.replace("%%", "")) is not None


def has_offset(format_: str) -> bool:
    """True for a strptime pattern that says itself how far from UTC it is."""
    return _OFFSET.search(format_.replace("%%", "")) is not None


def is_path(name: str) -> bool:
    """True for a column that is written as JSONPath."""
    return name.startswith(("$.", "$["))


def as_list(value: object) -> object:
    """One value where a list may stand, as a list."""
    return value if isinstance(value, list) or value is None else [value]


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


Words = Annotated[tuple[str, ...], BeforeValidator(as_list)]
ColumnName = Annotated[str, AfterValidator(_checked_column)]
ColumnNames = Annotated[tuple[ColumnName, ...], BeforeValidator(as_list)]


class Part(BaseModel):
    """A block of the mapping; a key that is not listed is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NumberSpec(Part):
    """How a number is written."""

    thousands: str = "."
    decimal: str = ","


class DatetimeSpec(Part):
    """How a time is written. Formats: strptime patterns, or iso, epoch_s, epoch_ms."""

    formats: Annotated[tuple[str, ...], BeforeValidator(as_list), Field(min_length=1)]
    tz: str | None = None
    ambiguous: Literal["earliest", "latest"] = "earliest"
    nonexistent: Literal["shift"] = "shift"

    @model_validator(mode="after")
    def _readable(self) -> "DatetimeSpec":
        patterns = [f for f in self.formats if f not in ("iso", "epoch_s", "epoch_ms")]
        unreadable = next((f for f in patterns if not _reads_back(f)), None)
        if unreadable is not None:
            raise ValueError(
                f"het formaat {unreadable} is geen volledige datum; schrijf bijvoorbeeld %d-%m-%Y %H:%M"
            )
        naive = next((f for f in patterns if not has_offset(f)), None)
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


class FieldSpec(Part):
    """Where one field of the message comes from and how it is cleaned, verb by verb, in this order."""

    from_: ColumnNames | None = Field(None, alias="from", min_length=1)
    const: str | None = None
    ref: str | None = None
    join: str | None = None
    use: tuple[Verb, ...] = ()
    regex: str | None = None
    map: dict[str, str] | None = None
    default: str | None = None
    prefix: str = ""
    suffix: str = ""
    number: NumberSpec | None = None
    datetime: Annotated[DatetimeSpec | None, BeforeValidator(_datetime_shorthand)] = None
    secret: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldSpec":
        if sum(origin is not None for origin in (self.from_, self.const, self.ref)) != 1:
            raise ValueError("geef precies een van from, const of ref")
        if self.regex is not None and _groups(self.regex) != 1:
            raise ValueError("een regex moet precies een groep tussen haakjes hebben")
        if self.default is not None and self.map is None:
            raise ValueError("default hoort bij map; gebruik anders const")
        return self


class Condition(Part):
    """A test on one column of the row."""

    col: ColumnName
    is_: Literal["empty", "not_empty"] | None = Field(None, alias="is")
    in_: Words | None = Field(None, alias="in")
    not_in: Words | None = None
    regex: str | None = None
    ends_with: Words | None = None
    length_is: int | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        tests = (self.is_, self.in_, self.not_in, self.regex, self.ends_with, self.length_is)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("geef precies een van is, in, not_in, regex, ends_with of length_is")
        if self.regex is not None:
            _groups(self.regex)
        return self
