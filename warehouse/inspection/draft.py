"""A draft of a mapping in YAML: every field with why it was chosen, and what a person must check.

What must be checked is marked CONTROLEER; what was not found is a gap (GAT) with the line to fill in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse.inspection.columns import Column, shown_name
from warehouse.inspection.draft_fields import Setting, fields_of, speaks_for_rows
from warehouse.inspection.field import Field
from warehouse.inspection.sample import Group
from warehouse.inspection.yaml_text import flow

_WIDTH = 100


@dataclass(frozen=True)
class Draft:
    """A mapping to begin with. gaps: what was not found, in Dutch; with a gap it is no valid mapping yet."""

    text: str
    gaps: tuple[str, ...]


def drafted(
    name: str, read: Mapping[str, object], groups: Sequence[Group], setting: Setting, origin: str
) -> Draft:
    """The draft called `name` for a file that is read by `read`.

    groups: what its rows are. setting: where such messages come from. origin: the file, for the first line.
    """
    emits = [
        fields_of(group, groups[0], setting)
        for group in groups
        if group.path is None or "text" in group.roles
    ]
    gaps = [field.gap for emit in emits for messages in emit for field in messages.fields if field.gap]
    lines = [
        f"# Concept van 'weerklank inspect' voor {_plain(origin)}.",
        "# Controleer elke regel met CONTROLEER voordat u deze mapping gebruikt.",
        f"id: {name}",
        "version: 1",
        "description: Concept, nog te controleren",
        "read:",
        *(f"  {key}: {flow(value)}" for key, value in read.items()),
        *_rows(groups[0], setting),
        "emit:",
    ]
    for emit in emits:
        for messages in emit:
            lines += [f"  - role: {messages.role}"]
            if messages.when:
                lines.append(f"    when: {messages.when}")
            for key, value, remarks in messages.said:
                lines += [*_remarks(remarks, 4), f"    {key}: {value}"]
            lines.append("    fields:")
            for field in messages.fields:
                lines += _field_lines(field)
    if any(speaks_for_rows(messages) for emit in emits for messages in emit):
        lines += _author_kind(emits[0][0].fields, setting)
    lines += _truncated(groups)
    lines += _left_out(groups)
    return Draft("\n".join(lines) + "\n", tuple(dict.fromkeys(gaps)))


def _plain(text: str) -> str:
    """Text for within a comment: on one line, without signs that cannot be seen."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _remarks(remarks: Sequence[str], indent: int) -> list[str]:
    """Comments, no line longer than _WIDTH."""
    lines: list[str] = []
    for remark in remarks:
        line = " " * indent + "#"
        for word in _plain(remark).split():
            if len(line) + len(word) >= _WIDTH and not line.endswith("#"):
                lines.append(line)
                line = " " * indent + "#  "
            line += f" {word}"
        lines.append(line)
    return lines


def _field_lines(field: Field) -> list[str]:
    lines = _remarks(field.remarks, 6)
    if field.gap:
        return [*lines, f"      # GAT: {_plain(field.gap)}", f"      # {field.name}: {flow(field.spec)}"]
    return [*lines, f"      {field.name}: {flow(field.spec)}"]


def _rows(group: Group, setting: Setting) -> Iterator[str]:
    drops: list[tuple[str, dict[str, object]]] = []
    if "confidential" in group.roles and setting.agreements:
        column = group.roles["confidential"].column
        remark = "vertrouwelijke rijen doen niet mee"
        drops.append((remark, {"col": column.name, "in": list(setting.agreements)}))
    if "text" in group.roles:
        text = group.roles["text"].column
        if text.filled < 0.98 and not _has_more_text(group):
            remark = f"CONTROLEER: {1 - text.filled:.0%} van de rijen heeft geen tekst en doet niet mee"
            drops.append((remark, {"col": text.name, "is": "empty"}))
    if drops:
        yield "rows:"
        yield "  drop_if:"
        for remark, condition in drops:
            yield from _remarks([remark], 4)
            yield f"    - {flow(condition)}"


def _has_more_text(group: Group) -> bool:
    return "text_more" in group.roles


def _author_kind(fields: Sequence[Field], setting: Setting) -> Iterator[str]:
    yield "author_kind:"
    yield "  # wie spreekt: eigen accounts (owned_accounts in weerklank.toml) zijn van de gemeente"
    yield "  municipality_if:"
    named = [field.name for field in fields if field.name in ("author", "author_id")]
    for name in named:
        yield f"    - {{field: {name}, in_list: owned_accounts}}"
    if setting.outgoing:
        column, values = setting.outgoing
        yield f"    - {flow({'col': column, 'in': list(values)})}"
    if not named and not setting.outgoing:
        yield from ("    []",)
        yield "  # CONTROLEER: er is geen kolom met een auteur; alles telt als inwoner"
    if "author" in named or "author_id" in named:
        yield "  other_if:"
        yield from (f"    - {{field: {name}, in_list: partner_accounts}}" for name in named)
    yield "  default: resident"


def _truncated(groups: Sequence[Group]) -> Iterator[str]:
    rules: list[dict[str, object]] = []
    for group in groups:
        if "text" not in group.roles:
            continue
        column = group.roles["text"].column
        if "cut" in column.damage:
            rules.append({"col": column.name, "ends_with": ["…", "..."]})
        if column.cut_at:
            rules.append({"col": column.name, "length_is": column.cut_at})
    if rules:
        yield "# teksten die onderweg zijn afgekapt"
        yield "truncated_if:"
        yield from (f"  - {flow(rule)}" for rule in _distinct(rules))


def _distinct(rules: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [rule for place, rule in enumerate(rules) if rule not in rules[:place]]


def _left_out(groups: Sequence[Group]) -> Iterator[str]:
    """The columns that the draft does not take over, and why."""
    for role, why in (
        ("personal", "Niet overnemen (persoonsgegevens)"),
        ("internal", "Niet overnemen (intern)"),
    ):
        names = _names([c for group in groups if role in group.roles for c in group.roles[role].columns])
        if names:
            yield from _remarks([f"{why}: {', '.join(names)}."], 0)


def _names(columns: Sequence[Column]) -> list[str]:
    return list(dict.fromkeys(shown_name(column.name) for column in columns))
