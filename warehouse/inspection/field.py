"""One field of a draft, and what is said of every kind of field."""

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.inspection.guesses import Guess

MARKED = "CONTROLEER:"
_NAMES_OF_ROLES = {
    "native_id": "het nummer van het bericht", "text": "de tekst van het bericht",
    "created_at": "de datum van het bericht",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field: what a mapping says of it, and remarks for above it. gap: what is missing (Dutch)."""

    name: str
    spec: Mapping[str, object]
    remarks: tuple[str, ...] = ()
    gap: str = ""


def gap(name: str, spec: Mapping[str, object]) -> Field:
    """A field that a person must fill in."""
    what = _NAMES_OF_ROLES[name]
    return Field(name, spec, (), f"geen kolom gevonden met {what}; vul de kolom in en haal het hekje weg")


def trimmed(guess: Guess) -> dict[str, object]:
    """A column as it is, when it is there."""
    return {"from": guess.column.name, "use": ["trim"], "optional": True}


def why(guess: Guess, more: str = "") -> str:
    """Why a column was chosen."""
    by = "naam en vorm" if guess.named else "vorm"
    names = " en ".join(f"'{column.name}'" for column in guess.columns)
    filled = guess.column.filled
    return "; ".join(
        part
        for part in (f"{names} (op {by})", f"{filled:.0%} gevuld" if filled < 0.995 else "", more)
        if part
    )
