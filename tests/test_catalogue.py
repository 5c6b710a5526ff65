"""The catalogue that ships: well formed, general and without near-duplicates; and what a wrong one says."""

import re
from collections import Counter

import numpy as np
import pytest
import yaml
from sklearn.feature_extraction.text import CountVectorizer

from nlp.catalogue import NO_THEME, Catalogue, CatalogueTheme, bundled_catalogue, parse_catalogue
from warehouse.errors import ConfigurationError

# Jaccard similarity of the 4-grams of letters of two examples. The nearest pair of different themes that
# rightly differs has 0.42: "wanneer valt de aanslag" and "wanneer is de kermis", both "... dit jaar?".
NEAR_DUPLICATE = 0.45

CATALOGUE = bundled_catalogue()
SENTENCES = [
    (theme.theme_id, text) for theme in CATALOGUE.themes for text in (*theme.residents, *theme.municipality)
] + [(NO_THEME, text) for text in CATALOGUE.without_theme]

PERSONAL = {
    "house number": re.compile(r"\b(?:huisnummer|nr\.?) ?\d|\b\d{4} ?[A-Z]{2}\b"),
    "address": re.compile(
        r"\b\w{3,}(?:straat|laan|weg|plein|dijk|kade|gracht|singel|steeg|dreef|pad|hof|plantsoen) \d",
        re.IGNORECASE,
    ),
    "street": re.compile(r"(?<![.!?…] )(?<!^)\b[A-Z]\w+(?:straat|laan|steeg|singel|plantsoen|dreef)\b"),
    "e-mail address": re.compile(r"\w@\w"),
    "web address": re.compile(r"https?:|www\."),
    "phone number": re.compile(r"(?<!\d)(?:\+31|0)(?:[ -]?\d){7,}"),
}


def by_theme(theme: CatalogueTheme) -> str:
    return theme.theme_id


@pytest.mark.parametrize("theme", CATALOGUE.themes, ids=by_theme)
def test_a_theme_says_all_it_should(theme: CatalogueTheme) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", theme.theme_id)
    assert len(theme.label.split()) <= 4
    assert theme.label[0].isupper()
    assert theme.description.endswith(".")
    assert theme.department.strip()
    assert len(theme.terms) == len(set(theme.terms)) >= 15
    assert [term for term in theme.terms if term != term.lower().strip()] == []
    assert len(theme.residents) >= 100
    assert len(theme.municipality) >= 35


def test_ids_and_labels_are_unique() -> None:
    assert len(CATALOGUE.themes) == 78
    assert len({theme.theme_id for theme in CATALOGUE.themes} | {NO_THEME}) == 79
    assert len({theme.label for theme in CATALOGUE.themes}) == 78


def test_no_example_is_there_twice() -> None:
    counted = Counter(" ".join(text.casefold().split()) for _, text in SENTENCES)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_example_of_one_theme_is_nearly_one_of_another() -> None:
    letters = CountVectorizer(analyzer="char_wb", ngram_range=(4, 4), binary=True, dtype=np.float32)
    grams = letters.fit_transform([text for _, text in SENTENCES])
    shared = (grams @ grams.T).tocoo()
    size = np.asarray(grams.sum(axis=1)).ravel()
    alike = shared.data / (size[shared.row] + size[shared.col] - shared.data)
    pairs = np.stack([shared.row, shared.col], axis=1)[alike >= NEAR_DUPLICATE]
    near = [(SENTENCES[one], SENTENCES[other]) for one, other in pairs]
    assert [pair for pair in near if pair[0][0] < pair[1][0]] == []


@pytest.mark.parametrize("what", PERSONAL)
def test_no_example_points_at_anyone(what: str) -> None:
    assert [(theme, text) for theme, text in SENTENCES if PERSONAL[what].search(text)] == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("house number", "Kijk eens bij nr 14"),
        ("house number", "1234 AB, al weken donker"),
        ("address", "in de lindelaan 3 staat hij ook"),
        ("street", "De stoep in de Lindestraat ligt open"),
        ("e-mail address", "mail naar iemand@voorbeeld.nl"),
        ("phone number", "bel 06-12345678"),
        ("web address", "Zie www.voorbeeld.nl"),
    ],
)
def test_what_points_at_someone_is_seen(what: str, text: str) -> None:
    assert PERSONAL[what].search(text)


THEME: dict[str, object] = {
    "id": "bomen",
    "label": "Bomen",
    "description": "Bomen in de straat.",
    "department": "Groen",
    "terms": ["boom", "kap"],
    "examples": {"residents": ["De boom is dood"], "municipality": ["Wij planten bomen", "Wij snoeien"]},
}


