"""Which files a night finds, in which order, and when it has had them before."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.collect import collected
from flows.settings import Source
from warehouse.errors import ConfigurationError, SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping

MAPPING = """\
id: balie
version: 1
read: {format: csv}
emit:
  - kind: contact
    platform: kcc
    fields:
      native_id: {from: Nummer}
      text: {from: Vraag}
      created_at: {from: Datum, datetime: {formats: ["%d-%m-%Y"], tz: Europe/Amsterdam}}
"""


@pytest.fixture
def mapping() -> Mapping:
    return parse_mapping(MAPPING, "balie.yaml")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The folder of the settings, with exports in it, below it and beside it."""
    base = tmp_path / "testdam"
    for name in ("b.csv", "a.csv", "c.json", "maart/d.csv", "../elders/e.csv"):
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"inhoud van {name}")
    (base / "map.csv").mkdir()
    return base


def source(*files: str, name: str = "balie") -> Source:
    return Source(name=name, mapping="balie.yaml", files=list(files))


def found(base: Path, mapping: Mapping, *files: str) -> list[str]:
    return [os.path.relpath(export.path, base) for export in collected(source(*files), mapping, base)]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["b.csv"], ["b.csv"]),
        (["[ab].csv"], ["a.csv", "b.csv"]),
        (["b.csv", "a.csv"], ["a.csv", "b.csv"]),
        (["b.csv", "*/d.csv"], ["b.csv", "maart/d.csv"]),
        (["b.csv", "?.csv", "./b.csv", "../testdam/b.csv"], ["a.csv", "b.csv"]),
        (["maart"], []),
        (["m*"], []),
        (["**/d.csv"], ["maart/d.csv"]),
        (["../elders/*.csv"], ["../elders/e.csv"]),
        (["../*/maart/d.csv"], ["maart/d.csv"]),
        (["B.csv"], []),
    ],
    ids=str,
)
def test_patterns_find_files_once_and_in_order(
    files: list[str], names: list[str], base: Path, mapping: Mapping
) -> None:
    if names:
        assert found(base, mapping, *files) == names
    else:
        with pytest.raises(SourceError, match="geen bestand gevonden"):
            found(base, mapping, *files)


def test_a_pattern_may_be_absolute(base: Path, mapping: Mapping) -> None:
    assert found(base, mapping, str(base / "[ab].csv")) == ["a.csv", "b.csv"]


def test_a_source_without_files_says_what_it_looked_for(base: Path, mapping: Mapping) -> None:
    with pytest.raises(
        SourceError, match=r"Bron 'balie': geen bestand gevonden voor 'x\.csv' of 'y\.csv' in .*"
    ):
        found(base, mapping, "x.csv", "y.csv")


@pytest.mark.parametrize("pattern", ["", ".", "/"])
def test_a_pattern_that_means_nothing_is_wrong_configuration(
    pattern: str, base: Path, mapping: Mapping
) -> None:
    with pytest.raises(ConfigurationError, match=r"Bron 'balie': het patroon '.*' kan niet"):
        found(base, mapping, pattern)


def test_a_name_too_long_for_the_disk_leaves_the_source_out(base: Path, mapping: Mapping) -> None:
    with pytest.raises(SourceError, match=r"Bron 'balie': de map van 'x+' is niet te lezen"):
        found(base, mapping, "x" * 300)


def test_an_export_is_known_by_source_mapping_and_bytes(base: Path, mapping: Mapping) -> None:
    def export_id(name: str = "a.csv", source_name: str = "balie", read_by: Mapping = mapping) -> str:
        [export] = collected(source(name, name=source_name), read_by, base)
        return export.export_id

    first = export_id()
    (base / "a2.csv").write_bytes((base / "a.csv").read_bytes())
    assert export_id("a2.csv") == first
    described = parse_mapping(MAPPING.replace("version: 1", "version: 1  # een opmerking"), "balie.yaml")
    assert export_id(read_by=described) == first
    others = {
        export_id("b.csv"),
        export_id(source_name="telefoon"),
        export_id(read_by=parse_mapping(MAPPING.replace("Vraag", "Tekst"), "balie.yaml")),
        export_id(read_by=parse_mapping(MAPPING.replace("version: 1", "version: 2"), "balie.yaml")),
    }
    assert len(others - {first}) == 4


def test_a_file_of_any_size_is_read_as_a_stream_and_known_to_be_the_same(
    base: Path, mapping: Mapping
) -> None:
    [export] = collected(source("a.csv"), mapping, base)
    with export.part.open() as first, export.part.open() as second:
        assert first.read() == second.read() == b"inhoud van a.csv"
    assert (export.part.name, export.part.size) == ("a.csv", 16)
    assert export.unchanged()
    (base / "a.csv").write_text("inhoud van b.csv")
    assert not export.unchanged()
    (base / "a.csv").unlink()
    for use in (export.unchanged, export.part.open):
        with pytest.raises(SourceError, match=r"Bestand a\.csv is niet te lezen"):
            use()


