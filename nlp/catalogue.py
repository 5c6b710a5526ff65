"""The theme catalogue: general Dutch municipal themes, each with examples of how people say it.

One YAML file per domain in `nlp/catalogue/`. Ids are permanent: they are in every warehouse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml

from warehouse.errors import ConfigurationError

NO_THEME = "geen-thema"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_THEME_KEYS = {"id", "label", "description", "department", "terms", "examples"}
_SIDES = ("residents", "municipality")


@dataclass(frozen=True)
class CatalogueTheme:
    """One theme: its permanent id, what it is called, who answers for it, and how people speak of it."""

    theme_id: str
    label: str
    description: str
    department: str
    terms: tuple[str, ...]
    residents: tuple[str, ...]
    municipality: tuple[str, ...]

    @property
    def examples(self) -> tuple[str, ...]:
        """All that a model may learn from: both sides' sentences, the description and every term."""
        return (*self.residents, *self.municipality, f"{self.label}. {self.description}", *self.terms)


@dataclass(frozen=True)
class Catalogue:
    """All themes, and examples of messages that belong to none."""

    themes: tuple[CatalogueTheme, ...]
    without_theme: tuple[str, ...]

    @property
    def examples(self) -> list[tuple[str, str]]:
        """(theme_id, text) of every example; NO_THEME for those that belong to none."""
        themed = [(theme.theme_id, text) for theme in self.themes for text in theme.examples]
        return themed + [(NO_THEME, text) for text in self.without_theme]


def bundled_catalogue() -> Catalogue:
    """The catalogue that ships with weerklank."""
    folder = files("nlp") / "catalogue"
    return parse_catalogue(
        {
            entry.name: entry.read_text(encoding="utf-8")
            for entry in folder.iterdir()
            if entry.name.endswith(".yaml")
        }
    )


def parse_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """The catalogue in YAML `texts` by file name.

    Raises ConfigurationError that names the file and the theme of the first mistake.
    """
    themes: dict[str, CatalogueTheme] = {}
    without_theme: list[str] = []
    for name, text in sorted(texts.items()):
        content = _content(text, name)
        for entry in content.get("themes", []):
            theme = _theme(entry, name)
            if theme.theme_id in {NO_THEME, *themes}:
                raise ConfigurationError(
                    f"Catalogus {name}, thema {theme.theme_id}: dit id is al in gebruik; kies een ander id."
                )
            themes[theme.theme_id] = theme
        if "examples" in content:
            sides = _by_side(content["examples"], f"Catalogus {name}")
            without_theme += [example for side in _SIDES for example in sides[side]]
    return Catalogue(tuple(themes.values()), tuple(without_theme))


def _content(text: str, file_name: str) -> dict[str, list[object]]:
    try:
        content = yaml.load(text, _LOADER)  # noqa: S506 - safe, and the fast one where there is libyaml
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", regel {mark.line + 1}" if mark else ""
        raise ConfigurationError(
            f"Catalogus {file_name}{where}: dit is geen geldige YAML; herstel de regel."
        ) from error
    if not isinstance(content, dict) or not {"themes", "examples"} & set(content):
        raise ConfigurationError(
            f"Catalogus {file_name}: de sleutel 'themes' of 'examples' ontbreekt; voeg hem toe."
        )
    if not isinstance(content.get("themes", []), list):
        raise ConfigurationError(
            f"Catalogus {file_name}: 'themes' moet een lijst van thema's zijn; zet een streepje voor elk."
        )
    return content


def _theme(entry: object, file_name: str) -> CatalogueTheme:
    keys = set(entry) if isinstance(entry, dict) else set()
    theme_id = entry.get("id", "zonder id") if isinstance(entry, dict) else "zonder id"
    where = f"Catalogus {file_name}, thema {theme_id}"
    if not isinstance(entry, dict) or keys != _THEME_KEYS:
        wrong = min(map(str, keys ^ _THEME_KEYS))
        raise ConfigurationError(
            f"{where}: de sleutel '{wrong}' ontbreekt of is onbekend; herstel het thema."
        )
    sides = _by_side(entry["examples"], where)
    for key in ("id", "label", "description", "department"):
        if not _is_text(entry[key]):
            raise ConfigurationError(
                f"{where}: '{key}' moet een tekst zijn; vul hem in, zo nodig tussen aanhalingstekens."
            )
    return CatalogueTheme(
        theme_id=entry["id"], label=entry["label"], description=entry["description"],
        department=entry["department"], terms=_texts(entry["terms"], "terms", where), **sides,
    )  # fmt: skip


def _by_side(examples: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(examples, dict) or set(examples) != set(_SIDES):
        raise ConfigurationError(f"{where}: 'examples' moet residents en municipality hebben; vul ze aan.")
    return {side: _texts(examples[side], side, where) for side in _SIDES}


def _texts(values: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not values or not all(map(_is_text, values)):
        raise ConfigurationError(
            f"{where}: '{key}' moet een lijst van teksten zijn; zet ze tussen aanhalingstekens."
        )
    return tuple(values)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
