"""What people decide about themes: each command weighs the wish, writes it to the log and tells what it did.

Decisions change no figures at once: the coming night reads the log and applies it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from flows.home import decisions_of
from flows.theme_view import ThemeView, nearest_ids, theme_view, told
from nlp.catalogue import NO_THEME
from warehouse.decision_kinds import (
    MOST_MESSAGES,
    Adopt,
    Decision,
    Department,
    Hide,
    Merge,
    Rename,
    Show,
    Teach,
    Undo,
)
from warehouse.decision_log import decided
from warehouse.decisions import in_effect
from warehouse.errors import ConfigurationError
from warehouse.personal_patterns import (
    without_bank_accounts,
    without_citizen_numbers,
    without_e_mail_addresses,
    without_phone_numbers,
)
from warehouse.store import query_published
from warehouse.validation import first_complaint

_COMING_NIGHT = "De komende nacht past het toe."
_PERSONAL = (
    without_e_mail_addresses,
    without_bank_accounts,
    without_phone_numbers,
    without_citizen_numbers,
)
# The fields that hold what someone typed; an id of a message may look like a number of a person.
_TYPED = ("label", "department", "text", "why", "who")
_MEMBERS = """
SELECT message_id
FROM mart.message
WHERE theme_id = $theme AND dup_of IS NULL
ORDER BY theme_confidence DESC NULLS LAST, message_id
LIMIT $most
"""


@dataclass(frozen=True)
class Desk:
    """Where is decided, by whom, when (UTC) and why."""

    home: Path
    who: str
    at: datetime
    why: str | None = None

    def made(self, kind: type[Decision], theme: str, **fields: object) -> Decision:
        """A decision of this desk.

        Raises ConfigurationError when a field cannot be, or holds personal data.
        """
        content = {**fields, "who": self.who, "why": self.why}
        for name in _TYPED:
            typed = content.get(name)
            if not isinstance(typed, str):
                continue
            content[name] = " ".join(typed.split())
            if any(masked(typed) != typed for masked in _PERSONAL):
                raise ConfigurationError(
                    f"In '{name}' bij thema {theme} staat een nummer of adres van een persoon; haal het weg."
                )
        try:
            return kind.model_validate({"at": self.at, "theme": theme, **content})
        except ValidationError as error:
            complaint = first_complaint(error, kind)[1]
            raise ConfigurationError(f"Dit besluit over thema {theme} kan niet: {complaint}.") from None

    def noted(self, *wanted: Decision) -> tuple[Decision, ...]:
        """The decisions as they were written to the log."""
        return decided(decisions_of(self.home), wanted)


def renamed(desk: Desk, theme: str, label: str) -> str:
    """Give a theme another label."""
    view = theme_view(desk.home)
    before = view.theme(theme)["label"]
    wanted = desk.made(Rename, theme, label=label)
    _free_label(view, theme, str(wanted.detail["label"]))
    [decision] = desk.noted(wanted)
    return _told(f"Thema {theme}, nu '{before}', {told(decision)}", decision)


def merged(desk: Desk, theme: str, into: str) -> str:
    """Let the messages of a theme go to another."""
    view = theme_view(desk.home)
    view.theme(theme)
    target = view.theme(into)
    if theme == into:
        raise ConfigurationError(f"Thema {theme} kan niet opgaan in zichzelf; kies een ander thema.")
    if target["status"] == "hidden":
        raise ConfigurationError(f"Thema {into} is verborgen; toon het eerst met 'weerklank themes unhide'.")
    [decision] = desk.noted(desk.made(Merge, theme, into=into))
    return _told(f"Thema {theme} {told(decision)} ('{target['label']}')", decision)


def hidden(desk: Desk, theme: str) -> str:
    """Leave a theme out of figures and report."""
    return _plain(desk, Hide, theme)


def shown_again(desk: Desk, theme: str) -> str:
    """Show a hidden theme again."""
    return _plain(desk, Show, theme)


def assigned_department(desk: Desk, theme: str, department: str) -> str:
    """Let another department answer for a theme."""
    return _plain(desk, Department, theme, department=department)


def taught_messages(desk: Desk, theme: str, message_ids: list[str]) -> str:
    """Let messages belong to a theme, or to none."""
    view = theme_view(desk.home)
    lessons = [(theme, "message_id", message_id) for message_id in dict.fromkeys(message_ids)]
    return _taught(desk, view, lessons)


def taught_sentence(desk: Desk, theme: str, text: str) -> str:
    """Let a sentence that was typed belong to a theme, or to none."""
    return _taught(desk, theme_view(desk.home), [(theme, "text", text)])


def taught_file(desk: Desk, path: Path) -> str:
    """Let the messages and sentences of a CSV file belong to the themes that it names."""
    from flows.lessons import read_lessons

    return _taught(desk, theme_view(desk.home), read_lessons(path), f"{path}, rij ")


def adopted(desk: Desk, theme: str, label: str | None, department: str | None) -> str:
    """Make an emergent theme lasting, learned from its messages of the latest night."""
    view = theme_view(desk.home)
    found = view.theme(theme)
    if found["origin"] != "emergent":
        raise ConfigurationError(f"Thema {theme} staat al in de catalogus; overnemen is niet nodig.")
    if found["status"] == "merged":
        raise ConfigurationError(f"Thema {theme} gaat op in {found['merged_into']}; neem dat thema over.")
    members = query_published(view.copy, _MEMBERS, {"theme": theme, "most": MOST_MESSAGES})
    if members.is_empty():
        raise ConfigurationError(
            f"Thema {theme} had in de laatste nacht geen berichten; neem het over als het terug is."
        )
    wanted = desk.made(
        Adopt, theme, label=label or found["label"], department=department or found["department"],
        message_ids=tuple(members["message_id"]),
    )  # fmt: skip
    _free_label(view, theme, str(wanted.detail["label"]), same_is_fine=True)
    [decision] = desk.noted(wanted)
    return _told(f"Thema {theme} {told(decision)}", decision)


def undone(desk: Desk, decision_ids: list[str]) -> str:
    """Undo decisions; without any, the last one in effect that is no undo itself."""
    view = theme_view(desk.home)
    by_id = {decision.id: decision for decision in view.log}
    last = [decision.id for decision in in_effect(view.log) if not isinstance(decision, Undo)][-1:]
    wanted = list(dict.fromkeys(decision_ids)) or last
    if not wanted:
        raise ConfigurationError("Er is geen besluit dat ongedaan kan; zie 'weerklank themes log'.")
    for unknown in (given for given in wanted if given not in by_id):
        hint = nearest_ids(unknown, by_id) or "zie 'weerklank themes log'"
        raise ConfigurationError(f"Besluit '{unknown}' is er niet; {hint}.")
    written = desk.noted(*(desk.made(Undo, by_id[given].theme, of=given) for given in wanted))
    lines = [
        f"Ongedaan gemaakt: {given}, thema {by_id[given].theme} {told(by_id[given])}. Besluit {decision.id}."
        for given, decision in zip(wanted, written, strict=True)
    ]
    return "\n".join([*lines, _COMING_NIGHT])


def _plain(desk: Desk, kind: type[Decision], theme: str, **fields: object) -> str:
    theme_view(desk.home).theme(theme)
    [decision] = desk.noted(desk.made(kind, theme, **fields))
    return _told(f"Thema {theme} {told(decision)}", decision)


def _taught(desk: Desk, view: ThemeView, lessons: list[tuple[str, str, str]], where: str = "") -> str:
    """Write lessons: theme, message_id or text, and its value; `where` goes before a row's number."""
    messages = set(query_published(view.copy, "SELECT message_id FROM mart.message")["message_id"])
    wanted = list[Decision]()
    for row, (theme, kind, value) in enumerate(lessons, start=2):
        try:
            if theme != NO_THEME:
                view.theme(theme)
            if kind == "message_id" and value not in messages:
                hint = nearest_ids(value, messages) or "zoek het op met 'weerklank sql'"
                raise ConfigurationError(f"Bericht '{value}' is er niet; {hint}.")
            wanted.append(desk.made(Teach, theme, **{kind: value}))
        except ConfigurationError as error:
            raise ConfigurationError(f"{where}{row}: {error}" if where else str(error)) from None
    written = desk.noted(*wanted)
    if len(written) == 1:
        return _told(f"Thema {written[0].theme} {told(written[0])}", written[0])
    ids = f"{written[0].id} tot en met {written[-1].id}"
    return f"{len(written)} berichten of zinnen geleerd, besluiten {ids}. {_COMING_NIGHT}"


def _free_label(view: ThemeView, theme: str, label: str, *, same_is_fine: bool = False) -> None:
    """Raises ConfigurationError when the label is the theme's already, or another theme's."""
    same = view.themes.filter(pl.col("label").str.to_lowercase() == label.lower())
    for other, called in same.select("theme_id", "label").iter_rows():
        if other != theme:
            raise ConfigurationError(
                f"Thema {other} heet al '{called}'; kies een ander label, of voeg samen met"
                f" 'weerklank themes merge {theme} {other}'."
            )
        if called == label and not same_is_fine:
            raise ConfigurationError(f"Thema {theme} heet al '{label}'; kies een ander label.")


def _told(sentence: str, decision: Decision) -> str:
    return f"{sentence}. Besluit {decision.id}. {_COMING_NIGHT}"
