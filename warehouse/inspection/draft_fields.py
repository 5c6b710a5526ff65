"""The fields of a draft: from what was guessed of the columns to what a mapping says of a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.inspection.draft_texts import repairs, texts_of, verbs
from warehouse.inspection.draft_times import time_of, time_spec
from warehouse.inspection.field import MARKED, Field, gap, trimmed, why
from warehouse.inspection.guesses import Guess
from warehouse.inspection.sample import Group, Moment
from warehouse.inspection.yaml_text import flow
from warehouse.sources.messages import COUNT_FIELDS

_PLACES = ("area_name", "area_code", "source_category", "department", "channel_name", "language")


@dataclass(frozen=True)
class Setting:
    """Where messages like these come from, as far as columns tell.

    platform, kind: constants, or a column with what its values mean. outgoing: a column and its values that
    say that the municipality speaks. social: whether author rules are needed. sure: share of the hints.
    """

    platform: str | tuple[str, Mapping[str, str]]
    kind: str | tuple[str, Mapping[str, str]]
    social: bool
    sure: float
    outgoing: tuple[str, tuple[str, ...]] | None = None
    agreements: tuple[str, ...] = ()
    platform_by_url: bool = False


@dataclass(frozen=True)
class Messages:
    """One emit. said: key, value in YAML and remarks, for what stands before the fields."""

    role: str
    when: str
    said: tuple[tuple[str, str, tuple[str, ...]], ...]
    fields: tuple[Field, ...]
    own_speaker: bool


def speaks_for_rows(messages: Messages) -> bool:
    """Whether the rules for who speaks are needed for these messages."""
    return not messages.own_speaker


def fields_of(group: Group, first: Group, setting: Setting) -> list[Messages]:
    """The messages that a row of `group` gives: what was written, and the answer to it when there is one."""
    roles = group.roles
    own = [_id_field(group), *_parent(group, first), *_authors(roles), *texts_of(roles), time_of(group)]
    fields = [*own, *_others(roles), *_counts(roles)]
    when = "" if group.path is None else flow({"col": "@path", "in": [group.path]})
    role = (
        "message"
        if group.path is None
        else "inner_"
        + "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in group.path).casefold()
    )
    said = [_kind(group, setting), _platform(setting)]
    if not setting.social:
        said.append(("author_kind", "resident", ()))
    message = Messages(role, when, tuple(said), tuple(fields), own_speaker=not setting.social)
    answer = _answer(group, message, setting)
    return [message, answer] if answer else [message]


def _kind(group: Group, setting: Setting) -> tuple[str, str, tuple[str, ...]]:
    if group.path is not None:
        return "kind", "comment", (f"{MARKED} is wat in '{group.path}' staat een reactie van een inwoner?",)
    if isinstance(setting.kind, str):
        return "kind", setting.kind, (f"{MARKED} wat voor bericht is dit? {setting.kind} is een gok",)
    column, values = setting.kind
    spec = {"from": column, "use": ["trim", "casefold"], "map": dict(values), "default": "post"}
    return "kind", flow(spec), (f"{MARKED} wat betekenen de waarden van '{column}'? onbekende worden post",)


def _platform(setting: Setting) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(setting.platform, str):
        return (
            "platform",
            setting.platform,
            (f"{MARKED} waar is dit geschreven?",),
        )
    column, values = setting.platform
    if setting.platform_by_url:
        return (
            "platform",
            flow({"from": column, "use": ["platform_from_url"]}),
            ("uit het adres van het bericht",),
        )
    spec = {"from": column, "use": ["trim", "casefold"], "map": dict(values), "default": "web"}
    return "platform", flow(spec), (f"uit '{column}'; {MARKED} onbekende waarden worden web",)


def _id_field(group: Group) -> Field:
    roles = group.roles
    guess, url = roles.get("native_id"), roles.get("url")
    content = [roles[role].columns for role in ("author_id", "author") if role in roles][:1]
    hashed = [column.name for columns in content for column in columns]
    hashed += list(group.moment.columns) if group.moment else []
    hashed += [roles["text"].column.name] if "text" in roles else []
    if guess and guess.column.distinct >= 0.9 and guess.column.filled >= 0.9:
        column = guess.column
        spec: dict[str, object] = {"from": column.name, "use": ["trim"]}
        remarks = [why(guess, "elke waarde staat er een keer in" if column.distinct >= 0.999 else "")]
        if column.distinct < 0.999:
            share = f"{1 - column.distinct:.1%}"
            remarks.append(f"{MARKED} {share} van de nummers komt vaker voor; de laatste rij telt")
        if "sci" in column.damage:
            remarks.append(
                f"{MARKED} {column.damage['sci']} nummers zijn door een spreadsheet afgerond (1,2E+17); "
                "exporteer opnieuw zonder de export in Excel te openen"
            )
            spec = {"from": column.name, "use": ["trim", "null_if_sci_notation"]}
            if url:
                spec = {
                    "from": [column.name, url.column.name],
                    "use": ["trim", "null_if_sci_notation", "id_from_url"],
                }
        return Field("native_id", spec, tuple(remarks))
    if url and url.column.distinct >= 0.98 and url.column.filled >= 0.98:
        remark = (
            f"'{url.column.name}': elk bericht heeft een eigen adres; een kolom met een nummer is er niet"
        )
        return Field("native_id", {"from": url.column.name, "use": ["canonical_url"]}, (remark,))
    if hashed and "text" in roles:
        remark = f"{MARKED} er is geen kolom met een eigen nummer; twee gelijke rijen worden een bericht"
        return Field("native_id", {"hash_of": hashed}, (remark,))
    return gap("native_id", {"from": "KOLOM"})


def _parent(group: Group, first: Group) -> list[Field]:
    guess = group.roles.get("parent_id")
    above = first.roles.get("native_id")
    if group.path is not None and above:
        names = [*([guess.column.name] if guess else []), f"^.{above.column.name}"]
        return [Field("parent_id", {"from": names}, ("het bericht waar dit onder staat",))]
    if guess is None:
        return []
    remark = f"{why(guess)}; {MARKED} is dit het nummer van het bericht waarop dit een reactie is?"
    return [Field("parent_id", trimmed(guess), (remark,))]


def _authors(roles: Mapping[str, Guess]) -> list[Field]:
    found = []
    for name in ("author", "author_id"):
        if name not in roles:
            continue
        guess = roles[name]
        names = [column.name for column in guess.columns]
        spec: dict[str, object] = {"from": names[0] if len(names) == 1 else names}
        if len(names) > 1:
            spec["join"] = " "
        spec |= {"secret": True, "optional": True}
        remark = f"{why(guess)}; wordt een sleutel, de naam zelf wordt nooit bewaard"
        found.append(Field(name, spec, (remark,)))
    return found


def _others(roles: Mapping[str, Guess]) -> list[Field]:
    found = []
    if "edited_at" in roles and roles["edited_at"].column.times:
        column = roles["edited_at"].column
        times = roles["edited_at"].column.times
        spec = time_spec([Moment((column.name,), None, times)]) if times else {}
        found.append(Field("edited_at", {**spec, "optional": True}, (why(roles["edited_at"]),)))
    if "url" in roles:
        guess = roles["url"]
        found.append(
            Field("url", {"from": guess.column.name, "use": ["trim"], "optional": True}, (why(guess),))
        )
    for name in _PLACES:
        if name in roles:
            guess = roles[name]
            remarks = [why(guess)]
            if name == "area_name":
                remarks.append(f"{MARKED} is dit een wijk of buurt, en nooit een adres?")
            found.append(Field(name, trimmed(guess), tuple(remarks)))
    return found


def _counts(roles: Mapping[str, Guess]) -> list[Field]:
    found = []
    for name in COUNT_FIELDS:
        if name not in roles:
            continue
        column = roles[name].column
        spec: dict[str, object] = {"from": column.name}
        if column.number and column.number.thousands:
            spec["number"] = {"thousands": column.number.thousands, "decimal": column.number.decimal}
        found.append(Field(name, {**spec, "optional": True}, (why(roles[name]),)))
    return found


def _answer(group: Group, message: Messages, setting: Setting) -> Messages | None:
    guess = group.roles.get("answer_text")
    fields = {field.name: field for field in message.fields}
    if guess is None or any(field.gap for field in message.fields) or group.moment is None:
        return None
    column = guess.column
    answered = group.roles.get("answer_time")
    asked = fields["created_at"]
    time = Field(
        "created_at", dict(asked.spec), (f"{MARKED} geen datum van het antwoord; die van de vraag telt",)
    )
    if answered and answered.column.times:
        day = group.roles["created_at"].column
        moments = [Moment((answered.column.name,), None, answered.column.times)]
        moments += [Moment((day.name,), None, day.times)] if day.times else []
        remark = f"'{answered.column.name}': {answered.column.times.share:.1%} is zo te lezen"
        also = ("leeg: dan die van de vraag",) if len(moments) > 1 else ()
        time = Field("created_at", time_spec(moments), (remark, *also))
    own_id = {**fields["native_id"].spec, "suffix": ":answer"}
    remark = f"{why(guess)}; {MARKED} is dit wat de gemeente aan de inwoner schreef, en geen interne notitie?"
    own = (
        Field("native_id", own_id),
        Field("parent_id", {"ref": message.role}),
        Field("text", {"from": column.name, "use": verbs(column)}, (remark, *repairs(column))),
        time,
        *(fields[name] for name in _PLACES if name in fields),
    )
    when = flow({"col": column.name, "is": "not_empty"})
    if group.path is not None:
        when = f"[{message.when}, {when}]"
    platform = _platform(setting)
    said = (("kind", "answer", ()), (platform[0], platform[1], ()), ("author_kind", "municipality", ()))
    return Messages(f"{message.role}_answer", when, said, own, own_speaker=True)
