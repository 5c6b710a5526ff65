"""The grammar of a mapping: how the rows of an export become messages, written as data.

A mapping is YAML with closed verbs and nothing that is evaluated. This module knows what may be written
and says what is wrong with what was written; `read.py` and `emit.py` carry it out.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from warehouse.errors import ConfigurationError
from warehouse.validation import first_complaint, line_of

Kind = Literal["post", "comment", "reply", "share", "report", "contact", "input", "answer", "review"]
Verb = Literal[
    "trim", "casefold", "undo_apostrophe", "fix_encoding", "latin1_utf8", "strip_html", "unescape",
    "nfc", "canonical_url", "null_if_sci_notation",
]  # fmt: skip
TEXT_FIELDS = ("native_id", "parent_id", "author", "author_id", "channel_name", "title", "text", "url")
PLACE_FIELDS = ("area_name", "source_category", "department", "language")
TIME_FIELDS = ("created_at", "edited_at")
COUNT_FIELDS = ("likes", "comments", "shares", "views", "reach")
FIELDS = (*TEXT_FIELDS, *PLACE_FIELDS, *TIME_FIELDS, *COUNT_FIELDS)
DEFAULT_NULLS = ("", "-", "n.v.t.", "NULL")


def _as_list(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


def _as_const(value: object) -> object:
    return {"const": value} if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(_as_list)]


class Part(BaseModel):
    """A block of the mapping; a key that is not listed is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NumberSpec(Part):
    """How a number is written."""

    thousands: str = "."
    decimal: str = ","


class DatetimeSpec(Part):
    """How a time is written. Formats: strptime patterns, or iso, epoch_s, epoch_ms."""

    formats: Words
    tz: str | None = None
    ambiguous: Literal["earliest", "latest"] = "earliest"
    nonexistent: Literal["shift"] = "shift"

    @model_validator(mode="after")
    def _zone_stated(self) -> "DatetimeSpec":
        naive = [f for f in self.formats if f not in ("iso", "epoch_s", "epoch_ms") and "%z" not in f]
        if naive and self.tz is None:
            raise ValueError(f"het formaat {naive[0]} heeft geen tijdzone; zet er tz: Europe/Amsterdam bij")
        return self


def _datetime_shorthand(value: object) -> object:
    return {"formats": [value]} if isinstance(value, str) else value


class FieldSpec(Part):
    """Where one field of the message comes from and how it is cleaned, verb by verb, in this order."""

    from_: Words | None = Field(None, alias="from")
    const: str | None = None
    ref: str | None = None
    join: str | None = None
    use: list[Verb] = []
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
        if self.regex is not None:
            try:
                groups = re.compile(self.regex).groups
            except re.error as error:
                raise ValueError(f"de regex klopt niet ({error})") from error
            if groups != 1:
                raise ValueError("een regex moet precies een groep tussen haakjes hebben")
        return self


Spec = Annotated[FieldSpec, BeforeValidator(_as_const)]


class Condition(Part):
    """A test on one column of the row."""

    col: str
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
        return self


class Header(Part):
    """Where the header row is: the first of `scan_rows` rows that has these columns."""

    scan_rows: int = Field(20, ge=1)
    must_contain: Words


class Columns(Part):
    """How column names are made equal before they are looked up."""

    normalise: list[Literal["strip_bom", "trim", "casefold", "collapse_space"]] = ["strip_bom", "trim"]


class JsonRecords(Part):
    """Where the records are in a JSON document (JSONPath), and which lists within become rows too."""

    records: str = "$[*]"
    explode: Words = []


class Read(Part):
    """How the bytes of the file become rows of text cells."""

    format: Literal["csv", "json", "ndjson"]
    encoding: Words = ["utf-8-sig"]
    delimiter: Words = [";", ",", "\t"]
    header: Header | None = None
    columns: Columns = Columns()
    json_: JsonRecords = Field(JsonRecords(), alias="json")
    nulls: Words = list(DEFAULT_NULLS)
    error_tokens: Words = []
    fill_down: Words = []


class Rows(Part):
    """Which rows take part."""

    keep_if: list[Condition] = []
    drop_if: list[Condition] = []


