"""The grammar of a mapping: how the rows of an export become messages, written as data.

A mapping is YAML with closed verbs and nothing that is evaluated. This module and those it is made of
(`layout.py`, `fields.py`, `messages.py`) know what may be written; `read.py` and `emit.py` carry it out, and
`mapping_file.py` reads it and says what is wrong with what was written.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from warehouse.sources.fields import Block, Condition, Words
from warehouse.sources.layout import Join, Read
from warehouse.sources.messages import FIELDS, AuthorKind, Emit


class Rows(Block):
    """Which rows take part."""

    keep_if: tuple[Condition, ...] = ()
    drop_if: tuple[Condition, ...] = ()


def _days(value: object) -> object:
    """ "-400d" as -400."""
    found = re.fullmatch(r"([+-]\d{1,5})d", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('schrijf een aantal dagen vanaf nu, bijvoorbeeld "-400d" of "+1d"')
    return int(found[1])


Days = Annotated[int, BeforeValidator(_days, json_schema_input_type=str)]


class Expect(Block):
    """What must hold for the file as a whole; else the source is left out tonight.

    created_at_range: days from now between which all messages must lie. columns: those that the mapping does
    not use but knows, so that they do not count as new.
    """

    min_rows: int = Field(default=1, ge=0)
    max_quarantined: float = Field(default=0.2, ge=0, le=1)
    max_null: dict[str, float] = Field(default_factory=dict)
    created_at_range: tuple[Days, Days] | None = None
    new_columns: Literal["ignore", "warn", "fail"] = "ignore"
    columns: Words = ()

    @field_validator("max_null")
    @classmethod
    def _fields_known(cls, max_null: dict[str, float]) -> dict[str, float]:
        unknown = next((name for name in max_null if name not in FIELDS), None)
        if unknown:
            raise ValueError(f"onbekend veld '{unknown}'; kies uit {', '.join(FIELDS)}")
        return max_null


class Dedupe(Block):
    """Which of several rows for the same message stays."""

    keep: Literal["first", "last"] = "last"


class About(Block):
    """What a person wants to know of a mapping before choosing it (Dutch).

    confidence, of the shape that it reads: A the vendor's own code or documentation, B the code of others who
    read the real thing, C general knowledge.
    """

    source: str = Field(min_length=1)
    reads: str = Field(min_length=1)
    lost: str = Field(min_length=1)
    confidence: Literal["A", "B", "C"]
    evidence: str = Field(min_length=1)


class Mapping(Block):
    """A whole mapping: reading, rows, messages, who speaks and what to expect."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    version: int = Field(ge=1)
    description: str = ""
    about: About | None = None
    extends: str | None = None
    read: Read
    join: tuple[Join, ...] = ()
    rows: Rows = Rows()
    emit: tuple[Emit, ...] = Field(min_length=1)
    author_kind: AuthorKind = AuthorKind()
    deleted_if: tuple[Condition, ...] = ()
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
        """Hash of all that the mapping does, so that a changed mapping reads its files again."""
        said = self.model_dump(mode="json", exclude={"about", "description"}, exclude_defaults=True)
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False)
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
    def required_columns(self) -> list[tuple[str, ...]]:
        """By which columns a header is known: of every tuple at least one, whatever the rows say."""
        needed = self.columns_for(self.emit)
        return [names for names in needed if not any(name.startswith("@") for name in names)]

    def is_joined(self, name: str) -> bool:
        """Whether a column comes from another file."""
        return any(name.startswith(join.prefix) for join in self.join)

    @property
    def mentioned_columns(self) -> list[str]:
        """Every column that the mapping names anywhere."""
        of_fields = [name for emit in self.emit for spec in emit.specs for name in spec.columns]
        of_joins = [name for join in self.join for name in join.on]
        of_rules = [name for condition in self._conditions(self.emit) for name in condition.columns]
        return list(dict.fromkeys([*of_fields, *of_rules, *self.read.fill_down, *of_joins]))

    def columns_for(self, emits: Sequence[Emit]) -> list[tuple[str, ...]]:
        """What must be in a file that gives these messages: of every tuple at least one column."""
        of_fields = [s.columns for emit in emits for s in emit.specs if s.columns and not s.optional]
        of_joins = [(name,) for join in self.join for name in join.on]
        of_rules = [names for condition in self._conditions(emits) for names in condition.needed]
        needed = [*of_fields, *of_rules, *((name,) for name in self.read.fill_down), *of_joins]
        return [names for names in needed if not any(map(self.is_joined, names))]

    def _conditions(self, emits: Sequence[Emit]) -> list[Condition]:
        conditions = [*self.rows.keep_if, *self.rows.drop_if, *self.truncated_if, *self.deleted_if]
        conditions += [condition for emit in emits for condition in emit.when]
        return [*conditions, *self.author_kind.conditions]