def one_theme(**changed: object) -> str:
    return yaml.safe_dump({"themes": [THEME | changed]})


def test_what_a_model_learns_from() -> None:
    without = {"residents": ["Hoi"], "municipality": ["Fijn weekend"]}
    catalogue = parse_catalogue({"a.yaml": one_theme(), "z.yaml": yaml.safe_dump({"examples": without})})
    theme = CatalogueTheme(
        "bomen", "Bomen", "Bomen in de straat.", "Groen", ("boom", "kap"),
        ("De boom is dood",), ("Wij planten bomen", "Wij snoeien"),
    )  # fmt: skip
    assert catalogue == Catalogue((theme,), ("Hoi", "Fijn weekend"))
    assert catalogue.examples == [
        ("bomen", "De boom is dood"),
        ("bomen", "Wij planten bomen"),
        ("bomen", "Wij snoeien"),
        ("bomen", "Bomen. Bomen in de straat."),
        ("bomen", "boom"),
        ("bomen", "kap"),
        (NO_THEME, "Hoi"),
        (NO_THEME, "Fijn weekend"),
    ]


def test_themes_come_in_the_order_of_their_files() -> None:
    catalogue = parse_catalogue({"b.yaml": one_theme(), "a.yaml": one_theme(id="water")})
    assert [theme.theme_id for theme in catalogue.themes] == ["water", "bomen"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("themes:\n  - id: [", r"^Catalogus groen\.yaml, regel \d: dit is geen geldige YAML; herstel"),
        ("domain: groen", r"groen\.yaml: de sleutel 'themes' of 'examples' ontbreekt; voeg hem toe\.$"),
        ("- los", r"groen\.yaml: de sleutel 'themes' of 'examples' ontbreekt"),
        ("", r"groen\.yaml: de sleutel 'themes' of 'examples' ontbreekt"),
        ("themes:", r"groen\.yaml: 'themes' moet een lijst van thema's zijn"),
        ("themes: {id: a}", r"groen\.yaml: 'themes' moet een lijst van thema's zijn"),
        ("themes: [bomen]", r"groen\.yaml, thema zonder id: de sleutel 'department' ontbreekt"),
        ("themes: [{label: a}]", r"groen\.yaml, thema zonder id: de sleutel 'department' ontbreekt"),
        (one_theme(kleur="groen"), r"groen\.yaml, thema bomen: de sleutel 'kleur' ontbreekt of is onbekend"),
        (
            one_theme().replace("label", "1"),
            r"groen\.yaml, thema bomen: de sleutel '1' ontbreekt of is onbekend",
        ),
        (one_theme(terms="boom"), r"groen\.yaml, thema bomen: 'terms' moet een lijst van teksten zijn"),
        (one_theme(terms=[]), r"groen\.yaml, thema bomen: 'terms' moet een lijst van teksten zijn"),
        (one_theme(terms=["boom", 12]), r"groen\.yaml, thema bomen: 'terms' moet een lijst van teksten zijn"),
        (
            one_theme(examples={"residents": ["a", " "], "municipality": ["b"]}),
            r"groen\.yaml, thema bomen: 'residents' moet een lijst van teksten zijn",
        ),
        (
            one_theme(examples={"residents": ["a"]}),
            r"groen\.yaml, thema bomen: 'examples' moet residents en municipality hebben; vul ze aan\.$",
        ),
        (one_theme(department=None), r"groen\.yaml, thema bomen: 'department' moet een tekst zijn; vul hem"),
        (one_theme(label=2030), r"groen\.yaml, thema bomen: 'label' moet een tekst zijn"),
        (one_theme(id=["bomen"]), r"groen\.yaml, thema .*: 'id' moet een tekst zijn"),
        (one_theme(id=NO_THEME), r"groen\.yaml, thema geen-thema: dit id is al in gebruik; kies een ander"),
        ("examples: []", r"groen\.yaml: 'examples' moet residents en municipality hebben"),
        (
            "examples: {residents: [Hoi], municipality: [1]}",
            r"groen\.yaml: 'municipality' moet een lijst van teksten zijn; zet ze tussen aanhalingstekens\.$",
        ),
    ],
)
def test_a_wrong_catalogue_says_what_to_mend(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        parse_catalogue({"groen.yaml": text})


def test_an_id_that_is_taken_is_refused_where_it_comes_again() -> None:
    with pytest.raises(ConfigurationError, match=r"^Catalogus b\.yaml, thema bomen: dit id is al in gebruik"):
        parse_catalogue({"b.yaml": one_theme(), "a.yaml": one_theme()})
