"""The night as an operator runs it: its own process, killed, planted with personal data, watched.

Every run is a real `weerklank nightly` in a subprocess with its own Prefect home.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Town
from tests.deployment import written_export
from tests.town import AS_OF, post_rows, resident_rows, written_town
from warehouse.store import open_store
from warehouse.tables import TABLES

pytestmark = pytest.mark.xdist_group("prefect")
CLOCK = {"started", "ended", "collected_at", "first_seen", "loaded_at"}
KILLED_AT = ("opslaan", "marts", "publiceren")

# An audit hook in every Python process of the run, Prefect's server included, that notes connections.
WATCH = """
import os, sys
def note(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not (host.startswith("127.") or host in ("::1", "localhost", "0.0.0.0")):
            with open(os.environ["WATCH_LOG"], "a") as log:
                log.write(f"{host} {args[1][1]}\\n")
sys.addaudithook(note)
"""


def process(settings: Path, home: Path, extra: dict[str, str] | None = None) -> subprocess.Popen[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "WEERKLANK_"))}
    environment = {
        **kept,
        "WEERKLANK_HOME": str(home),
        "WEERKLANK_SECRET_KEY": os.environ["WEERKLANK_SECRET_KEY"],
        **(extra or {}),
    }
    command = [sys.executable, "-m", "flows.cli", "nightly", "--config", str(settings)]
    command += ["--as-of", AS_OF.isoformat()]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd=Path(__file__).parents[1], start_new_session=True,
    )  # fmt: skip


def killed_at(step: str, run: subprocess.Popen[str]) -> None:
    """Read along until the step begins, then kill the process and all its children."""
    assert run.stdout is not None
    for line in run.stdout:
        if line.rstrip().endswith(step):
            os.killpg(run.pid, signal.SIGKILL)
            break
    else:
        pytest.fail(f"the run ended before '{step}'")
    run.wait()


def stored(home: Path) -> dict[str, pl.DataFrame]:
    with open_store(home / "warehouse.duckdb") as store:
        return {table.name: store.table(table).drop(CLOCK, strict=False) for table in TABLES}


def test_killed_and_run_again_it_ends_in_the_same_state(home: Path, first_night: Town) -> None:
    settings, undisturbed = first_night.settings, first_night.home
    for step in KILLED_AT:
        killed_at(step, process(settings, home))
    again = process(settings, home)
    said, _ = again.communicate()
    assert again.returncode == 0, said

    expected, found = stored(undisturbed), stored(home)
    for name, frame in expected.items():
        assert frame.equals(found[name]), name
    for file in ("index.html", "gap.csv"):
        path = Path("reports") / AS_OF.isoformat() / file
        assert (home / path).read_bytes() == (undisturbed / path).read_bytes()
    assert [path.name for path in (home / "reports" / ".versions").iterdir()] == [
        path.name for path in (undisturbed / "reports" / ".versions").iterdir()
    ]


CANARIES = {
    "author": "Kornelis Zwartewaterman",
    "mentioned": "Femmechien Uilenreef",
    "e-mail": "uilenreef.femmechien@voorbeeldpost.nl",
    "phone": "06-48291735",
    "bank account": "NL91ABNA0417164300",
    "citizen number": "111222333",
    "address": "Kwartelhofstraat 417",
}


def planted_rows() -> list[list[str]]:
    """The town's rows with personal data in texts, names, and a row that goes to quarantine."""
    rows = resident_rows()
    rows[0][2] = CANARIES["author"]
    rows[1][4] = f"Bel mij op {CANARIES['phone']} of mail {CANARIES['e-mail']}, container zit vol"
    rows[2][4] = f"Betaald van {CANARIES['bank account']}, mijn BSN is {CANARIES['citizen number']}"
    rows[5][4] = f"Container voor {CANARIES['address']} al weken vol, groeten {CANARIES['mentioned']}"
    rows[6][4] = f"Helemaal eens met {CANARIES['author']}, die containers zijn een ramp"
    rows[7][1] = f"gisteren door {CANARIES['author']} {CANARIES['phone']}"
    rows[8][2] = CANARIES["mentioned"]
    return rows


def test_no_personal_data_anywhere_and_no_connection_beyond_loopback(home: Path, tmp_path: Path) -> None:
    settings = written_town(tmp_path)
    exports = tmp_path / "exports"
    written_export(exports / "inwoners.csv", planted_rows())
    answers = post_rows()
    answers.append(["p-groet", answers[0][1], "Gemeente Proefstad", "", f"Dag {CANARIES['author']}, fijn!"])
    written_export(exports / "gemeente.csv", answers)
    broken = f"nummer;datum;bericht\n1;{CANARIES['phone']};{CANARIES['mentioned']} {CANARIES['e-mail']}\n"
    (exports / "inwoners_stuk.csv").write_text(broken, encoding="utf-8")
    watch, log = tmp_path / "watch", tmp_path / "connections.log"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH, encoding="utf-8")

    run = process(settings, home, {"PYTHONPATH": str(watch), "WATCH_LOG": str(log)})
    said, _ = run.communicate()
    assert run.returncode == 4, said
    assert not log.exists(), log.read_text()

    everything = {"output": said.encode()}
    everything |= {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with open_store(home / "warehouse.duckdb") as store:
        for table in TABLES:
            rows = store.table(table)
            lists = [name for name, dtype in rows.schema.items() if dtype.is_nested()]
            everything[table.name] = rows.drop(lists).write_csv().encode()
    for kind, value in CANARIES.items():
        for place, content in everything.items():
            assert value.casefold().encode() not in content.lower(), (kind, place)
    assert re.search(rb"\[telefoon\]", everything["core.message"])
    assert re.search(rb"onleesbare_datum", everything["core.quarantine"])
    surnames = [
        value.split()[-1].casefold().encode() for value in (CANARIES["author"], CANARIES["mentioned"])
    ]
    for surname in surnames:
        assert surname not in everything["core.message"].lower()
        assert surname not in everything["core.quarantine"].lower()
