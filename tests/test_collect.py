"""Which files a night finds, in which order, and when it has had them before."""

import os
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


def test_an_export_gives_the_bytes_that_were_collected(base: Path, mapping: Mapping) -> None:
    [export] = collected(source("a.csv"), mapping, base)
    assert export.content() == b"inhoud van a.csv"
    assert export.size == len(export.content())


def test_a_file_that_still_changes_is_left_for_another_night(base: Path, mapping: Mapping) -> None:
    [export] = collected(source("a.csv"), mapping, base)
    (base / "a.csv").write_text("inhoud van a.csv en meer")
    with pytest.raises(
        SourceError, match=r"Bestand a\.csv verandert nog; zet de export klaar en draai opnieuw\."
    ):
        export.content()
    (base / "a.csv").unlink()
    with pytest.raises(SourceError, match=r"Bestand a\.csv is niet te lezen"):
        export.content()


def test_links_are_followed_and_those_to_nowhere_are_no_files(base: Path, mapping: Mapping) -> None:
    (base / "link.csv").symlink_to(base / "a.csv")
    (base / "nergens.csv").symlink_to(base / "nee.csv")
    (base / "rond.csv").symlink_to(base / "rond.csv")
    assert found(base, mapping, "link.csv", "nergens.csv", "rond.csv") == ["link.csv"]
