"""What `weerklank inspect` tells: what was seen, the draft, and messages without names."""

import json
from dataclasses import dataclass

import polars as pl

from warehouse.inspection.columns import Column, Damage, shown_name
from warehouse.inspection.inspection import Inspection
from warehouse.inspection.known import Likeness
from warehouse.inspection.sample import Group

_CUT = 160
_LOOKS = {
    "empty": "leeg", "url": "adres", "time": "tijd", "clock": "tijd van de dag", "number": "getal",
    "e-mail": "e-mailadres", "phone": "telefoonnummer", "postcode": "postcode", "text": "tekst",
    "id": "nummer of code", "category": "categorie", "name": "naam", "word": "kort", "list": "lijst",
}  # fmt: skip
_WITH_SHAPES = ("time", "clock", "number", "id", "postcode", "phone")
_ROLES = {
    "native_id": "nummer", "parent_id": "reactie op", "text": "tekst", "text_more": "tekst (vervolg)",
    "answer_text": "antwoord", "answer_time": "tijd van het antwoord", "created_at": "datum", "clock": "tijd",
    "edited_at": "gewijzigd", "author": "auteur (wordt sleutel)", "author_id": "auteur (wordt sleutel)",
    "title": "titel", "url": "adres", "source_category": "categorie", "area_name": "wijk of buurt",
    "area_code": "code van de buurt", "department": "afdeling", "channel_name": "kanaal",
    "platform": "platform", "kind": "soort bericht", "direction": "richting", "confidential": "vertrouwelijk",
    "language": "taal", "likes": "likes", "comments": "aantal reacties", "shares": "gedeeld",
    "views": "weergaven", "reach": "bereik", "personal": "niet overnemen", "internal": "niet overnemen",
}  # fmt: skip
_DAMAGE: dict[Damage, str] = {
    "sci": "{} door een spreadsheet afgeronde nummers (null_if_sci_notation)",
    "error": "{} foutcodes van Excel zoals #NAAM? (die tekst is verloren)",
    "apostrophe": "{} keer een ' voor een teken (undo_apostrophe)",
    "mojibake": "{} keer verminkte letters (fix_encoding)",
    "html": "{} keer HTML (strip_html)",
    "entities": "{} keer codes als &amp; (unescape)",
    "cut": "{} teksten eindigen op … (afgekapt)",
    "one_length": "{} teksten van precies de grootste lengte (afgekapt)",
    "months": "{} datums met een Nederlandse maandnaam: die leest weerklank niet, exporteer cijfers",
    "signature": "{} keer een ondertekening (drop_signature)",
}


@dataclass(frozen=True)
class Preview:
    """The first messages without names, and counts over all rows that were looked at.

    messages: row, role, kind, platform, author_kind, created_at, text_truncated, author (a letter) and the
    free texts, pseudonymised. rejected: rule, field and how often. refusal: why a night would leave the file
    out (Dutch), or empty.
    """

    messages: pl.DataFrame
    good: int
    dropped: int
    repeats: int
    rejected: tuple[tuple[str, str, int], ...]
    warnings: tuple[str, ...]
    refusal: str


def as_text(inspection: Inspection, preview: Preview | None, block: str) -> str:
    """Everything for a terminal."""
    parts = [["Het bestand", *(f"  {line}" for line in [*inspection.layout.seen, _rows_seen(inspection)])]]
    parts += [_columns(group) for group in inspection.groups]
    parts.append(_known(inspection))
    if inspection.recognised is None:
        parts.append(["Concept voor de mapping", inspection.draft.text.rstrip()])
        if inspection.draft.gaps:
            parts.append(["Nog niet te gebruiken", *(f"  {gap}" for gap in inspection.draft.gaps)])
    if preview is not None:
        parts += [_counts(preview), _messages(preview)]
    parts.append(["Voor weerklank.toml", block])
    return "\n\n".join("\n".join(part) for part in parts)