class Emit(Part):
    """One message that a row gives."""

    role: str = "message"
    when: Annotated[list[Condition], BeforeValidator(_as_list)] = []
    kind: Spec
    platform: Spec
    author_kind: Spec | None = None
    fields: dict[str, FieldSpec]

    @model_validator(mode="after")
    def _fields_known(self) -> "Emit":
        for name in self.fields:
            if name not in FIELDS:
                raise ValueError(f"onbekend veld '{name}'; kies uit {', '.join(FIELDS)}")
        for name in ("native_id", "text", "created_at"):
            if name not in self.fields:
                raise ValueError(f"het veld '{name}' ontbreekt; zeg uit welke kolom het komt")
        for name in TIME_FIELDS:
            if name in self.fields and self.fields[name].datetime is None:
                raise ValueError(f"'{name}' heeft een datetime met formats nodig")
        for name in ("author", "author_id"):
            if name in self.fields and not self.fields[name].secret:
                raise ValueError(f"'{name}' moet secret: true hebben; een naam wordt nooit bewaard")
        if self.kind.const is not None and self.kind.const not in Kind.__args__:  # type: ignore[attr-defined]
            raise ValueError(f"kind '{self.kind.const}' bestaat niet; kies uit {', '.join(Kind.__args__)}")  # type: ignore[attr-defined]
        return self


class AuthorRule(Part):
    """When a message counts as written by the municipality, or by another known party."""

    field: Literal["author", "author_id"] | None = None
    in_list: Literal["owned_accounts"] | None = None
    col: str | None = None
    in_: Words | None = Field(None, alias="in")

    @model_validator(mode="after")
    def _complete(self) -> "AuthorRule":
        if (self.field is None) == (self.col is None) or (self.field is None) != (self.in_list is None):
            raise ValueError("geef field met in_list, of col met in")
        return self


class AuthorKind(Part):
    """Who speaks, where the emit does not say so itself: the first rule that fits."""

    municipality_if: list[AuthorRule] = []
    other_if: list[AuthorRule] = []
    default: Literal["resident", "municipality", "other", "unknown"] = "unknown"


class Expect(Part):
    """What must hold for the file as a whole; else the source is left out tonight."""

    min_rows: int = Field(1, ge=0)
    max_quarantined: float = Field(0.2, ge=0, le=1)
    max_null: dict[str, float] = {}


class Dedupe(Part):
    """Which of several rows for the same message stays."""

    keep: Literal["first", "last"] = "last"


class Mapping(Part):
    """A whole mapping: reading, rows, messages, who speaks and what to expect."""

    id: str
    version: int = Field(ge=1)
    description: str = ""
    read: Read
    rows: Rows = Rows()
    emit: list[Emit] = Field(min_length=1)
    author_kind: AuthorKind = AuthorKind()
    truncated_if: list[Condition] = []
    dedupe: Dedupe = Dedupe()
    expect: Expect = Expect()

    @property
    def name(self) -> str:
        """id@version, as it is stored beside every message."""
        return f"{self.id}@{self.version}"

    @property
    def fingerprint(self) -> str:
        """Hash of all that the mapping says, so that a changed mapping reads its files again."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def required_columns(self) -> list[str]:
        """Columns that must be in the file: of fields that are not optional, and of every rule."""
        specs = [s for e in self.emit for s in (*e.fields.values(), e.kind, e.platform)]
        needed = [col for s in specs if not s.optional and s.from_ and len(s.from_) == 1 for col in s.from_]
        rules = [*self.rows.keep_if, *self.rows.drop_if, *self.truncated_if]
        rules += [condition for e in self.emit for condition in e.when]
        return list(dict.fromkeys([*needed, *(c.col for c in rules if not c.col.startswith("@"))]))

    @property
    def mentioned_columns(self) -> list[str]:
        """Every column that the mapping names anywhere."""
        optional = [e.author_kind for e in self.emit if e.author_kind]
        specs = [s for e in self.emit for s in (*e.fields.values(), e.kind, e.platform)] + optional
        named = [col for s in specs for col in s.from_ or []]
        rules = [r.col for r in (*self.author_kind.municipality_if, *self.author_kind.other_if) if r.col]
        return list(dict.fromkeys([*self.required_columns, *named, *rules]))


def parse_mapping(text: str, file_name: str) -> Mapping:
    """The mapping that the YAML `text` describes; `file_name` is for the error only.

    Raises ConfigurationError with the file, the line and the key of the first mistake.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", regel {mark.line + 1}" if mark else ""
        raise ConfigurationError(
            f"Mapping {file_name}{where}: dit is geen geldige YAML; controleer inspringing en dubbele punten."
        ) from error
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"Mapping {file_name}: het bestand is leeg of heeft geen sleutels; begin met id: en version:."
        )
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        location, complaint = first_complaint(error, Mapping)
        line = line_of(text, location)
        where = f", regel {line}" if line else ""
        raise ConfigurationError(f"Mapping {file_name}{where}: {complaint}.") from error


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises ConfigurationError when it is absent, unreadable or wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Mapping {path} bestaat niet; controleer 'mapping' in de instellingen."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"Mapping {path} is niet te lezen; bewaar het bestand als UTF-8-tekst."
        ) from error
    return parse_mapping(text, path.name)
