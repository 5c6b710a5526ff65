"""The night as a whole, on a real Prefect API, a real database and the real embedder."""

from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tests.conftest import Town
from tests.deployment import written_export
from tests.town import AS_OF, day, resident_rows
from warehouse.store import open_store, query_published
from warehouse.tables import TABLES

pytestmark = pytest.mark.xdist_group("prefect")
CLOCK = {"started", "ended", "collected_at", "first_seen", "loaded_at"}


def night(town: Town, as_of: str = AS_OF.isoformat()) -> int:
    return main(["nightly", "--config", str(town.settings), "--as-of", as_of])


def stored(home: Path) -> dict[str, pl.DataFrame]:
    """All that is stored, without when it was."""
    with open_store(home / "warehouse.duckdb") as store:
        return {table.name: store.table(table).drop(CLOCK, strict=False) for table in TABLES}


def pages(home: Path) -> dict[str, bytes]:
    files = sorted(path for path in (home / "reports").rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_bytes() for path in files}


def published(town: Town, sql: str) -> pl.DataFrame:
    return query_published(town.home / "published" / "weerklank.duckdb", sql)


def test_a_night_finds_the_planted_gap(first_night: Town) -> None:
    gap = published(
        first_night, "SELECT theme_id, verdict FROM mart.gap WHERE verdict IN ('stil', 'overschot')"
    )
    assert set(gap.rows()) == {("afvalinzameling", "stil"), ("cultuur-en-bibliotheek", "overschot")}
    page = (first_night.home / "reports" / "latest" / "index.html").read_text()
    assert page.count("<h1") == 1
    assert "Afvalinzameling en containers" in page


def test_the_night_shows_its_results_in_prefect(first_night: Town) -> None:
    from prefect.artifacts import Artifact

    keys = ("kloof", "rapport", "poort-berichten", "poort-venster", "poort-cijfers")
    shown = {key: Artifact.get(key) for key in keys}
    data = {key: str(artifact.data) for key, artifact in shown.items() if artifact is not None}
    assert set(data) == set(shown)
    assert "Afvalinzameling en containers" in data["kloof"]
    assert "reports" in data["rapport"]
    assert "geen_inwoners" in data["poort-venster"]
    assert first_night.home.is_dir()


def test_a_second_night_on_the_same_day_changes_nothing(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    first, first_pages = stored(town.home), pages(town.home)
    assert night(town) == 0
    said = capsys.readouterr().out
    assert "1. Afvalinzameling en containers" in said
    assert str(town.home / "reports") in said
    second = stored(town.home)
    for name, frame in first.items():
        assert frame.equals(second[name]), name
    assert pages(town.home) == first_pages


def test_new_edited_and_repeated_messages(town: Town) -> None:
    rows = resident_rows()
    rows[0][4] = "Toch is de container nu wel geleegd, bedankt"
    rows.append(["r-nieuw", day(0), "Iemand Anders", "r1", "Hier ook"])
    written_export(town.settings.parent / "exports" / "inwoners_later.csv", rows)
    assert night(town) == 0
    messages = published(town, "SELECT * FROM core.message WHERE native_id IN ('r0', 'r1', 'r-nieuw')")
    versions = messages.group_by("native_id").agg(pl.len(), pl.col("is_current").sum())
    assert dict(zip(versions["native_id"], versions["len"], strict=True)) == {"r0": 2, "r1": 1, "r-nieuw": 1}
    assert versions["is_current"].to_list() == [1, 1, 1]
    reply = messages.row(by_predicate=pl.col("native_id") == "r-nieuw", named=True)
    assert (reply["parent_id"], reply["thread_id"]) == ("facebook:r1", "facebook:r1")
    later = published(town, "SELECT * FROM core.export WHERE file_name = 'inwoners_later.csv'")
    assert later.select("rows_loaded", "rows_unchanged").rows() == [(2, len(rows) - 2)]


def test_a_broken_export_and_broken_rows_do_not_stop_the_rest(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    exports = town.settings.parent / "exports"
    (exports / "inwoners_stuk.csv").write_text("nummer,datum,bericht\n1,vandaag,niets\n", encoding="utf-8")
    rows = resident_rows()
    rows[3][1] = "gisteren"
    rows[4][1] = "01-01-2099 10:00"
    written_export(exports / "inwoners_rijen.csv", rows)
    assert night(town) == 4
    out = capsys.readouterr().out
    assert "inwoners_stuk.csv" in out
    assert "1. Afvalinzameling en containers" in out

    left_out = published(town, "SELECT file_name, reason FROM core.export WHERE status = 'left_out'")
    assert left_out["file_name"].to_list() == ["inwoners_stuk.csv"]
    assert "scheidingsteken" in left_out["reason"].item()
    assert "inwoners_stuk.csv" in (town.home / "reports" / "latest" / "index.html").read_text()
    assert published(town, "SELECT status FROM mart.run WHERE status = 'incomplete'").height == 1

    quarantine = published(town, "SELECT row, rule, field FROM core.quarantine ORDER BY row")
    broken = [(4, "onleesbare_datum", "created_at"), (5, "tijd_in_de_toekomst", "created_at")]
    assert quarantine.rows() == broken
    file = published(town, "SELECT * FROM core.export WHERE file_name = 'inwoners_rijen.csv'").row(
        0, named=True
    )
    parts = ("rows_loaded", "rows_unchanged", "rows_duplicate", "rows_quarantined", "rows_dropped")
    assert file["rows_read"] == len(rows) == sum(file[part] for part in parts)


def test_a_stop_leaves_yesterdays_report_and_copy(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    before, copy = pages(town.home), (town.home / "published" / "weerklank.duckdb").read_bytes()
    # A window with no message at all: long after the last one.
    assert night(town, "2027-06-28") == 3
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("weerklank: ")
    assert said.endswith(".")
    assert pages(town.home) == before
    assert (town.home / "published" / "weerklank.duckdb").read_bytes() == copy
    with open_store(town.home / "warehouse.duckdb") as store:
        runs = store.query("SELECT as_of::VARCHAR AS day, status FROM core.run ORDER BY as_of")
    assert runs.rows() == [("2026-06-28", "done"), ("2027-06-28", "stopped")]
