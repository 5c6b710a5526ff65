"""Bad input gets a clear answer: one Dutch sentence that names the file, row or key and says what to do.

Each row of the tables breaks one thing in a small good deployment. Every text cell of its exports holds
CANARY, which may be in no answer. No answer is a traceback or English, and no file is touched.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from warehouse.errors import ConfigurationError
from warehouse.store import open_store
from warehouse.tables import ACTION

Damage = Callable[[Path], object]

CANARY = "kanariegeel"
SETTINGS = """\
[municipality]
name = "Testdam"

[[source]]
name = "balie"
mapping = "balie.yaml"
files = "balie.csv"
"""
SECOND_SOURCE = """
[[source]]
name = "pagina"
mapping = "pagina.yaml"
files = "pagina.json"
"""
BALIE_MAPPING = """\
id: balie-export
version: 1
read: {format: csv, delimiter: ";"}
emit:
  - kind: contact
    platform: kcc
    author_kind: resident
    fields:
      native_id: {from: Nummer}
      author: {from: Melder, secret: true}
      text: {from: Vraag}
      created_at: {from: Datum, datetime: {formats: ["%d-%m-%Y"], tz: Europe/Amsterdam}}
"""
PAGINA_MAPPING = """\
id: pagina-export
version: 1
read: {format: json, json: {records: "$.data[*]"}}
emit:
  - kind: post
    platform: facebook
    author_kind: municipality
    fields:
      native_id: {from: id}
      text: {from: message}
      created_at: {from: created, datetime: iso}
