"""The README is true: its commands run, its quotation stands in the specification, its table is complete."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from warehouse.mart import marts

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, block in BLOCKS if language == "bash" for line in block.splitlines() if line]


def ours(command: str) -> list[str]:
    """The words after `weerklank` of a README line such as `pip install uv && uv run weerklank demo`."""
    words = shlex.split(command)
    return words[words.index("weerklank") + 1 :]


def test_every_command_is_one_that_these_tests_or_ci_run() -> None:
    known = {
        "weerklank demo",
        "pytest",
        "weerklank init",
        "weerklank inspect",
        "weerklank check",
        "weerklank nightly",
        "weerklank sql",
    }
    named = {re.sub(r"^(pip install uv && )?uv run ", "", line) for line in COMMANDS}
    assert {next((k for k in known if line.startswith(k)), line) for line in named} == known
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pytest" in ci
    assert 'weerklank" demo' in ci


@pytest.mark.xdist_group("prefect")
@pytest.mark.usefixtures("prefect_api")
def test_the_commands_in_the_order_of_the_readme(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    demo, init, inspect, check, nightly, sql = (ours(line) for line in COMMANDS if "weerklank" in line)
    assert main(demo) == 0
    said = capsys.readouterr().out
    assert "Rapport: " in said
    assert Path(said.rsplit("Rapport: ", 1)[1].strip()).is_file()
    assert re.search(r"^  1\. .+: \d+,\d% van inwoners", said, flags=re.MULTILINE)

    assert main(sql) == 0
    assert "Afvalinzameling" in capsys.readouterr().out

    assert main(init) == 0
    # A fresh folder has no exports yet: the check says so and names the source.
    assert main(check) == 4
    assert "klantcontact" in capsys.readouterr().out
    sample = (ROOT / "warehouse" / "sample" / "klantcontact" / "klantcontacten_2026.csv").read_bytes()
    (tmp_path / "mijn-gemeente" / "exports" / "klantcontact_1.csv").write_bytes(sample)
    assert main(inspect) == 0
    assert "zaaknummer" in capsys.readouterr().out
    assert main(check) == 0
    # Residents only, no posts of the municipality: the gate stops the night and says why.
    assert main([*nightly, "--as-of", "2026-09-30"]) == 3
    assert "gemeente" in capsys.readouterr().err
    assert home.is_dir()


def test_the_quoted_definition_is_the_specification() -> None:
    (quoted,) = (block for language, block in BLOCKS if language == "python")
    assert quoted.strip() in (ROOT / "tests" / "spec" / "test_gap.py").read_text(encoding="utf-8")


def test_the_table_names_every_mart_and_no_other() -> None:
    named = set(re.findall(r"`mart\.(\w+)`", README))
    assert named == {mart.name for mart in marts()}


def test_the_picture_is_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_a_command_without_arguments_is_explained() -> None:
    command = [sys.executable, "-m", "flows.cli", "--help"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0
    for command in ("demo", "init", "nightly", "check", "evaluate", "sql", "themes"):
        assert command in run.stdout
