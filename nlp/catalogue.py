"""The theme catalogue: general Dutch municipal themes, each with examples of how people say it.

One YAML file per domain in `nlp/catalogue/`. Ids are permanent: they are in every warehouse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml

from warehouse.errors import ConfigurationError

NO_THEME = "geen-thema"
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
        """All that a model may learn from: both sides' sentences, the description and the terms."""
        return (
            *self.residents,
            *self.municipality,
            f"{self.label}. {self.description}",
            ", ".join(self.terms),
        )


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
    themes: list[CatalogueTheme] = []
    without_theme: list[str] = []
    for name, text in sorted(texts.items()):
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f", regel {mark.line + 1}" if mark else ""
            raise ConfigurationError(
                f"Catalogus {name}{where}: dit is geen geldige YAML; herstel de regel."
            ) from error
        if not isinstance(content, dict) or not {"themes", "examples"} & set(content):
            raise ConfigurationError(
                f"Catalogus {name}: de sleutel 'themes' of 'examples' ontbreekt; voeg hem toe."
            )
        themes += [_theme(entry, name) for entry in content.get("themes", [])]
        for side in _SIDES:
            without_theme += content.get("examples", {}).get(side, [])
    _check_unique(themes)
    return Catalogue(tuple(themes), tuple(without_theme))


def _theme(entry: object, file_name: str) -> CatalogueTheme:
    if not isinstance(entry, dict) or set(entry) != _THEME_KEYS:
        wrong = sorted(set(entry) ^ _THEME_KEYS) if isinstance(entry, dict) else sorted(_THEME_KEYS)
        name = entry.get("id", "zonder id") if isinstance(entry, dict) else "zonder id"
        raise ConfigurationError(
            f"Catalogus {file_name}, thema {name}: de sleutel '{wrong[0]}' ontbreekt of is onbekend;"
            " herstel het thema."
        )
    examples = entry["examples"]
    if not isinstance(examples, dict) or set(examples) != set(_SIDES):
        raise ConfigurationError(
            f"Catalogus {file_name}, thema {entry['id']}: 'examples' moet residents en municipality hebben;"
            " vul ze aan."
        )
    lists = {"terms": entry["terms"], **{side: examples[side] for side in _SIDES}}
    for key, values in lists.items():
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            raise ConfigurationError(
                f"Catalogus {file_name}, thema {entry['id']}: '{key}' moet een lijst van teksten zijn;"
                " zet ze tussen aanhalingstekens."
            )
    return CatalogueTheme(
        theme_id=str(entry["id"]), label=str(entry["label"]), description=str(entry["description"]),
        department=str(entry["department"]), terms=tuple(lists["terms"]),
        residents=tuple(lists["residents"]), municipality=tuple(lists["municipality"]),
    )  # fmt: skip


def _check_unique(themes: list[CatalogueTheme]) -> None:
    ids = [theme.theme_id for theme in themes]
    twice = next((theme_id for theme_id in ids if ids.count(theme_id) > 1), None)
    if twice:
        raise ConfigurationError(
            f"Catalogus: thema {twice} staat er twee keer in; geef een van beide een ander id."
        )
