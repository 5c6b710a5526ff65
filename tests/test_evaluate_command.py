"""`weerklank evaluate` on a real small night: against labels, without them, and where it cannot write."""

import json
from pathlib import Path

import pytest

from flows.cli import main
from tests.conftest import Town
from tests.town import post_rows, resident_rows


def written_gold(folder: Path) -> Path:
    """What the invented town is about: residents speak of waste or chat, the municipality of culture."""
    lines = [
        f"{row[0]},resident,{'overig' if row[0].startswith('g') else 'huisvuil'},0" for row in resident_rows()
    ]
    lines += [f"{row[0]},municipality,cultuur,0" for row in post_rows()]
    path = folder / "gold.csv"
    path.write_text(
        "native_id,author_kind,theme,is_question\n" + "\n".join([*lines, "weg,resident,huisvuil,0"])
    )
    return path


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.xdist_group("prefect")
def test_a_night_is_held_against_labels(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, page = written_gold(tmp_path), tmp_path / "meting.html"
    before = files_of(town.home)
    capsys.readouterr()
    assert main(["evaluate", "--gold", str(gold), "--json", "--html", str(page)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    figures = json.loads(out)
    assert list(figures) == [
        "messages", "missing", "unlabelled", "taught", "accuracy", "v_measure", "recognised_without",
        "recognised_outside", "lost", "gap_rank_correlation", "gap_mean_error_pp", "top_gaps_hit", "top_gaps",
        "themes_found", "themes_named", "question_precision", "question_recall", "themes", "confusion",
        "calibration", "verdicts", "signals",
    ]  # fmt: skip
    assert (figures["messages"], figures["missing"]) == (103, 1)
    assert figures["accuracy"] > 0.9
    assert {theme["theme"] for theme in figures["themes"]} == {"huisvuil", "cultuur"}
    assert figures["verdicts"]["silent"] == {
        "confirmed": 1,
        "false": 0,
        "undecided": 0,
        "unnamed": 0,
        "missed": 0,
    }
    assert figures["signals"] == {"found": 0, "missed": 0, "extra": 0, "judged": []}
    assert sum(part["messages"] for part in figures["calibration"]["bins"]) == 103
    shown = page.read_text(encoding="utf-8")
    assert "1 thema heet stil: de labels bevestigen er 1 en spreken er 0 tegen." in shown
    assert main(["evaluate", "--gold", str(gold)]) == 0
    assert capsys.readouterr().out.startswith("Tegen de labels in gold.csv\n")
    assert files_of(town.home) == before


@pytest.mark.xdist_group("prefect")
def test_a_night_is_measured_without_labels(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, before = tmp_path / "vast.html", files_of(town.home)
    capsys.readouterr()
    assert main(["evaluate", "--json", "--config", str(town.settings), "--html", str(page)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["nights", "resampling", "assigner"]
    [run] = figures["nights"]["runs"]
    assert (run["kept"], run["lost"], figures["nights"]["lost"]) == (None, [], [])
    redrawn = {theme["theme_id"]: theme for theme in figures["resampling"]["themes"]}
    assert redrawn["afvalinzameling"]["verdict_kept"] == 1
    assert figures["resampling"]["draws"] == 200
    assert 0.4 < figures["assigner"]["leave_one_out_accuracy"] < 1
    assert figures["assigner"]["corrections"] == 0
    assert "Elk oordeel stil of overschot blijft in minstens" in page.read_text(encoding="utf-8")
    assert files_of(town.home) == before


@pytest.mark.xdist_group("prefect")
def test_a_page_that_cannot_be_written(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert town.home.is_dir()
    page = tmp_path / "nergens" / "meting.html"
    assert main(["evaluate", "--gold", str(written_gold(tmp_path)), "--html", str(page)]) == 2
    assert capsys.readouterr().err == (
        f"weerklank: Bestand {page} is niet te schrijven; kies bij --html een bestand in een map die er is.\n"
    )
