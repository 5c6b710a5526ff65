"""The command line: what it says, in which language, with which exit code, and how little it loads."""

import argparse
import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from flows.arguments import DutchParser
from flows.cli import main
from flows.progress import STEPS, progress
from flows.settings import read_settings
from warehouse.errors import ConfigurationError
from warehouse.sources.mapping_file import built_in_ids
from warehouse.store import open_store
from warehouse.tables import MESSAGE, MESSAGE_THEME, THEME

COMMANDS = ("demo", "init", "nightly", "check", "inspect", "evaluate", "sql", "themes")


@pytest.fixture
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the home will be: it is not there yet."""
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def published(no_home: Path) -> Path:
    """A published copy with two messages of residents: one about waste, one about nothing."""
    texts = {"kcc:1": "De container is vol", "kcc:2": "Goedemorgen\x1b[31m"}
    messages = pl.DataFrame(
        {
            "message_id": list(texts), "native_id": ["1", "2"], "version": 1, "is_current": True,
            "source_id": "balie", "platform": "kcc", "kind": "contact", "author_kind": "resident",
            "text": list(texts.values()), "created_at": datetime(2026, 9, 1, tzinfo=UTC),
            "created_day": date(2026, 9, 1), "export_id": "e",
        }
    )  # fmt: skip
    themed = pl.DataFrame({"message_id": list(texts), "theme_id": ["afval", None], "run_id": "r"})
    theme = {
        "theme_id": ["afval"],
        "label": "Afval",
        "origin": "catalogue",
        "status": "active",
        "keywords": [["container", "zak, vol"]],
    }
    with open_store(no_home / "warehouse.duckdb") as store:
        store.upsert(MESSAGE, messages.with_columns(pl.col("created_at").dt.replace_time_zone(None)))
        store.replace(MESSAGE_THEME, MESSAGE_THEME.conform(themed))
        store.upsert(THEME, THEME.conform(pl.DataFrame(theme)))
        store.publish(no_home / "published" / "weerklank.duckdb")
    return no_home


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints when all is well."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_dutch_and_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"] if command else ["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("gebruik: weerklank")
    assert "toon deze uitleg" in shown
    assert f"Voorbeeld: weerklank {command}" in shown if command else all(name in shown for name in COMMANDS)
    assert not [word for word in ("usage", "options", "positional", "show this") if word in shown]


def test_a_reader_who_leaves_early_ends_the_command_quietly(published: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "flows.cli", "sql", "--csv", "FROM range(100000)"]
    run = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (run.returncode, run.stderr) == (1, "")
    assert (published / "published").exists()


def test_the_module_is_the_command(no_home: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "flows.cli", "sql", "SELECT 1"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"weerklank: {no_home}/published/weerklank.duckdb is er nog niet;")


def test_an_error_that_nobody_foresaw_is_told_without_its_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_given: argparse.Namespace) -> int:
        return int("de buurman van Jansen")

    monkeypatch.setattr("flows.cli.themes", broken)
    assert main(["broken"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("weerklank: Onverwachte fout in het commando (ValueError bij cli.py:")
    assert line.endswith("meld dit met deze regel, het vorige rapport staat er nog.")
    assert "Jansen" not in line


def test_an_answer_stays_on_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "weerklank.toml"
    settings.write_text('"wee\\nfout  balie: \\u001b[31mgoed" = 1\n')
    assert main(["check", "--config", str(settings)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "onbekende sleutel 'wee fout  balie: [31mgoed'" in line


def test_init_makes_a_folder_that_check_understands(
    tmp_path: Path, no_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "testdam"
    told = said(capsys, "init", str(folder))
    made = ("weerklank.toml", "mappings/klantcontact.yaml", "mappings/mapping.schema.json", "exports")
    assert [line for line in told.splitlines() if line.startswith("gemaakt: ")] == [
        f"gemaakt: {folder / name}" for name in made
    ]
    assert read_settings(folder / "weerklank.toml").municipality.name == "Voorbeeldstad"
    assert main(["check", "--config", str(folder / "weerklank.toml")]) == 4
    assert capsys.readouterr().out.startswith(
        "fout  klantcontact: Bron 'klantcontact': geen bestand gevonden"
    )
    assert not no_home.joinpath("warehouse.duckdb").exists()


def test_init_names_built_in_mappings_only(tmp_path: Path) -> None:
    main(["init", str(tmp_path / "testdam")])
    settings = (tmp_path / "testdam" / "weerklank.toml").read_text()
    listed = (
        settings.partition("ingebouwde, zoals\n# ")[2].partition(". ")[0].replace(" of ", ", ").split(", ")
    )
    assert len(listed) == 3
    assert set(listed) <= set(built_in_ids())


def test_the_sample_passes_its_own_check(no_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(
        capsys, "check", "--config", str(files("warehouse") / "sample" / "weerklank.toml")
    ).splitlines()
    assert {line.split()[1] for line in lines} == {"facebook:", "x:", "klantcontact:", "meldingen:"}
    assert all(line.startswith("goed  ") and ", 0 in quarantaine, " in line for line in lines)
    assert sorted(path.name for path in no_home.rglob("*") if path.is_file()) == []


@pytest.mark.usefixtures("published")
def test_sql_gives_a_table_or_csv(capsys: pytest.CaptureFixture[str]) -> None:
    question = "SELECT theme_id, keywords FROM mart.theme"
    assert said(capsys, "sql", "--csv", question) == 'theme_id,keywords\nafval,"container, zak, vol"\n'
    shown = said(capsys, "sql", question)
    assert "theme_id" in shown
    assert "container" in shown
    assert "str" not in shown


@pytest.mark.usefixtures("published")
def test_no_text_of_a_resident_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Goedemorgen[31m" in said(capsys, "sql", "SELECT text FROM mart.message ORDER BY text")


@pytest.mark.usefixtures("published")
def test_themes_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Afval" in said(capsys, "themes")


@pytest.mark.usefixtures("published")
def test_evaluate_gives_figures_for_people_and_for_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("native_id,author_kind,theme\n1,resident,huisvuil\n2,resident,overig\n3,resident,wegen\n")
    figures = json.loads(said(capsys, "evaluate", "--gold", str(gold), "--json"))
    assert (figures["messages"], figures["missing"], figures["accuracy"]) == (2, 1, 1.0)
    assert figures["recognised_without"] == 1.0
    assert figures["question_recall"] is None
    assert figures["verdicts"] is figures["signals"] is None
    shown = [" ".join(line.split()) for line in said(capsys, "evaluate", "--gold", str(gold)).splitlines()]
    assert shown[0] == "Tegen de labels in gold.csv"
    assert {"Gelabelde berichten 2", "Goed ingedeeld 100,0%", "Vragen: bereik –"} <= set(shown)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "geef ook DAG"),
        (["1", "2"], "onbekend: 2"),
        (["1", "--aantal"], "--aantal heeft een waarde nodig"),
        (["1", "--snel=ja"], "--snel krijgt geen waarde, ook niet 'ja'"),
        (["1", "--soort", "x y"], "'x bestaat niet voor --soort"),
        (["1", "--aantal", "drie"], "--aantal: 'drie' is geen getal"),
    ],
)
def test_every_error_of_the_arguments_is_dutch(arguments: list[str], sentence: str) -> None:
    def number(text: str) -> int:
        try:
            return int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"'{text}' is geen getal") from error

    parser = DutchParser("proef", "Een proef.")
    parser.add_argument("dag", metavar="DAG")
    parser.add_argument("--aantal", type=number)
    parser.add_argument("--soort", choices=["a", "b"])
    parser.add_argument("--snel", action="store_true")
    with pytest.raises(ConfigurationError) as refused:
        parser.parse_args(arguments)
    assert str(refused.value) == f"Zo werkt het commando niet: {sentence}; zie 'proef --help'."


def test_progress_knows_the_steps_of_the_night_in_order() -> None:
    written = (files("flows") / "steps.py").read_text("utf-8")
    assert tuple(re.findall(r'^@step\("([^"]+)"', written, re.MULTILINE)) == STEPS


def test_progress_in_a_log_is_a_line_with_the_time_per_step(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Testdam") as tell:
        tell("marts")
        tell("zinsvectoren: 2 van 4 nieuwe teksten")
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first[8:] == " Testdam: marts"
    assert time.fromisoformat(first[:8])
    assert second.endswith(" Testdam: zinsvectoren: 2 van 4 nieuwe teksten")


def test_progress_on_a_terminal_takes_any_name_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress("Test [/dam]") as tell:
        for step in STEPS:
            tell(step)
    assert "Test [/dam]: publiceren" in capsys.readouterr().err


def test_a_night_goes_on_when_nobody_reads_along(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        monkeypatch.setattr(sys, "stderr", nobody)
        with progress("Testdam") as tell:
            tell("marts")
        monkeypatch.undo()
        # What could not be written must not be tried again when the pipe is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), nobody.fileno())
