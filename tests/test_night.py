"""The night as a whole, on a real Prefect API, a real database and the real embedder."""

from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tests.deployment import written_export
from tests.town import AS_OF, day, resident_rows, written_town
from warehouse.store import open_store, query_published
from warehouse.tables import TABLES

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.usefixtures("prefect_api")]
CLOCK = {"started", "ended", "collected_at", "first_seen", "loaded_at"}


def night(settings: Path, as_of: str = AS_OF.isoformat()) -> int:
    return main(["nightly", "--config", str(settings), "--as-of", as_of])


def stored(home: Path) -> dict[str, pl.DataFrame]:
    """All that is stored, without when it was."""
    with open_store(home / "warehouse.duckdb") as store:
        return {table.name: store.table(table).drop(CLOCK, strict=False) for table in TABLES}


def pages(home: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(home)): p.read_bytes() for p in sorted((home / "reports").rglob("*")) if p.is_file()
    }


def published(home: Path, sql: str) -> pl.DataFrame:
    return query_published(home / "published" / "weerklank.duckdb", sql)


def test_a_night_finds_the_gap_and_a_second_one_changes_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = written_town(tmp_path)
    assert night(settings) == 0
    said = capsys.readouterr().out
    assert "1. Afvalinzameling en containers" in said
    assert str(home / "reports") in said
    gap = published(home, "SELECT theme_id, verdict FROM mart.gap WHERE verdict IN ('stil', 'overschot')")
    assert set(gap.rows()) == {("afvalinzameling", "stil"), ("cultuur-en-bibliotheek", "overschot")}
    assert (home / "reports" / "latest" / "index.html").read_text().count("<h1") == 1

    first, first_pages = stored(home), pages(home)
    assert night(settings) == 0
    second = stored(home)
    for name, frame in first.items():
        assert frame.equals(second[name]), name
    assert pages(home) == first_pages


def test_new_edited_and_repeated_messages(home: Path, tmp_path: Path) -> None:
    settings = written_town(tmp_path)
    assert night(settings) == 0
    rows = resident_rows()
    rows[0][4] = "Toch is de container nu wel geleegd, bedankt"
    rows.append(["r-nieuw", day(0), "Iemand Anders", "r1", "Hier ook"])
    written_export(tmp_path / "exports" / "inwoners_later.csv", rows)
    assert night(settings) == 0
    messages = published(
        home, "SELECT * FROM core.message WHERE native_id IN ('r0', 'r1', 'r-nieuw') ORDER BY ALL"
    )
    versions = messages.group_by("native_id").agg(pl.len(), pl.col("is_current").sum())
    assert dict(zip(versions["native_id"], versions["len"], strict=True)) == {"r0": 2, "r1": 1, "r-nieuw": 1}
    assert versions["is_current"].to_list() == [1, 1, 1]
    reply = messages.row(by_predicate=pl.col("native_id") == "r-nieuw", named=True)
    assert (reply["parent_id"], reply["thread_id"]) == ("facebook:r1", "facebook:r1")
    later = published(home, "SELECT * FROM core.export WHERE file_name = 'inwoners_later.csv'")
    assert later.select("rows_loaded", "rows_unchanged").rows() == [(2, len(rows) - 2)]


def test_one_broken_export_does_not_stop_the_others(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = written_town(tmp_path)
    broken = tmp_path / "exports" / "inwoners_stuk.csv"
    broken.write_text("nummer,datum,bericht\n1,vandaag,niets\n", encoding="utf-8")
    assert night(settings) == 4
    out = capsys.readouterr().out
    assert "inwoners_stuk.csv" in out
    assert "1. Afvalinzameling en containers" in out
    left_out = published(home, "SELECT file_name, status, reason FROM core.export WHERE status = 'left_out'")
    assert left_out["file_name"].to_list() == ["inwoners_stuk.csv"]
    assert "scheidingsteken" in left_out["reason"].item()
    assert "inwoners_stuk.csv" in (home / "reports" / "latest" / "index.html").read_text()
    run = published(home, "SELECT status FROM mart.run")
    assert run["status"].to_list() == ["incomplete"]


def test_a_row_that_breaks_a_rule_goes_to_quarantine(home: Path, tmp_path: Path) -> None:
    settings = written_town(tmp_path)
    rows = resident_rows()
    rows[3][1] = "gisteren"
    rows[4][1] = "01-01-2099 10:00"
    written_export(tmp_path / "exports" / "inwoners.csv", rows)
    assert night(settings) == 0
    quarantine = published(home, "SELECT row, rule, field FROM core.quarantine ORDER BY row")
    assert quarantine.rows() == [
        (4, "onleesbare_datum", "created_at"),
        (5, "tijd_in_de_toekomst", "created_at"),
    ]
    counts = published(home, "SELECT * FROM core.export WHERE file_name = 'inwoners.csv'").row(0, named=True)
    parts = ("rows_loaded", "rows_unchanged", "rows_duplicate", "rows_quarantined", "rows_dropped")
    assert counts["rows_read"] == len(rows) == sum(counts[part] for part in parts)


def test_a_stop_leaves_yesterdays_report_and_copy(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = written_town(tmp_path)
    assert night(settings) == 0
    before, copy = pages(home), (home / "published" / "weerklank.duckdb").read_bytes()
    capsys.readouterr()
    # A window with no message at all: long after the last one.
    assert night(settings, "2027-06-28") == 3
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("weerklank: ")
    assert said.endswith(".")
    assert pages(home) == before
    assert (home / "published" / "weerklank.duckdb").read_bytes() == copy
    with open_store(home / "warehouse.duckdb") as store:
        runs = store.query("SELECT as_of::VARCHAR AS day, status FROM core.run ORDER BY as_of")
    assert runs.rows() == [("2026-06-28", "done"), ("2027-06-28", "stopped")]


def test_the_night_shows_its_results_in_prefect(home: Path, tmp_path: Path) -> None:
    from prefect.artifacts import Artifact

    assert night(written_town(tmp_path)) == 0
    gaps = Artifact.get("kloof")
    assert gaps is not None
    assert "Afvalinzameling en containers" in str(gaps.data)
    link = Artifact.get("rapport")
    assert link is not None
    assert str(home) in str(link.data)
    for gate in ("poort-berichten", "poort-venster", "poort-cijfers"):
        shown = Artifact.get(gate)
        assert shown is not None, gate
        assert "geen_inwoners" in str(shown.data) or gate != "poort-venster"