"""
BALIE = "Nummer;Datum;Melder;Vraag\n" + "".join(
    f"B-{day};0{day}-09-2026;Mw. {CANARY.title()};Wanneer komt het hek in {CANARY}?\n" for day in range(1, 7)
)
PAGINA = """\
{"data": [
  {"id": "p1", "created": "2026-09-01T10:00:00Z", "message": "Het hek in kanariegeel is er."},
  {"id": "p2", "created": "2026-09-02T10:00:00Z", "message": "Het hek in kanariegeel is weg."}
]}
"""
DEPLOYMENT = {
    "weerklank.toml": SETTINGS,
    "balie.yaml": BALIE_MAPPING,
    "balie.csv": BALIE,
    "pagina.yaml": PAGINA_MAPPING,
    "pagina.json": PAGINA,
}
TOML, YAML, CSV, JSON = "weerklank.toml", "balie.yaml", "balie.csv", "pagina.json"


def untouched(_folder: Path) -> None:
    pass


def gone(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def a_folder(name: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


def closed(name: str) -> Damage:
    return lambda folder: (folder / name).chmod(0)


def holds(name: str, content: str | bytes) -> Damage:
    found = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(found)


def with_(name: str, old: str, new: str) -> Damage:
    assert old in DEPLOYMENT[name]
    return holds(name, DEPLOYMENT[name].replace(old, new))


def added(lines: str) -> Damage:
    return holds(TOML, SETTINGS + lines)


def as_json(content: str) -> Damage:
    """The only source is the page of the municipality, with this export."""

    def damage(folder: Path) -> None:
        (folder / TOML).write_text(SETTINGS.partition("[[source]]")[0] + SECOND_SOURCE)
        (folder / JSON).write_text(content)

    return damage


def row(
    case: str, damage: Damage, code: int, *words: str, only: tuple[pytest.MarkDecorator, ...] = ()
) -> object:
    return pytest.param(damage, code, words, id=case, marks=only)


without_root = (pytest.mark.skipif(os.geteuid() == 0, reason="for root every file is open"),)

# case, what is done to the deployment, exit code of `check`, words of its answer
CASES = [
    # the settings: nothing else is looked at
    row("settings missing", gone(TOML), 2, TOML, "bestaan niet", "--config", "weerklank init"),
    row("settings a folder", a_folder(TOML), 2, TOML, "niet te lezen"),
    row("settings in latin-1", holds(TOML, "# é".encode("latin-1")), 2, TOML, "UTF-8"),
    row("settings closed", closed(TOML), 2, TOML, "rechten", only=without_root),
    row("settings empty", holds(TOML, ""), 2, TOML, "'municipality' ontbreekt"),
    row("no municipality", holds(TOML, SETTINGS.partition("\n\n")[2]), 2, "'municipality' ontbreekt"),
    row("bad TOML", added("[report]\nwindow_weeks = = 3\n"), 2, TOML, "regel 9, kolom 16", "herstel"),
    row("TOML cut off", added('x = """half'), 2, TOML, "laatste regel", "herstel"),
    row("TOML key twice", added('name = "x"\n'), 2, TOML, "regel 8", "herstel"),
    row("TOML too deep", added("x = " + "[" * 5_000), 2, TOML, "herstel"),
    row("unknown key", added("[report]\nwindow_weks = 3\n"), 2, "'report.window_weks'", "'window_weeks'"),
    row("unknown block", added("[municipalty]\n"), 2, "'municipalty'", "'municipality'"),
    row("unknown key, none near", holds(TOML, "qqqq = 1\n" + SETTINGS), 2, "'qqqq'", "haal hem weg"),
    row("text for a number", added('[report]\nwindow_weeks = "x"\n'), 2, "window_weeks", "geheel getal"),
    row("number for a text", with_(TOML, '"Testdam"', "3"), 2, "municipality.name", "aanhalingstekens"),
    row("text for a list", with_(TOML, '"Testdam"', '"T"\nowned_accounts = "T"'), 2, "owned_", "[ en ]"),
    row("number too small", added("[report]\nmin_authors = 2\n"), 2, "report.min_authors", "minstens 5"),
    row("number too large", added("[themes]\nseed = 4294967296\n"), 2, "themes.seed", "kleiner dan"),
    row("empty name", with_(TOML, '"Testdam"', '""'), 2, "municipality.name", "niet leeg", "vul"),
    row("two sources of one name", added(SETTINGS.partition("\n\n")[2]), 2, "'balie'", "twee keer", "naam"),
    row("source name with a space", with_(TOML, '"balie"', '"a b"'), 2, "source.0.name", "kleine letters"),
    row("no file pattern", with_(TOML, '"balie.csv"', "[]"), 2, "source.0", "geef files"),
    row("empty file pattern", with_(TOML, '"balie.csv"', '""'), 2, "'balie'", "exports/*.csv"),
    row("file pattern of dots", with_(TOML, '"balie.csv"', '"."'), 2, "'balie'", "exports/*.csv"),
    row("bad time zone", with_(TOML, '"Testdam"', '"T"\ntimezone = "Mars"'), 2, "'Mars'", "Europe/Amsterdam"),
    row("half a time zone", with_(TOML, '"Testdam"', '"T"\ntimezone = "Europe"'), 2, "'Europe'", "Europe/A"),
    # the mappings: nothing else is looked at
    row("mapping missing", gone(YAML), 2, YAML, "'balie'", "bestaat niet"),
    row("mapping a folder", a_folder(YAML), 2, YAML, "niet te lezen"),
    row("mapping in latin-1", holds(YAML, "# é".encode("latin-1")), 2, YAML, "UTF-8"),
    row("mapping name with NUL", with_(TOML, "balie.yaml", "b\\u0000.yaml"), 2, "b.yaml", "niet te lezen"),
    row("unknown id", with_(TOML, "balie.yaml", "meta-grap"), 2, "'balie'", "'meta-grap'", "'meta-graph'"),
    row("unknown id, none near", with_(TOML, "balie.yaml", "?"), 2, "'balie'", "signalen-api"),
    row("mapping empty", holds(YAML, ""), 2, YAML, "id:"),
    row("YAML error", with_(YAML, "version: 1", "version: [1"), 2, f"{YAML}, regel 3", "YAML"),
    row("YAML day that is none", with_(YAML, "version: 1", "version: 2026-13-45"), 2, YAML, "YAML"),
    row("unknown mapping key", with_(YAML, "read:", "raed:"), 2, f"{YAML}, regel 3", "'raed'", "'read'"),
    row("wrong type in a mapping", with_(YAML, "version: 1", "version: een"), 2, f"{YAML}, regel 2", "getal"),
    row("mapping without text", with_(YAML, "text: {from: Vraag}", ""), 2, YAML, "'text'"),
    row("mapping's time zone", with_(YAML, "Europe/", "Europa/"), 2, f"{YAML}, regel 12", "Europa/Amsterdam"),
    row("mapping's regex", with_(YAML, "Vraag", 'Vraag, regex: "("'), 2, f"{YAML}, regel 11", "regex"),
    # the exports: the source is left out
    row("file missing", gone(CSV), 4, "'balie.csv'", "zet de export klaar"),
    row("folder instead of a file", a_folder(CSV), 4, "'balie.csv'", "zet de export klaar"),
    row("file closed", closed(CSV), 4, CSV, "niet te lezen", "rechten", only=without_root),
    row("file empty", holds(CSV, ""), 4, CSV, "leeg", "opnieuw"),
    row("only a header", holds(CSV, "Nummer;Datum;Melder;Vraag\n"), 4, CSV, "geen rijen", "opnieuw"),
    row("no header", holds(CSV, BALIE.partition("\n")[2]), 4, CSV, "kolom '", "mapping balie-export"),
    row("no header, name like a column", holds(CSV, f"B-1;01-09-2026;{CANARY} Vraag;x\n"), 4, CSV, "kolom"),
    row("wrong delimiter", with_(CSV, ";", ","), 4, CSV, "komma", "delimiter", "mapping balie-export"),
    row("missing column", with_(CSV, "Vraag", "Vraagtekst"), 4, CSV, "'Vraag' ontbreekt", "'Vraagtekst'"),
    row("column twice", with_(CSV, "Vraag", "Vraag;Vraag"), 4, CSV, "'Vraag'", "twee keer"),
    row("wrong encoding", holds(CSV, BALIE.replace("hek", "hék").encode("latin-1")), 4, CSV, "UTF-8"),
    row("UTF-16", holds(CSV, BALIE.encode("utf-16")), 4, CSV, "UTF-8"),
    row("half a UTF-8 character", holds(CSV, (BALIE + "B-7;07-09-2026;x;é").encode()[:-1]), 4, CSV, "UTF-8"),
    row("quote left open", with_(CSV, "Wanneer", '"Wanneer'), 4, CSV, "aanhalingsteken"),
    row("all rows ragged", with_(CSV, "hek ", "hek; "), 4, CSV, "6 van 6", "aantal kolommen", "rij 1"),
    row("all dates another format", with_(CSV, "-09-", "/09/"), 4, CSV, "6 van 6", "datum", "rij 1"),
    row("no ids", with_(CSV, "B-", ";"), 4, CSV, "6 van 6", "rij 1"),
    row("damaged JSON", as_json(PAGINA[:-5]), 4, f"{JSON}, regel 3", "JSON", "opnieuw"),
    row("JSON too deep", as_json("[" * 100_000), 4, JSON, "JSON", "opnieuw"),
    row("JSON without records", as_json(PAGINA.replace("data", "items")), 4, JSON, "heeft geen $.data[*]"),
    row("missing JSON field", as_json(PAGINA.replace("message", "tekst")), 4, JSON, "'message' ontbreekt"),
    # single rows: set aside, the rest of the file is used
    row("nothing wrong", untouched, 0, "6 berichten, 0 in quarantaine, 0 dubbel"),
    row("unreadable date", with_(CSV, "02-09-2026", "31-31-2026"), 0, "5 berichten, 1 in quarantaine"),
    row("ragged row", with_(CSV, "B-2;", "B-2;x;"), 0, "5 berichten, 1 in quarantaine"),
    row("row without text", holds(CSV, BALIE + "B-7;07-09-2026;;\n"), 0, "6 berichten, 1 in quarantaine"),
    row("duplicate ids", with_(CSV, "B-2", "B-1"), 0, "5 berichten, 0 in quarantaine, 1 dubbel"),
]  # fmt: skip


