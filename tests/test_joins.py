"""Columns of another file of the same drop: in a zip, beside the file, or in the file itself."""

import io
import zipfile
from collections.abc import Mapping as Files

import polars as pl
import pytest

from tests.export_reading import judged_part, mapping
from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part, part_of_bytes
from warehouse.sources.read import read_batches
from warehouse.sources.rows import ROW
from warehouse.sources.speakers import Parties

REPORTS = """\
id: meldingen
version: 1
read:
  format: csv
  members: ["*meldingen.csv"]
join:
  - {file: "*plaatsen.csv", on: {plaats: id}, prefix: "plaats."}
expect: {max_quarantined: 1}
emit:
  - kind: report
    platform: kcc
    author_kind: resident
    fields:
      native_id: {from: nummer}
      text: {from: melding}
      created_at: {from: datum, datetime: {formats: "%d-%m-%Y", tz: Europe/Amsterdam}}
      area_name: {from: plaats.buurt, use: [trim], optional: true}
      area_code: {from: plaats.code}
"""
BESIDE = ('  members: ["*meldingen.csv"]\n', "")
ROWS = (
    "nummer;datum;melding;plaats\n1;01-04-2026;a;10\n2;01-04-2026;b;20\n3;01-04-2026;c;\n4;01-04-2026;d;99\n"
)
PLACES = "id;buurt;code\n20;Zuid;Z1\n10;Noord;N1\n;Nergens;X\n"
COMMENTS = """\
id: reacties
version: 1
read: {format: csv}
join:
  - {file: "@rows", on: {onder: id}, prefix: "ouder."}
expect: {max_quarantined: 1}
emit:
  - kind: comment
    platform: forum
    author_kind: resident
    fields:
      native_id: {from: nr}
      text: {from: tekst}
      created_at: {from: tijd, datetime: iso}
      parent_id: {from: ouder.nr}
"""


def zipped(files: Files[str, str], name: str = "levering.zip") -> Part:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in files.items():
            archive.writestr(member, text)
    return part_of_bytes(content.getvalue(), name)


def file(text: str, name: str = "meldingen.csv") -> Part:
    return part_of_bytes(text.encode(), name)


def frame(part: Part, read_by: Mapping, *beside: Part) -> pl.DataFrame:
    return pl.concat([rows.frame for rows in read_batches(part, read_by, beside)])


def places(part: Part, read_by: Mapping, *beside: Part) -> list[tuple[object, ...]]:
    """Number, area and code of every message."""
    found = judged_part(part, read_by, Parties(), beside).messages.sort("row")
    return found.select("native_id", "area_name", "area_code").rows()


def refusal(part: Part, read_by: Mapping, *beside: Part) -> str:
    with pytest.raises(SourceError) as caught:
        frame(part, read_by, *beside)
    said = str(caught.value)
    assert said.startswith("Bestand ")
    assert said.endswith(".")
    assert "\n" not in said
    return said


JOINED = [("1", "Noord", "N1"), ("2", "Zuid", "Z1"), ("3", None, None), ("4", None, None)]


def test_members_of_a_zip_are_joined_whatever_their_order_and_folder() -> None:
    read_by = mapping(REPORTS)
    for files in (
        {"meldingen.csv": ROWS, "plaatsen.csv": PLACES},
        {"plaatsen.csv": PLACES, "map/2026-meldingen.csv": ROWS, "leesmij.txt": "x"},
        {"Meldingen.CSV": ROWS, "PLAATSEN.csv": PLACES},
    ):
        assert places(zipped(files), read_by) == JOINED


def test_files_beside_the_file_are_joined_in_the_same_way() -> None:
    beside = file(PLACES, "2026-plaatsen.csv"), file("x;y\n1;2\n", "ander.csv")
    assert places(file(ROWS), mapping(REPORTS, BESIDE), *beside) == JOINED


def test_rows_keep_their_number_and_order_and_none_is_doubled() -> None:
    doubled = PLACES + "10;Noorderpoort;N2\n10;Noorderdiep;N3\n"
    found = frame(zipped({"meldingen.csv": ROWS, "plaatsen.csv": doubled}), mapping(REPORTS))
    assert found.select(ROW, "nummer", "plaats.code").rows() == [
        (1, "1", "N3"), (2, "2", "Z1"), (3, "3", None), (4, "4", None),
    ]  # fmt: skip


def test_the_last_of_several_files_has_the_last_word() -> None:
    more = {"meldingen.csv": ROWS, "1-plaatsen.csv": PLACES, "2-plaatsen.csv": "code;id\nN9;10\n"}
    for files in (more, dict(reversed(more.items()))):
        assert places(zipped(files), mapping(REPORTS))[0] == ("1", None, "N9")