JOINED = MAPPING + 'join: [{file: "plaatsen*.csv", on: {Plaats: Nr}, prefix: "plaats."}]\n'


def test_files_to_join_are_no_exports_and_take_part_in_who_an_export_is(base: Path) -> None:
    mapping = parse_mapping(JOINED, "balie.yaml")
    [alone] = collected(source("a.csv"), mapping, base)
    assert alone.beside == ()
    (base / "plaatsen_2026.csv").write_text("Nr;Naam")
    exports = collected(source("*.csv"), mapping, base)
    assert [export.path.name for export in exports] == ["a.csv", "b.csv"]
    assert {export.beside for export in exports} == {(base / "plaatsen_2026.csv",)}
    [part] = exports[0].parts_beside
    assert (part.name, part.open().read()) == ("plaatsen_2026.csv", b"Nr;Naam")
    assert exports[0].export_id != alone.export_id
    (base / "plaatsen_2026.csv").write_text("Nr;Wijk")
    assert not exports[0].unchanged()
    assert collected(source("a.csv"), mapping, base)[0].export_id != exports[0].export_id


def test_a_link_out_of_the_folder_is_not_joined(base: Path) -> None:
    (base.parent / "elders.csv").write_text("Nr;Geheim")
    (base / "plaatsen_2026.csv").symlink_to(base.parent / "elders.csv")
    [export] = collected(source("a.csv"), parse_mapping(JOINED, "balie.yaml"), base)
    assert export.beside == ()


def test_files_that_arrived_from_elsewhere_are_exports_too(base: Path, mapping: Mapping) -> None:
    elsewhere = source("sftp://host/uit/*.csv")
    [export] = collected(elsewhere, mapping, base, arrived=[base / "a.csv"])
    assert export.part.open().read() == b"inhoud van a.csv"
    with pytest.raises(SourceError, match="geen bestand gevonden"):
        collected(elsewhere, mapping, base)


def test_what_is_still_written_waits_and_is_told(base: Path, mapping: Mapping) -> None:
    told: list[str] = []
    (base / "a.csv.part").touch()
    (base / "~$b.csv").touch()
    found_now = collected(source("[ab~]*"), mapping, base, tell=told.append)
    assert [export.path.name for export in found_now] == ["a.csv", "b.csv"]
    assert told == [
        "Bron 'balie': a.csv.part, ~$b.csv wordt nog geschreven; wat heel is komt de volgende nacht mee."
    ]


def test_a_file_waits_until_it_was_left_alone_as_long_as_the_settings_say(
    base: Path, mapping: Mapping
) -> None:
    patient = Source(name="balie", mapping="m", files=["a.csv"], settle_seconds=60)
    os.utime(base / "a.csv", (1_700_000_000, 1_700_000_000))
    touched = datetime.fromtimestamp(1_700_000_000, UTC).replace(tzinfo=None)
    with pytest.raises(SourceError, match=r"Bron 'balie': a\.csv wordt nog geschreven"):
        collected(patient, mapping, base, now=touched + timedelta(seconds=59))
    assert len(collected(patient, mapping, base, now=touched + timedelta(seconds=60))) == 1


def test_what_is_no_file_of_the_folder_is_refused_and_told(base: Path, mapping: Mapping) -> None:
    told: list[str] = []
    os.mkfifo(base / "fifo.csv")
    (base / "buiten.csv").symlink_to(base.parent / "elders" / "e.csv")
    (base / "groot.csv").write_text("x" * 100)
    exports = collected(source("*.csv"), mapping, base, tell=told.append, max_bytes=50)
    assert [export.path.name for export in exports] == ["a.csv", "b.csv"]
    assert told == [
        "Bron 'balie': overgeslagen: 4 (buiten.csv is een verwijzing naar buiten de map; "
        "fifo.csv is een FIFO; groot.csv is groter dan 0,0 GiB en nog 1)."
    ]
    with pytest.raises(SourceError, match=r"geen bestand gevonden voor 'f\*' .*fifo\.csv is een FIFO"):
        collected(source("f*"), mapping, base)


def test_a_name_that_would_steer_a_terminal_is_refused(base: Path, mapping: Mapping) -> None:
    (base / "a\x1b[2J.csv").write_text("inhoud")
    told: list[str] = []
    names = [export.path.name for export in collected(source("a*.csv"), mapping, base, tell=told.append)]
    assert names == ["a.csv"]
    assert told == ["Bron 'balie': overgeslagen: 1 (a?[2J.csv heeft een onzichtbaar teken in de naam)."]


def test_links_are_followed_and_those_to_nowhere_are_no_files(base: Path, mapping: Mapping) -> None:
    (base / "link.csv").symlink_to(base / "a.csv")
    (base / "nergens.csv").symlink_to(base / "nee.csv")
    (base / "rond.csv").symlink_to(base / "rond.csv")
    assert found(base, mapping, "link.csv", "nergens.csv", "rond.csv") == ["link.csv"]