def command(case: str, arguments: str, *words: str) -> object:
    return pytest.param(arguments.split("|"), words, id=case)


# case, arguments, words of the answer; the exit code is 2
COMMANDS = [
    command("no command", "--", "commando", "weerklank --help"),
    command("unknown command", "nachtwerk", "'nachtwerk'", "weerklank --help"),
    command("unknown option", f"check|--config|{TOML}|--snel", "--snel", "--help"),
    command("missing --config", "nightly", "--config", "weerklank nightly --help"),
    command("--config of nothing", "check|--config", "--config", "waarde"),
    command("value for a switch", "sql|--csv=ja|SELECT 1", "--csv", "'ja'"),
    command("Dutch --as-of", f"nightly|--config|{TOML}|--as-of|31-10-2026", "'31-10-2026'", "2026-10-31"),
    command("night without settings", "nightly|--config|nee.toml", "nee.toml", "weerklank init"),
    command("init in a full folder", "init|.", "niet leeg", "nieuwe map"),
    command("init below a file", f"init|{CSV}/nieuw", f"{CSV}/nieuw", "rechten"),
    command("gold missing", "evaluate|--gold|nee.csv", "nee.csv", "--gold"),
    command("gold a folder", "evaluate|--gold|.", "komma's en UTF-8"),
    command("gold of other columns", f"evaluate|--gold|{CSV}", CSV, "kolom 'native_id'", "voeg"),
    command("gold without a column", "evaluate|--gold|zonder.csv", "zonder.csv", "kolom 'theme'", "voeg"),
    command("gold in latin-1", "evaluate|--gold|latin.csv", "latin.csv", "komma's en UTF-8"),
    command("gold of elsewhere", "evaluate|--gold|elders.csv", "elders.csv", "native_id", "draai eerst"),
    command("gold of an empty theme", "evaluate|--gold|leeg.csv", "leeg.csv", "'theme' is leeg", "overig"),
    command("gold of two themes", "evaluate|--gold|dubbel.csv", "dubbel.csv", "bericht '1'", "één staan"),
    command("gold with settings", "evaluate|--gold|elders.csv|--config|nee.toml", "nee.toml", "--config"),
    command("sql that deletes", "sql|DELETE FROM core.message", "SELECT"),
    command("sql that writes a file", "sql|COPY core.message TO 'x.csv'", "SELECT"),
    command("sql of two statements", "sql|SELECT 1; DELETE FROM core.message", "SELECT"),
    command("sql on a wrong value", f"sql|SELECT CAST('{CANARY}' AS INTEGER)", "TRY_CAST"),
    command("sql that no CSV can hold", "sql|--csv|SELECT {'a': 1} AS a", "CSV", "VARCHAR"),
]  # fmt: skip

