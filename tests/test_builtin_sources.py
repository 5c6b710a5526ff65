"""Every mapping that weerklank comes with gives exactly the messages that its fixture was written for.

Each has a folder in `sources/`: the export as a person gets it, `expected.json` with the messages, and
`about.json` with the settings and with what becomes of the other rows.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.export_reading import Judged, judged_part
from warehouse.sources.emit import DRAFT_SCHEMA
from warehouse.sources.mapping_file import built_in_ids, built_in_mapping
from warehouse.sources.parts import part_of
from warehouse.sources.speakers import Parties

SOURCES = Path(__file__).parent / "sources"
OURS = ("expected.json", "about.json")
MAPPINGS = built_in_ids()


@cache
def about(mapping: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SOURCES / mapping / "about.json").read_text("utf-8"))
    return found


def exports(mapping: str) -> list[Path]:
    """The export, and the files beside it that it is joined with."""
    files = sorted(path for path in (SOURCES / mapping).iterdir() if path.is_file() and path.name not in OURS)
    main = about(mapping).get("file")
    return sorted(files, key=lambda path: (path.name != main, path.name)) if main else files


@cache
def read(mapping: str) -> Judged:
    first, *beside = exports(mapping)
    parties = Parties(
        frozenset(about(mapping).get("owned_accounts", ())),
        frozenset(about(mapping).get("partner_accounts", ())),
    )
    return judged_part(part_of(first), built_in_mapping(mapping), parties, [part_of(path) for path in beside])


def said(messages: pl.DataFrame) -> list[dict[str, Any]]:
    """Messages as they are written down in expected.json: what is absent or false is left out."""
    return [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in row.items()
            if value is not None and value is not False
        }
        for row in messages.sort("row", "role").to_dicts()
    ]


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_mapping_gives_exactly_these_messages(mapping: str) -> None:
    expected = json.loads((SOURCES / mapping / "expected.json").read_text("utf-8"))
    assert {name for message in expected for name in message} <= set(DRAFT_SCHEMA)
    wanted = sorted(expected, key=lambda message: (message["row"], message["role"]))
    found = said(read(mapping).messages)
    assert [m["native_id"] for m in found] == [m["native_id"] for m in wanted]
    for there, here in zip(found, wanted, strict=True):
        assert there == {k: v for k, v in here.items() if v is not None and v is not False}


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_what_gives_no_message_is_accounted_for(mapping: str) -> None:
    facts, found = about(mapping), read(mapping)
    rejected = found.rejected.sort("row", "role", "rule").select("row", "role", "rule", "field").rows()
    assert sorted(rejected, key=str) == sorted((tuple(r) for r in facts.get("rejected", [])), key=str)
    assert (found.dropped, found.duplicates) == (facts.get("dropped", 0), facts.get("duplicates", 0))
    assert found.read == found.messages.height + found.rejected.height + found.dropped + found.duplicates


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_mapping_tells_a_person_what_it_is(mapping: str) -> None:
    read_by = built_in_mapping(mapping)
    assert read_by.id == mapping
    assert read_by.about is not None
    assert read_by.description
    assert about(mapping)["made_from"]


def test_every_folder_of_fixtures_is_of_a_mapping() -> None:
    assert {path.name for path in SOURCES.iterdir() if path.is_dir()} == set(MAPPINGS)
