"""What people can decide about themes: one class per kind, each a line of the decision log.

A line is a JSON object with id, at, who, what, theme, the fields of its kind, and why. The id is made from
the rest, so that a line that was changed afterwards no longer fits its id.
"""

import hashlib
import json
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self, TypeAlias
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MOST_LABEL_WORDS = 4
MOST_MESSAGES = 60
# Control characters and what ends a line or a paragraph.
_NOT_ON_A_LINE = {"Cc", "Cs", "Zl", "Zp"}


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0):
        raise ValueError("moet een tijd in UTC zijn, zoals 2026-10-31T09:30:00Z")
    return at


def _plain(text: str) -> str:
    if text != text.strip() or not text or any(category(sign) in _NOT_ON_A_LINE for sign in text):
        raise ValueError("moet één regel tekst zijn, zonder witruimte aan de randen")
    return text


def _short(text: str) -> str:
    if len(text.split()) > MOST_LABEL_WORDS:
        raise ValueError(f"mag hoogstens {MOST_LABEL_WORDS} woorden hebben; kies een korter label")
    return text


def _at_most(characters: int) -> AfterValidator:
    def checked(text: str) -> str:
        if len(text) > characters:
            raise ValueError(f"mag hoogstens {characters} tekens hebben; maak het korter")
        return text

    return AfterValidator(checked)


_Plain = Annotated[str, AfterValidator(_plain)]
_ThemeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
_DecisionId = Annotated[str, Field(pattern=r"^d-[0-9a-f]{8}$")]
_Label = Annotated[_Plain, AfterValidator(_short), _at_most(60)]
_Name = Annotated[_Plain, _at_most(80)]
_Sentence = Annotated[_Plain, _at_most(500)]
_MessageId = Annotated[_Plain, _at_most(300)]


class Entry(BaseModel):
    """What every decision has: when, who, what, about which theme, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    at: Annotated[datetime, AfterValidator(_in_utc)]
    who: _Name
    what: str
    theme: _ThemeId
    why: _Sentence | None = None

    @cached_property
    def id(self) -> str:
        """d- and the first 8 hexadecimal characters of the SHA-256 of all the rest."""
        content = json.dumps(self._content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "d-" + hashlib.sha256(content.encode()).hexdigest()[:8]

    @property
    def line(self) -> str:
        """The decision as one line of JSON, without the line's end."""
        content = self._content()
        why = {"why": content.pop("why")} if self.why else {}
        return json.dumps({"id": self.id, **content, **why}, ensure_ascii=False)

    @property
    def detail(self) -> dict[str, object]:
        """The fields of its kind."""
        return {key: value for key, value in self._content().items() if key not in Entry.model_fields}

    def _content(self) -> dict[str, object]:
        return self.model_dump(mode="json", exclude_none=True)


class Rename(Entry):
    """The theme is called `label` from now on, backwards too."""

    what: Literal["rename"] = "rename"
    label: _Label


class Merge(Entry):
    """The messages of the theme go to theme `into`."""

    what: Literal["merge"] = "merge"
    into: _ThemeId


class Hide(Entry):
    """The theme is left out of figures and report; its messages keep it."""

    what: Literal["hide"] = "hide"


class Show(Entry):
    """The theme that was hidden is shown again."""

    what: Literal["show"] = "show"


class Department(Entry):
    """`department` answers for the theme."""

    what: Literal["department"] = "department"
    department: _Name


class Teach(Entry):
    """A message, by its id, or a sentence that the user typed belongs to the theme (or to none)."""

    what: Literal["teach"] = "teach"
    message_id: _MessageId | None = None
    text: _Sentence | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.message_id is None) == (self.text is None):
            raise ValueError("geef een message_id of een text, en niet allebei")
        return self


class Adopt(Entry):
    """An emergent theme becomes a lasting one that is learned from these messages."""

    what: Literal["adopt"] = "adopt"
    label: _Label
    department: _Name
    message_ids: Annotated[tuple[_MessageId, ...], Field(min_length=1, max_length=MOST_MESSAGES)]


class Undo(Entry):
    """Decision `of` no longer counts; undoing an undo restores what it undid."""

    what: Literal["undo"] = "undo"
    of: _DecisionId


Decision: TypeAlias = Rename | Merge | Hide | Show | Department | Teach | Adopt | Undo
KINDS: dict[str, type[Decision]] = {
    "rename": Rename,
    "merge": Merge,
    "hide": Hide,
    "show": Show,
    "department": Department,
    "teach": Teach,
    "adopt": Adopt,
    "undo": Undo,
}