ENGLISH = re.compile(
    r"\b(the|not|error|errno|invalid|expected|unexpected|must|cannot|missing|found|file|directory|failed"
    r"|unknown|argument|value|line|column|row|end|or|and|for|with|no)\b",
    re.IGNORECASE,
)


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good deployment, which is the working folder, and a home that is not there yet."""
    folder = tmp_path / "testdam"
    folder.mkdir()
    for name, content in DEPLOYMENT.items():
        (folder / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a municipality that has published, though nothing yet."""
    home = tmp_path_factory.mktemp("published")
    with open_store(home / "warehouse.duckdb") as store:
        store.publish(home / "published" / "weerklank.duckdb")
    return home


def files_of(folder: Path) -> dict[Path, bytes]:
    readable = (path for path in folder.rglob("*") if path.is_file() and os.access(path, os.R_OK))
    return {path: path.read_bytes() for path in readable}


def assert_clear(sentence: str, words: tuple[str, ...]) -> None:
    """One whole Dutch sentence that has the words."""
    assert re.fullmatch(r"[A-Z/].*[^.]\.", sentence), sentence
    assert not [word for word in words if word not in sentence], sentence
    own_words = re.sub(r"'[^']*'|\S*[/.]\S+|--\S+", "", sentence)
    assert not ENGLISH.search(own_words), sentence


