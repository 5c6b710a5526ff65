"""The grammar of a message: which fields a row gives, what kind of message that is and who speaks."""

import re
from typing import Annotated, Literal, get_args

from pydantic import (
    BeforeValidator,
    Discriminator,
    Tag,
    ValidationInfo,
    field_validator,
)

from warehouse.sources.fields import Block, Condition, FieldSpec, as_list
from warehouse.validation import nearest

Kind = Literal["post", "comment", "reply", "share", "report", "contact", "input", "answer", "review"]
Speaker = Literal["resident", "municipality", "other", "unknown"]
KINDS: tuple[str, ...] = get_args(Kind)
SPEAKERS: tuple[str, ...] = get_args(Speaker)
PLATFORM = r"^[a-z][a-z0-9_]*$"
TEXT_FIELDS = ("native_id", "parent_id", "author", "author_id", "channel_name", "title", "text", "url")
PLACE_FIELDS = ("area_name", "area_code", "source_category", "department", "language")
TIME_FIELDS = ("created_at", "edited_at")
COUNT_FIELDS = ("likes", "comments", "shares", "views", "reach")
FIELDS = (*TEXT_FIELDS, *PLACE_FIELDS, *TIME_FIELDS, *COUNT_FIELDS)


def _as_const(value: object) -> object:
    return {"const": value} if isinstance(value, str) else value


Spec = Annotated[FieldSpec, BeforeValidator(_as_const, json_schema_input_type=str | FieldSpec)]
Conditions = Annotated[
    tuple[Condition, ...], BeforeValidator(as_list, json_schema_input_type=Condition | tuple[Condition, ...])
]


class Emit(Block):
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
        secret = {column for spec in fields.values() if spec.secret for column in spec.from_ or ()}
        for name in ("native_id", "parent_id"):
            named = (
                next((c for c in (fields[name].from_ or ()) if c in secret), None) if name in fields else None
            )
            if named:
                raise ValueError(f"'{name}' leest de kolom '{named}', waarin een naam staat; gebruik hash_of")
        absent = next((name for name in ("native_id", "text", "created_at") if name not in fields), None)
        if absent:
            raise ValueError(f"het veld '{absent}' ontbreekt; zeg uit welke kolom het komt")
        return fields


class AccountRule(Block):
    """Whether the author is one of the accounts that the settings name."""

    field: Literal["author", "author_id"]
    in_list: Literal["owned_accounts", "partner_accounts"]


def _kind_of_rule(value: object) -> str:
    by_account = isinstance(value, AccountRule) or (
        isinstance(value, dict) and {"field", "in_list"} & set(value)
    )
    return "AccountRule" if by_account else "Condition"


AuthorRule = Annotated[
    Annotated[AccountRule, Tag("AccountRule")] | Annotated[Condition, Tag("Condition")],
    Discriminator(_kind_of_rule),
]


class AuthorKind(Block):
    """Who speaks, where the emit does not say so itself: the first rule that fits."""

    municipality_if: tuple[AuthorRule, ...] = ()
    other_if: tuple[AuthorRule, ...] = ()
    default: Speaker = "unknown"

    @property
    def conditions(self) -> list[Condition]:
        """The rules that look at a column."""
        rules = (*self.municipality_if, *self.other_if)
        return [rule for rule in rules if isinstance(rule, Condition)]
