"""The texts of a draft, and the verbs that mend what an export did to them."""

from collections.abc import Mapping

from warehouse.inspection.columns import Column, Damage
from warehouse.inspection.field import MARKED, Field, gap, why
from warehouse.inspection.guesses import Guess


def texts_of(roles: Mapping[str, Guess]) -> list[Field]:
    """The title and the text, with what mends and cleans them."""
    found: list[Field] = []
    spec: dict[str, object]
    if "title" in roles:
        guess = roles["title"]
        found.append(
            Field(
                "title",
                {"from": guess.column.name, "use": verbs(guess.column), "optional": True},
                (why(guess),),
            )
        )
    if "text" not in roles:
        return [*found, gap("text", {"from": "KOLOM", "use": ["nfc"]})]
    guess = roles["text"]
    column = guess.column
    spec = {"from": column.name, "use": verbs(column)}
    remarks = [why(guess, f"{column.lengths[0]} tot {column.lengths[2]} tekens"), *repairs(column)]
    if "text_more" in roles:
        more = roles["text_more"].column
        spec = {
            "from": [column.name, more.name],
            "join": "\n",
            "use": list(dict.fromkeys([*verbs(column), *verbs(more)])),
        }
        remarks.append(f"{MARKED} '{more.name}' is erachter gezet; is dat ook van de inwoner?")
    if not guess.named:
        remarks.append(f"{MARKED} gekozen omdat dit de langste teksten zijn, niet om de naam")
    return [*found, Field("text", spec, tuple(remarks))]


def verbs(column: Column) -> list[str]:
    """What cleans a text, in the order in which that works."""
    damage = set(column.damage) - ({"entities"} if "html" in column.damage else set())
    return [verb for verb, mends in _VERBS.items() if mends is None or mends in damage]


_VERBS: dict[str, Damage | None] = {
    "undo_apostrophe": "apostrophe", "fix_encoding": "mojibake", "strip_html": "html", "unescape": "entities",
    "drop_signature": "signature", "nfc": None, "trim": None,
}  # fmt: skip


_REPAIRED = {
    "apostrophe": "{} teksten beginnen met ' voor een teken; undo_apostrophe haalt dat weg",
    "mojibake": "{} teksten hebben verminkte letters (Ã©); fix_encoding herstelt ze",
    "html": "{} teksten hebben HTML; strip_html haalt die weg",
    "entities": "{} teksten hebben codes als &amp;; unescape zet ze om",
    "signature": "{} teksten eindigen met een ondertekening; drop_signature haalt die weg",
    "cut": "{} teksten eindigen op … en zijn afgekapt; zie truncated_if",
    "one_length": "{} teksten zijn precies even lang en waarschijnlijk afgekapt; zie truncated_if",
    "error": "{} cellen zijn een foutcode van Excel (#NAAM?): die tekst is verloren en die rijen vallen af",
}


def repairs(column: Column) -> list[str]:
    """What is damaged in a column, and what mends it (Dutch)."""
    return [_REPAIRED[name].format(count) for name, count in column.damage.items() if name in _REPAIRED]
