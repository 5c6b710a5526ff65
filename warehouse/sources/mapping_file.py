"""A mapping in a file: YAML to grammar, on top of another mapping where it says so.

Every mistake becomes one sentence with the file, the line and what to write instead.
"""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import ValidationError

from warehouse.errors import ConfigurationError
from warehouse.sources.layout import in_place
from warehouse.sources.mapping import Mapping
from warehouse.validation import first_complaint, line_of, nearest, repeated_key

_BUILT_IN = files("warehouse.sources") / "mappings"


class _Loader(yaml.SafeLoader):
    """YAML in which only true and false are booleans, so that `on:`, `no` and `y` stay words."""

    yaml_implicit_resolvers: ClassVar = {  # type: ignore[misc]
        start: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:bool"]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_BOOLEAN = re.compile(r"^(?:true|false)$", re.IGNORECASE)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOLEAN, [*"tTfF"])
_ORIGINS = {"from", "const", "ref", "hash_of"}
_OWN = ("id", "version", "about", "description", "extends")


def built_in_ids() -> list[str]:
    """The names of the mappings that weerklank comes with."""
    return sorted(e.name.removesuffix(".yaml") for e in _BUILT_IN.iterdir() if e.name.endswith(".yaml"))


def built_in_mapping(mapping_id: str) -> Mapping:
    """The mapping of this name that weerklank comes with. Raises ConfigurationError when there is none."""
    known = built_in_ids()
    if mapping_id not in known:
        near = nearest(mapping_id, known)
        hint = f"bedoelt u '{near}'" if near else f"kies uit {', '.join(known)} of noem een .yaml-bestand"
        raise ConfigurationError(f"Mapping '{mapping_id}' is niet bekend; {hint}.")
    name = f"{mapping_id}.yaml"
    return parse_mapping((_BUILT_IN / name).read_text(encoding="utf-8"), name)


def parse_mapping(text: str, file_name: str, parent: Callable[[str], Mapping] = built_in_mapping) -> Mapping:
    """The mapping that the YAML `text` describes; `file_name` is for the error only.

    parent: gives the mapping of the name that `extends` names. Raises ConfigurationError with the file, the
    line and the key of the first mistake.
    """
    content = mapping_content(text, file_name)
    extended = _extended(content, parent, file_name, text)
    try:
        return Mapping.model_validate(extended)
    except ValidationError as error:
        location, complaint = first_complaint(error, Mapping)
        line = line_of(text, location)
        where = f", regel {line}" if line else ""
        raise ConfigurationError(f"Mapping {file_name}{where}: {complaint}.") from error


def mapping_content(text: str, file_name: str) -> dict[str, object]:
    """The blocks of a YAML text. Raises ConfigurationError when it has none or one of them twice."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # the last four: what PyYAML lets through of a value that its tag or its shape does not allow
        mark = getattr(error, "problem_mark", None)
        where = f", regel {mark.line + 1}" if mark else ""
        raise ConfigurationError(
            f"Mapping {file_name}{where}: dit is geen geldige YAML; controleer inspringing en dubbele punten."
        ) from error
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"Mapping {file_name}: het bestand is leeg of heeft geen sleutels; begin met id: en version:."
        )
    twice = repeated_key(text)
    if twice:
        raise ConfigurationError(
            f"Mapping {file_name}, regel {twice[1]}: '{twice[0]}' staat er nu twee keer; haal er een weg."
        )
    return content


def load_mapping(path: Path, below: tuple[Path, ...] = ()) -> Mapping:
    """The mapping in a YAML file; what it extends is a file beside it or a mapping that weerklank comes with.

    below: the files that led here. Raises ConfigurationError when it is absent, unreadable or wrong.
    """
    if path in below:
        raise ConfigurationError(f"Mapping {path} bouwt op zichzelf voort; haal 'extends' daar weg.")

    def parent(name: str) -> Mapping:
        beside = name.endswith((".yaml", ".yml"))
        return load_mapping(path.with_name(name), (*below, path)) if beside else built_in_mapping(name)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Mapping {path} bestaat niet; controleer 'mapping' in de instellingen."
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"Mapping {path} is niet te lezen; controleer de rechten en bewaar hem als UTF-8-tekst."
        ) from error
    return parse_mapping(text, path.name, parent)


def _extended(
    content: dict[str, object], parent: Callable[[str], Mapping], file_name: str, text: str
) -> dict[str, object]:
    """`content` on top of the mapping that it extends, or itself when it extends none."""
    name = content.get("extends")
    if not isinstance(name, str):
        return content
    try:
        below = parent(name)
    except ConfigurationError as error:
        line = line_of(text, ["extends"])
        raise ConfigurationError(f"Mapping {file_name}, regel {line}: 'extends': {error}") from error
    said = below.model_dump(mode="json", by_alias=True, exclude_unset=True)
    inherited = {key: value for key, value in said.items() if key not in _OWN}
    return _merged({**inherited, "read": _read_as(content.get("read"), said["read"])}, content)


def _read_as(read: object, below: dict[str, object]) -> dict[str, object]:
    """The inherited layout, without what does not belong to the format that `read` names instead."""
    format_ = read.get("format", below["format"]) if isinstance(read, dict) else below["format"]
    return {key: value for key, value in below.items() if in_place(key, str(format_))}


def _merged(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    """Blocks merged key by key; of a field whose origin is said anew, the old origin is gone."""
    if _ORIGINS & above.keys():
        below = {key: value for key, value in below.items() if key not in _ORIGINS}
    merged = dict(below)
    for key, value in above.items():
        before = below.get(key)
        if key == "emit" and isinstance(before, list) and isinstance(value, list):
            merged[key] = _merged_emits(before, value)
        elif isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merged(before, value)
        else:
            merged[key] = value
    return merged


def _merged_emits(below: list[object], above: list[object]) -> list[object]:
    """Messages of the same role merged, others added."""
    emits = {_role(emit): emit for emit in below}
    for emit in above:
        before = emits.get(_role(emit))
        if isinstance(before, dict) and isinstance(emit, dict):
            emit = _merged(before, emit)
        emits[_role(emit)] = emit
    return list(emits.values())


def _role(emit: object) -> object:
    return emit.get("role", "message") if isinstance(emit, dict) else id(emit)
