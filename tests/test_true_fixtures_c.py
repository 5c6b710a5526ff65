"""True answers of municipal report and complaint systems, read by the mappings that come along."""

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from warehouse.sources.emit import Emitted, emitted_messages
from warehouse.sources.mapping_file import built_in_mapping
from warehouse.sources.read import read_rows
from warehouse.sources.speakers import Parties

FIXTURES = Path(__file__).parent.parent.parent / "shared" / "data" / "platform_fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder with true exports is not here")


def read(mapping_id: str, content: bytes) -> Emitted:
    mapping = built_in_mapping(mapping_id)
    return emitted_messages(read_rows(content, mapping, mapping_id), mapping, Parties(), b"secret")


def test_a_report_of_signalen_brings_its_answer_place_and_category() -> None:
    folder = FIXTURES / "signalen_api"
    reports = json.loads((folder / "incidents.json").read_bytes())
    reports.append(json.loads((folder / "incident.json").read_bytes()))
    found = read("signalen-api", json.dumps({"results": reports}).encode())
    assert (found.rejected.height, found.dropped) == (0, 0)
    seen = found.messages.unique("native_id").sort("native_id")
    assert seen.select("native_id", "kind", "parent_id", "author_kind", "area_code").rows() == [
        ("1667", "report", None, "resident", "south"),
        ("1668", "report", None, "resident", "north"),
        ("1668:answer", "answer", "1668", "municipality", "north"),
        ("4440", "report", None, "resident", "A00c"),
    ]
    assert seen["created_at"].to_list() == [
        datetime.fromisoformat("2018-11-29T22:03:19.398904"),
        datetime.fromisoformat("2018-12-03T09:41:43.012139"),
        datetime.fromisoformat("2018-12-03T09:44:10.162204"),
        datetime.fromisoformat("2020-02-06T07:50:15.634692"),
    ]
    assert seen.filter(native_id="4440")["source_category"].item() == "Afval > Astbest accu"


def test_an_internal_report_of_signalen_is_left_out_and_a_part_names_its_parent() -> None:
    part, whole, *_ = json.loads((FIXTURES / "signalen_api" / "incidents.json").read_bytes())
    whole["source"] = "Interne melding"
    part["_links"]["sia:parent"] = {
        "href": f"https://signalen.example/signals/v1/private/signals/{whole['id']}"
    }
    found = read("signalen-api", json.dumps({"results": [whole, part]}).encode())
    assert found.dropped == 1
    reports = found.messages.filter(role="report").select("native_id", "parent_id")
    assert reports.rows() == [(str(part["id"]), str(whole["id"]))]


def test_reports_of_rotterdam_are_residents_and_not_yet_answered() -> None:
    found = read("rotterdam-msb", (FIXTURES / "rotterdam_msb" / "meldingen_voorbeeld.json").read_bytes())
    assert (found.rejected.height, found.dropped) == (0, 0)
    said = found.messages.select("native_id", "kind", "author_kind", "source_category", "created_at")
    assert said.sort("native_id").rows() == [
        (
            "2407511",
            "report",
            "resident",
            "Bestrating ongelijk of beschadigd",
            datetime.fromisoformat("2022-09-28 07:45:22"),
        ),
        ("2407515", "report", "resident", "Bomen", datetime.fromisoformat("2022-09-28 07:45:24")),
    ]


def test_every_complaint_of_amsterdam_is_a_contact_on_its_day() -> None:
    content = (FIXTURES / "amsterdam_klachten" / "klachten.json").read_bytes()
    written = {row["klacht_id"]["value"]: row for row in json.loads(content)["List"]}
    found = read("amsterdam-klachten", content)
    assert (found.rejected.height, found.dropped, found.messages.height) == (0, 0, len(written))
    assert set(found.messages["native_id"]) == set(written)
    first = found.messages.row(by_predicate=pl.col("native_id") == "250566", named=True)
    assert (first["created_at"], first["created_at_basis"]) == (
        datetime.fromisoformat("2022-05-04 22:00"),
        "day_only",
    )
    assert (first["kind"], first["author_kind"], first["title"]) == ("contact", "resident", None)
