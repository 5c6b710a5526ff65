"""The JSON Schema that is shipped is that of the grammar, and fits every mapping that is shipped."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.export_reading import CONTACTS, POSTS
from warehouse.sources.mapping_file import built_in_ids, mapping_content
from warehouse.sources.schema import mapping_schema

SOURCES = Path(__file__).parent.parent / "warehouse" / "sources"
SCHEMA: dict[str, Any] = json.loads((SOURCES / "mapping.schema.json").read_text("utf-8"))


def complaints(text: str) -> list[str]:
    content = json.loads(json.dumps(mapping_content(text, "proef.yaml")))  # keys become text, as in JSON
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(content)]


def test_the_schema_is_that_of_the_grammar() -> None:
    """After a change of the grammar print it anew: python -m warehouse.sources.schema."""
    Draft202012Validator.check_schema(SCHEMA)
    assert mapping_schema() == SCHEMA


@pytest.mark.parametrize("mapping", built_in_ids())
def test_every_mapping_fits_the_schema(mapping: str) -> None:
    assert complaints((SOURCES / "mappings" / f"{mapping}.yaml").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: een"), ("format: csv", "format: word"), ("kind: contact", "knd: contact"),
        ("platform: kcc", ""), ("{from: vraag}", "{form: vraag}"),
        ("{from: vraag}", "{from: vraag, use: [vet]}"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_marked(old: str, new: str) -> None:
    assert complaints(CONTACTS) == complaints(POSTS) == []
    assert complaints(CONTACTS.replace(old, new, 1)) != []


def test_a_mapping_that_extends_another_may_be_short() -> None:
    assert complaints("id: eigen\nversion: 1\nextends: coosto-csv\nexpect: {min_rows: 0}\n") == []
    assert complaints("id: eigen\nversion: 1\nexpect: {min_rows: 0}\n") != []
    assert complaints("id: eigen\nextends: coosto-csv\n") != []
