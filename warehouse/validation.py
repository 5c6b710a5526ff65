"""What pydantic has against a settings file or a mapping, as one Dutch sentence.

Shared by everything a person writes by hand: the sentence names the file, the line where that is known,
the key, and the nearest key that does exist.
"""

import difflib
from collections.abc import Sequence

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Location = Sequence[str | int]

_PLAIN = {
    "missing": "ontbreekt; vul deze sleutel in",
    "string_type": "moet tekst zijn; zet de waarde tussen aanhalingstekens",
    "string_too_short": "mag niet leeg zijn; vul deze sleutel in",
    "string_pattern_mismatch": "heeft tekens die niet mogen; gebruik kleine letters, cijfers, - en _",
    "bool_parsing": "moet true of false zijn",
    "bool_type": "moet true of false zijn",
    "int_parsing": "moet een geheel getal zijn",
    "int_type": "moet een geheel getal zijn",
    "int_from_float": "moet een geheel getal zijn",
    "finite_number": "moet een geheel getal zijn",
    "float_parsing": "moet een getal zijn",
    "float_type": "moet een getal zijn",
    "list_type": "moet een lijst zijn; zet er [ en ] omheen",
    "tuple_type": "moet een lijst zijn; zet er [ en ] omheen",
    "dict_type": "moet een blok met sleutels zijn",
    "model_type": "moet een blok met sleutels zijn",
    "invalid_key": "moet tekst zijn; zet de sleutel tussen aanhalingstekens",
    "greater_than_equal": "is te klein; moet minstens {ge} zijn",
    "less_than_equal": "is te groot; mag hoogstens {le} zijn",
    "less_than": "is te groot; moet kleiner dan {lt} zijn",
    "too_short": "mag niet leeg zijn; noem er minstens een",
}


def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """The candidate that looks most like `word`, or None when none does."""
    found = difflib.get_close_matches(word.casefold(), [c.casefold() for c in candidates], n=1, cutoff=0.5)
    return next((c for c in candidates if c.casefold() == found[0]), None) if found else None


def first_complaint(error: ValidationError, model: type[BaseModel]) -> tuple[Location, str]:
    """Where the first mistake is, and what to do about it (Dutch, without the file's name)."""
    detail = min(error.errors(), key=_importance)
    unknown = detail["type"] == "extra_forbidden"
    path, last = detail["loc"][:-1], detail["loc"][-1:]
    location = [part for part in path if not _is_union_branch(part)]
    location += [part for part in last if unknown or not _is_union_branch(part)]
    key = ".".join(str(part) for part in location) or "het bestand"
    if unknown:
        near = nearest(str(location[-1]), known_keys(model))
        hint = f"; bedoelt u '{near}'" if near else "; haal hem weg of zie de documentatie"
        return location, f"onbekende sleutel '{key}'{hint}"
    if detail["type"] == "value_error":
        return location, f"'{key}': {detail['ctx']['error']}"
    if detail["type"] in ("literal_error", "enum"):
        choices = str(detail["ctx"]["expected"]).replace(" or ", " of ")
        return location, f"'{key}' kent deze waarde niet; kies uit {choices}"
    plain = _PLAIN.get(detail["type"], "heeft een waarde die niet past; kies een andere")
    return location, f"'{key}' {plain.format(**detail.get('ctx', {}))}"


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
            pair = _pair(node, str(part))
            if pair is not None:
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif not isinstance(part, int):
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def repeated_key(yaml_text: str) -> tuple[str, int] | None:
    """The first key that a block of the YAML text has twice, and its line; YAML itself keeps the last."""
    nodes, seen = [yaml.compose(yaml_text)], set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if str(key.value) in keys - {"<<"}:
                    return str(key.value), key.start_mark.line + 1
                keys.add(str(key.value))
                nodes.append(value)
        elif isinstance(node, yaml.SequenceNode):
            nodes.extend(node.value)
    return None


def _pair(node: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Key and value of a YAML block, those that it takes over with << included."""
    for name, value in node.value:
        if name.value == key:
            return name, value
    merged = [value for name, value in node.value if name.value == "<<"]
    parents = [part for value in merged for part in (value.value if _is_list(value) else [value])]
    pairs = (_pair(parent, key) for parent in parents if isinstance(parent, yaml.MappingNode))
    return next((pair for pair in pairs if pair), None)


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)


def _importance(detail: ErrorDetails) -> tuple[bool, bool, int]:
    """Unknown keys first, then what is nearest the top. A list whose only part is wrong is not too short."""
    return detail["type"] != "extra_forbidden", detail["type"] == "too_short", len(detail["loc"])


def _is_union_branch(part: str | int) -> bool:
    """True for the names that pydantic adds to tell the members of a union apart."""
    return isinstance(part, str) and (
        part.endswith("]") or part in ("str", "list", "FieldSpec", "AccountRule", "Condition")
    )


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models_in(part)]
