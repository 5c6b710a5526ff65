"""What pydantic has against a settings file or a mapping, as one Dutch sentence.

Shared by everything a person writes by hand: the sentence names the file, the line where that is known,
the key, and the nearest key that does exist.
"""

import difflib
from collections.abc import Sequence

import yaml
from pydantic import BaseModel, ValidationError

Location = Sequence[str | int]

_PLAIN = {
    "missing": "ontbreekt; vul deze sleutel in",
    "string_type": "moet tekst zijn; zet de waarde tussen aanhalingstekens",
    "bool_parsing": "moet true of false zijn",
    "bool_type": "moet true of false zijn",
    "int_parsing": "moet een geheel getal zijn",
    "int_type": "moet een geheel getal zijn",
    "int_from_float": "moet een geheel getal zijn",
    "float_parsing": "moet een getal zijn",
    "float_type": "moet een getal zijn",
    "list_type": "moet een lijst zijn",
    "dict_type": "moet een blok met sleutels zijn",
    "model_type": "moet een blok met sleutels zijn",
}


def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """The candidate that looks most like `word`, or None when none does."""
    found = difflib.get_close_matches(word.casefold(), [c.casefold() for c in candidates], n=1, cutoff=0.5)
    return next((c for c in candidates if c.casefold() == found[0]), None) if found else None


def first_complaint(error: ValidationError, model: type[BaseModel]) -> tuple[Location, str]:
    """Where the first mistake is, and what to do about it (Dutch, without the file's name)."""
    detail = min(error.errors(), key=lambda e: (e["type"] != "extra_forbidden", len(e["loc"])))
    location = [part for part in detail["loc"] if not _is_union_branch(part)]
    key = ".".join(str(part) for part in location) or "het bestand"
    if detail["type"] == "extra_forbidden":
        near = nearest(str(location[-1]), known_keys(model))
        hint = f"; bedoelt u '{near}'" if near else "; haal hem weg of zie de documentatie"
        return location, f"onbekende sleutel '{key}'{hint}"
    if detail["type"] == "value_error":
        return location, f"'{key}': {detail['ctx']['error']}"
    if detail["type"] in ("literal_error", "enum"):
        return location, f"'{key}' kent deze waarde niet; kies uit {detail['ctx']['expected']}"
    return location, f"'{key}' {_PLAIN.get(detail['type'], 'heeft een waarde die niet past')}"


def known_keys(model: type[BaseModel]) -> list[str]:
    """All keys of a model and of the models within it, by the name that a person writes."""
    keys: list[str] = []
    for name, field in model.model_fields.items():
        keys.append(field.alias or name)
        keys.extend(key for inner in _models_in(field.annotation) for key in known_keys(inner))
    return list(dict.fromkeys(keys))


def line_of(yaml_text: str, location: Location) -> int | None:
    """Line (1-based) of the deepest part of `location` that the YAML text has; None if it has none."""
    node = yaml.compose(yaml_text)
    line = None
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _is_union_branch(part: str | int) -> bool:
    """True for the names that pydantic adds to tell the members of a union apart."""
    return isinstance(part, str) and (part.endswith("]") or part in ("str", "list", "FieldSpec"))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models_in(part)]