def as_json(inspection: Inspection, preview: Preview | None, block: str) -> str:
    """Everything for a program."""
    sample = inspection.sample
    content = {
        "file": list(inspection.layout.seen),
        "read": dict(inspection.layout.read),
        "rows": {"seen": sample.frame.height, "about": sample.about, "whole": sample.whole},
        "groups": [
            {
                "path": group.path,
                "rows": group.rows,
                "columns": [_column_facts(c, group) for c in group.columns],
            }
            for group in inspection.groups
        ],
        "known": [_known_facts(one) for one in inspection.known],
        "recognised": inspection.recognised.id if inspection.recognised else None,
        "draft": inspection.draft.text,
        "gaps": list(inspection.draft.gaps),
        "preview": None if preview is None else _preview_facts(preview),
        "source": block,
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def _rows_seen(inspection: Inspection) -> str:
    sample = inspection.sample
    seen = _whole(sample.frame.height)
    rejected = f"; {_whole(sample.rejected)} niet te lezen" if sample.rejected else ""
    if sample.whole and sample.about == sample.frame.height + sample.rejected:
        return f"gezien: alle {seen} rijen{rejected}"
    if sample.about is None:
        return f"gezien: eerste {seen} rijen, er zijn er meer{rejected}"
    return f"gezien: eerste {seen} van circa {_whole(sample.about)} rijen{rejected}"


def _columns(group: Group) -> list[str]:
    title = "Kolommen" if group.path is None else f"Kolommen in {group.path}"
    lines = [f"{title} ({_whole(group.rows)} rijen)"]
    width = min(34, max((len(shown_name(column.name)) for column in group.columns), default=0))
    for column in group.columns:
        lines.append(f"  {shown_name(column.name):<{width}}  {_facts(column)}{_used(column, group)}")
        lines += [
            f"  {'':<{width}}  let op: {_DAMAGE[n].format(_whole(c))}" for n, c in column.damage.items()
        ]
        lines += [f"  {'':<{width}}  {line}" for line in _time_lines(column)]
    return lines


def _facts(column: Column) -> str:
    if column.looks == "empty":
        return "leeg"
    shortest, _, longest = column.lengths
    length = f"{shortest} tekens" if shortest == longest else f"{shortest}-{longest} tekens"
    parts = [_LOOKS[column.looks], f"{column.filled:.0%} gevuld", length]
    if column.distinct >= 0.999:
        parts.append("elke waarde anders")
    if column.looks in _WITH_SHAPES and column.shapes:
        parts.append("vorm " + " of ".join(column.shapes[:2]))
    if column.number and column.number.thousands:
        parts.append(f"duizendtallen '{column.number.thousands}', decimalen '{column.number.decimal}'")
    return ", ".join(parts)


def _used(column: Column, group: Group) -> str:
    role = _role(column, group)
    return f" -> {_ROLES[role]}" if role else ""


def _role(column: Column, group: Group) -> str | None:
    return next((role for role, guess in group.roles.items() if column in guess.columns), None)


def _time_lines(column: Column) -> list[str]:
    if column.times is None:
        return []
    tried = ", ".join(f"{name} {share:.0%}" for name, share in column.times.parsed[:4])
    return [f"gelezen als {tried}", *(line for line in (column.times.evidence, column.times.doubt) if line)]


def _known(inspection: Inspection) -> list[str]:
    if inspection.recognised is not None:
        one = inspection.known[0]
        found = "alle kolommen" if one.found == one.asked else f"{one.found} van {one.asked} kolommen"
        return ["Bekende export", f"  dit lijkt op {one.mapping.id} ({found}): een concept is niet nodig"]
    if not inspection.known:
        return ["Bekende export", "  geen ingebouwde mapping lijkt hierop"]
    return ["Bekende export", *(f"  {_near(one)}" for one in inspection.known[:3])]


def _near(one: Likeness) -> str:
    lacks = f"mist {', '.join(one.missing[:5])}" if one.missing else f"{one.set_aside} rijen passen niet"
    return f"lijkt op {one.mapping.id} ({one.found} van {one.asked} kolommen), maar {lacks}"


def _counts(preview: Preview) -> list[str]:
    lines = [
        "Wat een nacht ervan maakt",
        f"  {_whole(preview.good)} berichten, {_whole(preview.repeats)} dubbel, "
        f"{_whole(preview.dropped)} rijen overgeslagen door een regel",
    ]
    for rule, field, count in preview.rejected:
        lines.append(
            f"  {_whole(count)} in quarantaine: {rule.replace('_', ' ')}{f' in {field}' if field else ''}"
        )
    lines += [f"  poort: {sentence}" for sentence in (*preview.warnings, preview.refusal) if sentence]
    return lines if len(lines) > 2 else [*lines, "  poort: geen opmerkingen"]


def _messages(preview: Preview) -> list[str]:
    lines = [f"De eerste {preview.messages.height} berichten, zonder persoonsgegevens (er is niets bewaard)"]
    for row in preview.messages.iter_rows(named=True):
        time = f"{row['created_at']:%Y-%m-%d %H:%M}" if row["created_at"] else "geen tijd"
        who = row["author"] or row["author_kind"]
        lines.append(
            f"  {row['row']}. {row['kind']} ({row['platform']}), {row['author_kind']}, {who}, {time} UTC"
        )
        title = f"[{_short(row['title'])}] " if row["title"] else ""
        lines.append(f"     {title}{_short(row['text'])}{' (afgekapt)' if row['text_truncated'] else ''}")
    return lines


def _short(text: str | None) -> str:
    plain = " ".join((text or "").split())
    return plain if len(plain) <= _CUT else plain[:_CUT] + " (…)"


def _group_facts(group: Group) -> dict[str, object]:
    columns = [_column_facts(column, group) for column in group.columns]
    return {"path": group.path, "rows": group.rows, "columns": columns}


def _column_facts(column: Column, group: Group) -> dict[str, object]:
    return {
        "name": shown_name(column.name), "looks": column.looks, "role": _role(column, group),
        "filled": round(column.filled, 4), "distinct": round(column.distinct, 4),
        "lengths": list(column.lengths),
        "shapes": list(column.shapes) if column.looks in _WITH_SHAPES else [],
        "damage": dict(column.damage),
        "formats": [list(one) for one in column.times.parsed] if column.times else [],
        "day_or_month": (column.times.doubt or column.times.evidence) if column.times else "",
    }  # fmt: skip


def _known_facts(one: Likeness) -> dict[str, object]:
    return {
        "mapping": one.mapping.id, "found": one.found, "asked": one.asked,
        "missing": list(one.missing), "fits": one.fits,
    }  # fmt: skip


def _preview_facts(preview: Preview) -> dict[str, object]:
    keys = ("rule", "field", "count")
    rejected = [dict(zip(keys, one, strict=True)) for one in preview.rejected]
    return {
        "good": preview.good, "dropped": preview.dropped, "repeats": preview.repeats, "rejected": rejected,
        "warnings": list(preview.warnings), "refusal": preview.refusal,
        "messages": preview.messages.to_dicts(),
    }  # fmt: skip


def _whole(number: int) -> str:
    """12345 as 12.345."""
    return f"{number:,}".replace(",", ".")
