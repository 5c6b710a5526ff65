"""The grammar of a mapping: how the rows of an export become messages, written as data.

A mapping is YAML with closed verbs and nothing that is evaluated. This module knows what may be written
and says what is wrong with what was written; `read.py` and `emit.py` carry it out.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from warehouse.errors import ConfigurationError
from warehouse.sources.fields import (
    ColumnName,
    Condition,
    FieldSpec,
    Part,
    Words,
    as_list,
)
from warehouse.sources.layout import Read
from warehouse.validation import first_complaint, line_of, nearest, repeated_key

Kind = Literal["post", "comment", "reply", "share", "report", "contact", "input", "answer", "review"]
Speaker = Literal["resident", "municipality", "other", "unknown"]
KINDS: tuple[str, ...] = get_args(Kind)
SPEAKERS: tuple[str, ...] = get_args(Speaker)
PLATFORM = r"^[a-z][a-z0-9_.@-]*$"
TEXT_FIELDS = ("native_id", "parent_id", "author", "author_id", "channel_name", "title", "text", "url")
PLACE_FIELDS = ("area_name", "source_category", "department", "language")
TIME_FIELDS = ("created_at", "edited_at")
COUNT_FIELDS = ("likes", "comments", "shares", "views", "reach")
FIELDS = (*TEXT_FIELDS, *PLACE_FIELDS, *TIME_FIELDS, *COUNT_FIELDS)


def _as_const(value: object) -> object:
    return {"const": value} if isinstance(value, str) else value


Spec = Annotated[FieldSpec, BeforeValidator(_as_const)]
Conditions = Annotated[tuple[Condition, ...], BeforeValidator(as_list)]


class Rows(Part):
    """Which rows take part."""

    keep_if: tuple[Condition, ...] = ()
    drop_if: tuple[Condition, ...] = ()


class Emit(Part):
    """One message that a row gives."""

    role: str = "message"
    when: Conditions = ()
    kind: Spec
    platform: Spec
    author_kind: Spec | None = None
    fields: dict[str, FieldSpec]

    @property
    def specs(self) -> list[FieldSpec]:
        """Everything that is read from columns: the fields, the kind, the platform and who speaks."""
        speaker = [self.author_kind] if self.author_kind else []
        return [*self.fields.values(), self.kind, self.platform, *speaker]

    @field_validator("kind", "author_kind", "platform")
    @classmethod
    def _constant_known(cls, spec: FieldSpec | None, info: ValidationInfo) -> FieldSpec | None:
        if spec is None or spec.const is None:
            return spec
        known = {"kind": KINDS, "author_kind": SPEAKERS}.get(info.field_name or "")
        if known and spec.const not in known:
            raise ValueError(f"'{spec.const}' bestaat niet; kies uit {', '.join(known)}")
        if not known and not re.match(PLATFORM, spec.const):
            raise ValueError(
                f"'{spec.const}' is geen platform; schrijf kleine letters, bijvoorbeeld facebook"
            )
        return spec

    @field_validator("fields")
    @classmethod
    def _fields_fit(cls, fields: dict[str, FieldSpec]) -> dict[str, FieldSpec]:
        for name, spec in fields.items():
            if name not in FIELDS:
                near = nearest(name, FIELDS)
                hint = f"bedoelt u '{near}'" if near else f"kies uit {', '.join(FIELDS)}"
                raise ValueError(f"onbekend veld '{name}'; {hint}")
            if (spec.datetime is None) == (name in TIME_FIELDS):
                raise ValueError(
                    f"'{name}' heeft een datetime met formats nodig" if spec.datetime is None
                    else f"'{name}' is geen tijd; haal datetime weg"
                )  # fmt: skip
            if spec.number is not None and name not in COUNT_FIELDS:
                raise ValueError(f"'{name}' is geen aantal; haal number weg")
            if spec.secret != (name in ("author", "author_id")):
                raise ValueError(
                    f"'{name}' is niet geheim; haal secret weg" if spec.secret
                    else f"'{name}' moet secret: true hebben; een naam wordt nooit bewaard"
                )  # fmt: skip
        absent = next((name for name in ("native_id", "text", "created_at") if name not in fields), None)
        if absent:
            raise ValueError(f"het veld '{absent}' ontbreekt; zeg uit welke kolom het komt")
        return fields


class AuthorRule(Part):
    """When a message counts as written by the municipality, or by another known party."""

    field: Literal["author", "author_id"] | None = None
    in_list: Literal["owned_accounts"] | None = None
    col: ColumnName | None = None
    in_: Words | None = Field(None, alias="in")

    @model_validator(mode="after")
    def _complete(self) -> "AuthorRule":
        by_account, by_column = self.field is not None, self.col is not None
        whole = by_account == (self.in_list is not None) and by_column == (self.in_ is not None)
        if by_account == by_column or not whole:
            raise ValueError("geef field met in_list, of col met in")
        return self


class AuthorKind(Part):
    """Who speaks, where the emit does not say so itself: the first rule that fits."""

    municipality_if: tuple[AuthorRule, ...] = ()
    other_if: tuple[AuthorRule, ...] = ()
    default: Speaker = "unknown"


class Expect(Part):
    """What must hold for the file as a whole; else the source is left out tonight."""

    min_rows: int = Field(default=1, ge=0)
    max_quarantined: float = Field(default=0.2, ge=0, le=1)
    max_null: dict[str, float] = Field(default_factory=dict)

    @field_validator("max_null")
    @classmethod
    def _fields_known(cls, max_null: dict[str, float]) -> dict[str, float]:
        unknown = next((name for name in max_null if name not in FIELDS), None)
        if unknown:
            raise ValueError(f"onbekend veld '{unknown}'; kies uit {', '.join(FIELDS)}")
        return max_null


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
    emit: tuple[Emit, ...] = Field(min_length=1)
    author_kind: AuthorKind = AuthorKind()
    truncated_if: tuple[Condition, ...] = ()
    dedupe: Dedupe = Dedupe()
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _can_be_written(self) -> "Mapping":
        try:
            self.model_dump_json()
        except ValueError as error:
            raise ValueError("een teken is maar half geschreven; haal de \\u-code weg") from error
        return self

    @property
    def name(self) -> str:
        """id@version, as it is stored beside every message."""
        return f"{self.id}@{self.version}"

    @property
    def fingerprint(self) -> str:
        """Hash of all that the mapping says, so that a changed mapping reads its files again."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @field_validator("emit")
    @classmethod
    def _roles_fit(cls, emits: tuple[Emit, ...]) -> tuple[Emit, ...]:
        roles = [emit.role for emit in emits]
        twice = next((role for role in roles if roles.count(role) > 1), None)
        if twice:
            raise ValueError(f"de role '{twice}' komt twee keer voor; geef elk bericht een eigen role")
        own_id = {emit.role for emit in emits if emit.fields["native_id"].ref is None}
        refs = [spec.ref for emit in emits for spec in emit.fields.values() if spec.ref]
        astray = next((ref for ref in refs if ref not in own_id), None)
        if astray:
            raise ValueError(f"'ref: {astray}' wijst niet naar een role met een eigen native_id")
        return emits

    @property
    def required_columns(self) -> list[str]:
        """Columns that must be in the header: of fields that are not optional, and of every rule."""
        single = [names[0] for names in self.columns_for(self.emit) if len(names) == 1]
        return [name for name in single if not name.startswith("@")]

    @property
    def mentioned_columns(self) -> list[str]:
        """Every column that the mapping names anywhere."""
        of_fields = [name for emit in self.emit for spec in emit.specs for name in spec.from_ or ()]
        return list(dict.fromkeys([*of_fields, *self._rule_columns(self.emit)]))

    def columns_for(self, emits: Sequence[Emit]) -> list[tuple[str, ...]]:
        """What must be in a file that gives these messages: of every tuple at least one column."""
        of_fields = [spec.from_ for emit in emits for spec in emit.specs if spec.from_ and not spec.optional]
        return [*of_fields, *((name,) for name in self._rule_columns(emits))]

    def _rule_columns(self, emits: Sequence[Emit]) -> list[str]:
        conditions = [*self.rows.keep_if, *self.rows.drop_if, *self.truncated_if]
        conditions += [condition for emit in emits for condition in emit.when]
        speakers = [*self.author_kind.municipality_if, *self.author_kind.other_if]
        named = [*(rule.col for rule in conditions), *(rule.col for rule in speakers if rule.col)]
        return [*named, *self.read.fill_down]


def parse_mapping(text: str, file_name: str) -> Mapping:
    """The mapping that the YAML `text` describes; `file_name` is for the error only.

    Raises ConfigurationError with the file, the line and the key of the first mistake.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # the last four: what PyYAML lets through of a value that its tag or its shape does not allow
        mark = getattr(error, "problem_mark", None)
        where = f", regel {mark.line + 1}" if mark else ""
        raise ConfigurationError(
            f"Mapping {file_name}{where}: dit is geen geldige YAML; controleer inspringing en dubbele punten."
        ) from error
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"Mapping {file_name}: het bestand is leeg of heeft geen sleutels; begin met id: en version:."
        )
    twice = repeated_key(text)
    if twice:
        raise ConfigurationError(
            f"Mapping {file_name}, regel {twice[1]}: '{twice[0]}' staat er nu twee keer; haal er een weg."
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