@pytest.mark.parametrize(("damage", "code", "words"), CASES)
def test_check_answers_what_is_wrong(
    damage: Damage, code: int, words: tuple[str, ...], deployment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(deployment)
    before = files_of(deployment)
    assert main(["check", "--config", TOML]) == code
    said = capsys.readouterr()
    [line] = (said.err if code == 2 else said.out).splitlines()
    assert (said.out if code == 2 else said.err) == ""
    start = {0: "goed  balie: ", 2: "weerklank: ", 4: "fout  "}[code]
    assert line.startswith(start)
    if code == 0:
        assert all(word in line for word in words), line
    else:
        assert_clear(line.removeprefix(start).removeprefix("balie: ").removeprefix("pagina: "), words)
    assert CANARY not in line.casefold()
    assert files_of(deployment) == before


def test_what_is_wrong_with_one_source_leaves_the_other_in(
    deployment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added(SECOND_SOURCE)(deployment)
    gone(CSV)(deployment)
    assert main(["check", "--config", TOML]) == 4
    bad, good = capsys.readouterr().out.splitlines()
    assert bad.startswith("fout  balie: ")
    assert good.startswith("goed  pagina: pagina.json: 2 berichten")


@pytest.mark.parametrize(("arguments", "words"), COMMANDS)
def test_a_command_answers_what_is_wrong(
    arguments: list[str],
    words: tuple[str, ...],
    deployment: Path,
    published: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (deployment / "zonder.csv").write_text(f"native_id,author_kind\n1,{CANARY}\n")
    (deployment / "latin.csv").write_bytes("native_id,author_kind,theme\n1,resident,café\n".encode("latin-1"))
    (deployment / "elders.csv").write_text(f"native_id,author_kind,theme\n1,resident,{CANARY}\n")
    (deployment / "leeg.csv").write_text("native_id,author_kind,theme\n1,resident,\n2,resident, \n")
    (deployment / "dubbel.csv").write_text(
        f"native_id,author_kind,theme\n1,resident,{CANARY}\n1,resident,b\n"
    )
    shutil.copytree(published, deployment.parent / "home")
    before = files_of(deployment.parent)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert out == ""
    assert line.startswith("weerklank: ")
    assert_clear(line.removeprefix("weerklank: "), words)
    assert CANARY not in line.casefold()
    assert files_of(deployment.parent) == before


@pytest.mark.parametrize(
    "damage", [gone(TOML), added("x = 1\n"), with_(TOML, '"Testdam"', '"T"\ntimezone = ""')]
)
def test_a_night_says_the_same_of_its_settings(
    damage: Damage, deployment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(deployment)
    assert main(["check", "--config", TOML]) == 2
    of_check = capsys.readouterr()
    assert main(["nightly", "--config", TOML]) == 2
    assert capsys.readouterr() == of_check


@pytest.mark.parametrize("question", [["sql", "FROM mart.gap"], ["themes"]])
def test_before_the_first_night_there_is_nothing_to_ask(
    question: list[str], deployment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(question) == 2
    line = capsys.readouterr().err.rstrip("\n")
    assert_clear(line.removeprefix("weerklank: "), ("weerklank.duckdb", "draai eerst een nacht"))
    assert not (deployment.parent / "home").exists()


def test_a_home_that_cannot_be_made(
    deployment: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_HOME", str(deployment / CSV / "home"))
    assert main(["check", "--config", TOML]) == 2
    line = capsys.readouterr().err.rstrip("\n")
    assert_clear(line.removeprefix("weerklank: "), (f"{CSV}/home", "WEERKLANK_HOME"))


HOLD = """
import pathlib, sys
from warehouse.store import open_store
with open_store(pathlib.Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_second_night_at_the_same_time(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    action = pl.DataFrame({"action_id": ["a"], "theme_id": "afval", "action": "Bericht geplaatst"})
    with open_store(database) as store:
        store.upsert(ACTION, action)
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with pytest.raises(ConfigurationError) as second:
            open_store(database)
        first.communicate()
    assert second.value.exit_code == 2
    assert_clear(str(second.value), ("warehouse.duckdb", "andere nacht", "wacht"))
    with open_store(database) as store:
        assert store.table(ACTION).height == 1