def test_several_members_are_joined_to_the_same_places() -> None:
    more = (
        ROWS.replace("\n1;", "\n5;").replace("\n2;", "\n6;").replace("\n3;", "\n7;").replace("\n4;", "\n8;")
    )
    both = zipped({"a-meldingen.csv": ROWS, "b-meldingen.csv": more, "plaatsen.csv": PLACES})
    found = frame(both, mapping(REPORTS))
    assert found[ROW].to_list() == list(range(1, 9))
    assert found.filter(plaats="10")["plaats.code"].to_list() == ["N1", "N1"]


def test_an_empty_key_joins_nothing_and_a_key_is_the_text_that_it_is() -> None:
    text = PLACES.replace("10;", "010;").replace("20;", " 20;")
    assert places(zipped({"meldingen.csv": ROWS, "plaatsen.csv": text}), mapping(REPORTS)) == [
        (number, None, None) for number in "1234"
    ]


def test_a_column_of_the_other_file_is_needed_unless_it_is_optional() -> None:
    without = zipped({"meldingen.csv": ROWS, "plaatsen.csv": "id;code\n10;N1\n"})
    assert places(without, mapping(REPORTS))[0] == ("1", None, "N1")
    said = refusal(zipped({"meldingen.csv": ROWS, "plaatsen.csv": "id;buurt\n10;Noord\n"}), mapping(REPORTS))
    assert "kolom 'code' ontbreekt" in said


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"meldingen.csv": ROWS}, "'*plaatsen.csv' ontbreekt in dezelfde levering"),
        ({"plaatsen.csv": PLACES}, "bevat geen '*meldingen.csv'"),
        ({"meldingen.csv": ROWS, "plaatsen.csv": "nr;buurt\n1;Noord\n"}, "kolom 'id' ontbreekt"),
        ({"meldingen.csv": ROWS, "plaatsen.csv": ""}, "is leeg"),
        ({"meldingen.csv": ROWS.replace(";plaats", ";oord"), "plaatsen.csv": PLACES}, "'plaats' ontbreekt"),
    ],
)
def test_a_drop_that_is_not_whole_is_one_sentence(files: Files[str, str], sentence: str) -> None:
    assert sentence in refusal(zipped(files), mapping(REPORTS))


def test_a_file_without_the_one_beside_it_is_one_sentence() -> None:
    said = refusal(file(ROWS), mapping(REPORTS, BESIDE), file(PLACES, "oorden.csv"))
    assert said.startswith("Bestand meldingen.csv: '*plaatsen.csv' ontbreekt")


def test_a_file_of_places_without_any_leaves_the_columns_empty() -> None:
    found = places(zipped({"meldingen.csv": ROWS, "plaatsen.csv": "id;buurt;code\n"}), mapping(REPORTS))
    assert found == [(number, None, None) for number in "1234"]


def test_two_keys_must_both_fit() -> None:
    two = mapping(REPORTS, ("on: {plaats: id}", "on: {plaats: id, jaar: jaar}"))
    years = "1;01-04-2026;a;10;2025\n2;01-04-2026;b;10;2026\n3;01-04-2026;c;10;\n"
    rows = "nummer;datum;melding;plaats;jaar\n" + years
    other = "id;jaar;buurt;code\n10;2026;Noord;N1\n10;2025;Zuid;Z1\n10;;Oost;O1\n"
    assert places(zipped({"meldingen.csv": rows, "plaatsen.csv": other}), two) == [
        ("1", "Zuid", "Z1"), ("2", "Noord", "N1"), ("3", None, None),
    ]  # fmt: skip


def test_rows_are_joined_to_rows_of_the_same_file() -> None:
    rows = (
        "id;nr;onder;tekst;tijd\n"
        "1;p1;;a;2026-04-01T10:00:00Z\n"
        "2;c2;1;b;2026-04-01T10:00:00Z\n"
        "3;c3;2;c;2026-04-01T10:00:00Z\n"
        "4;c4;9;d;2026-04-01T10:00:00Z\n"
        "5;c5;5;e;2026-04-01T10:00:00Z\n"
    )
    found = judged_part(file(rows), mapping(COMMENTS), Parties()).messages.sort("row")
    assert found.select("native_id", "parent_id").rows() == [
        ("p1", None), ("c2", "p1"), ("c3", "c2"), ("c4", None), ("c5", "c5"),
    ]  # fmt: skip


def test_other_files_have_their_own_header_but_the_same_clean_up() -> None:
    folded = mapping(
        REPORTS,
        ("  format: csv\n", "  format: csv\n  columns: {normalise: [strip_bom, trim, casefold]}\n"
         "  header: {must_contain: [nummer, melding]}\n  fill_down: [plaats]\n"),
    )  # fmt: skip
    files = {
        "meldingen.csv": "Overzicht\n" + ROWS.replace("nummer", "NUMMER"),
        "plaatsen.csv": PLACES.upper(),
    }
    assert places(zipped(files), folded) == [
        ("1", "NOORD", "N1"), ("2", "ZUID", "Z1"), ("3", "ZUID", "Z1"), ("4", None, None),
    ]  # fmt: skip
