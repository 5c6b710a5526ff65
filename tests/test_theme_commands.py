"""`weerklank themes …` on a small published copy: what each part says, writes and refuses."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from warehouse.decision_log import read_log
from warehouse.decisions import Taught, decision_rows, replayed
from warehouse.store import open_store
from warehouse.tables import DECISION, GAP, MESSAGE, MESSAGE_THEME, RUN, THEME

AFVAL, FOUND = "afvalinzameling", "e-1a2b3c4d"
PARTS = (
    "list", "show", "rename", "merge", "hide", "unhide", "department", "teach", "adopt", "undo", "log",
)  # fmt: skip
NEEDS = {
    "show": [AFVAL], "rename": [AFVAL, "Afval"], "merge": [FOUND, AFVAL], "hide": [AFVAL], "unhide": [AFVAL],
    "department": [AFVAL, "Reiniging"], "teach": [AFVAL, "--text", "Zakken naast de bak"], "adopt": [FOUND],
}  # fmt: skip


def themes() -> pl.DataFrame:
    usual = {"origin": "catalogue", "status": "active", "department": "Beheer", "first_seen": None}
    rows: list[dict[str, object]] = [
        {"theme_id": AFVAL, "label": "Afval en containers", "keywords": ["kliko", "zak"]},
        {"theme_id": "parkeren", "label": "Parkeren", "description": "Alles over parkeren."},
        {"theme_id": FOUND, "label": "Laadpaal snoer stoep", "origin": "emergent"},
        {"theme_id": "e-99999999", "label": "Oude storm", "origin": "emergent", "status": "asleep"},
    ]
    return THEME.conform(
        pl.DataFrame([{**usual, **row} for row in rows], schema_overrides={"keywords": pl.List(pl.String)})
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a published night: six residents on waste, three on the emergent theme."""
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "home"))
    said: list[tuple[str, str | None, str]]
    said = [(f"x:a{n}", AFVAL, f"De container zit alweer vol, al week {n} op rij") for n in range(6)]
    said += [(f"x:e{n}", FOUND, f"Er ligt een snoer van een laadpaal over de stoep {n}") for n in range(3)]
    said += [("x:geen", None, "Wat een mooie foto van de markt vandaag")]
    messages = pl.DataFrame(
        [
            {
                "message_id": message_id, "native_id": message_id[2:], "version": 1, "is_current": True,
                "source_id": "x", "platform": "x", "kind": "comment", "author_kind": "resident",
                "author_key": f"sleutel-{message_id}", "text": f"{text}\x1b[31m", "quotable": True,
                "created_at": datetime(2026, 6, 1), "created_day": date(2026, 6, 1), "export_id": "e",  # noqa: DTZ001
            }
            for message_id, _, text in said
        ]
    )  # fmt: skip
    themed = pl.DataFrame(
        [
            {"message_id": message_id, "theme_id": theme, "run_id": "r", "confidence": 0.5 + place / 100}
            for place, (message_id, theme, _) in enumerate(said)
        ]
    )
    run = {"run_id": "r", "as_of": date(2026, 6, 28), "started": datetime(2026, 6, 28), "status": "done"}  # noqa: DTZ001
    gap = {
        "run_id": "r", "as_of": date(2026, 6, 28), "window_start": date(2026, 3, 30), "theme_id": AFVAL,
        "window_end": date(2026, 6, 28), "resident_messages": 6, "resident_authors": 6, "resident_voices": 6,
        "municipality_messages": 0, "resident_share": 0.667, "municipality_share": 0.0, "verdict": "stil",
        "difference_pp": 66.7, "reason": "Inwoners wel, de gemeente niet.",
    }  # fmt: skip
    with open_store(tmp_path / "home" / "warehouse.duckdb") as store:
        store.upsert(MESSAGE, messages)
        store.replace(MESSAGE_THEME, MESSAGE_THEME.conform(themed))
        store.upsert(THEME, themes())
        store.upsert(RUN, pl.DataFrame([run]))
        store.upsert(GAP, pl.DataFrame([gap]))
        store.publish(tmp_path / "home" / "published" / "weerklank.duckdb")
    return tmp_path / "home"


@pytest.fixture
def told(home: Path, capsys: pytest.CaptureFixture[str]) -> "Told":
    assert home.is_dir()
    return Told(capsys)


class Told:
    """Runs `weerklank themes …` and gives what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> str:
        code = main(["themes", *arguments])
        out, err = self._capsys.readouterr()
        assert (code, err) == (0, "")
        return out

    def refused(self, *arguments: str) -> str:
        """The one sentence with which it ends in exit code 2."""
        code = main(["themes", *arguments])
        out, err = self._capsys.readouterr()
        assert (code, out) == (2, "")
        [sentence] = err.splitlines()
        assert sentence.startswith("weerklank: ")
        assert sentence.endswith(".")
        return sentence.removeprefix("weerklank: ")

    def row(self, theme: str) -> list[str]:
        """The cells of a theme in the list."""
        [line] = [line for line in self("list").splitlines() if line.startswith(f"│ {theme} ")]
        return [cell.strip() for cell in line.strip("│").split("┆")]


def now(home: Path) -> dict[str, object]:
    decisions = replayed(read_log(home / "decisions"))
    return {"labels": decisions.labels, "merged": decisions.merged, "hidden": decisions.hidden}


NOTHING: dict[str, object] = {"labels": {}, "merged": {}, "hidden": frozenset()}


def test_the_bare_command_is_the_list(told: Told) -> None:
    assert told() == told("list")
    assert told.row(AFVAL) == [AFVAL, "Afval en containers", "catalogus", "actief", "Beheer", "-", "-"]
    assert told.row("e-99999999")[2:4] == ["gevonden", "slaapt"]


def test_a_rename_is_for_the_coming_night(told: Told, home: Path) -> None:
    said = told("rename", AFVAL, "  Zakken naast  de bak ", "--why", "Zo heet het", "--who", "adviseur")
    assert said.startswith(f"Thema {AFVAL}, nu 'Afval en containers', heet 'Zakken naast de bak'. Besluit d-")
    assert said.endswith(". De komende nacht past het toe.\n")
    assert now(home) == {**NOTHING, "labels": {AFVAL: "Zakken naast de bak"}}
    assert told.row(AFVAL)[1] == "Zakken naast de bak"
    assert told.row(AFVAL)[-1] == "naam"
    [decision] = read_log(home / "decisions")
    assert (decision.who, decision.why) == ("adviseur", "Zo heet het")


def test_a_label_is_short_and_of_one_theme(told: Told, home: Path) -> None:
    assert "hoogstens 4 woorden" in told.refused("rename", AFVAL, "een twee drie vier vijf")
    assert "Thema parkeren heet al 'Parkeren'" in told.refused("rename", AFVAL, "parkeren")
    assert "heet al 'Afval en containers'" in told.refused("rename", AFVAL, "Afval en containers")
    assert "'label'" in told.refused("rename", AFVAL, " ")
    told("rename", AFVAL, "afval en Containers")
    assert now(home)["labels"] == {AFVAL: "afval en Containers"}


def test_merge_hide_unhide_and_department(told: Told, home: Path) -> None:
    assert told("merge", FOUND, "parkeren").startswith(f"Thema {FOUND} gaat op in parkeren ('Parkeren'). ")
    assert told.row(FOUND)[3] == "opgegaan in parkeren"
    assert told.row(FOUND)[-1] == "status"
    assert told("hide", AFVAL).startswith(f"Thema {AFVAL} wordt verborgen. Besluit d-")
    assert told.row(AFVAL)[3] == "verborgen"
    assert now(home) == {**NOTHING, "merged": {FOUND: "parkeren"}, "hidden": {AFVAL}}
    assert "al verborgen" in told.refused("hide", AFVAL)
    assert f"Thema {AFVAL} is verborgen" in told.refused("merge", "parkeren", AFVAL)
    assert "in elkaar op" in told.refused("merge", "parkeren", FOUND)
    assert "in zichzelf" in told.refused("merge", "parkeren", "parkeren")
    told("unhide", AFVAL)
    assert "is niet verborgen" in told.refused("unhide", AFVAL)
    assert told("department", AFVAL, "Reiniging").startswith(f"Thema {AFVAL} hoort bij Reiniging. Besluit d-")
    assert told.row(AFVAL)[3:] == ["actief", "Reiniging", "-", "dienst"]


def test_teach_by_message_by_sentence_and_by_file(told: Told, home: Path, tmp_path: Path) -> None:
    assert told("teach", AFVAL, "--message", "x:geen").startswith(f"Thema {AFVAL} leert van bericht x:geen. ")
    said = told("teach", "geen-thema", "--message", "x:a1", "x:a2", "x:a1")
    assert said.startswith("2 berichten of zinnen geleerd, besluiten d-")
    told("teach", AFVAL, "--text", "Weer zakken  naast de bak")
    file = tmp_path / "lessen.csv"
    file.write_text(
        "\ufefftheme_id;message_id;text\nparkeren;x:a3;\nparkeren;;Geen plek te vinden\n",
        encoding="utf-8",
    )
    told("teach", "--file", str(file))
    assert replayed(read_log(home / "decisions")).taught == (
        Taught(AFVAL, "x:geen"),
        Taught("geen-thema", "x:a1"),
        Taught("geen-thema", "x:a2"),
        Taught(AFVAL, None, "Weer zakken naast de bak"),
        Taught("parkeren", "x:a3"),
        Taught("parkeren", None, "Geen plek te vinden"),
    )
    assert told.row(AFVAL)[-1] == "2 geleerd"
    written = (home / "decisions").glob("*.jsonl")
    assert "mooie foto" not in "".join(path.read_text("utf-8") for path in written)


def test_a_lesson_holds_no_personal_data(told: Told, home: Path) -> None:
    for text in ("Bel mij op 06-48291735", "Mail naar uilenreef@voorbeeldpost.nl"):
        assert "haal het weg" in told.refused("teach", AFVAL, "--text", text)
        assert "haal het weg" in told.refused("hide", AFVAL, "--why", text)
    assert read_log(home / "decisions") == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("theme_id,message_id\nparkeren,x:zzz\n", "rij 2: Bericht 'x:zzz' is er niet"),
        (
            "theme_id,text\nparkeren,Goed\nparkeer,Fout\n",
            "rij 3: Thema 'parkeer' is er niet; bedoelt u parkeren",
        ),
        ("theme_id,text\nparkeren,\n", "rij 2: vul theme_id in"),
        ("theme_id,message_id,text\nparkeren,x:a1,Allebei\n", "rij 2: vul theme_id in"),
        ("theme_id,text\nparkeren,een,te,veel\n", "rij 2: vul theme_id in"),
        ("thema,text\nparkeren,Goed\n", "de kolommen moeten theme_id en message_id of text heten"),
        ("theme_id,text\n", "heeft geen regels"),
        ("", "de kolommen moeten"),
    ],
)
def test_a_file_of_lessons_is_taken_as_a_whole_or_not(
    told: Told, home: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "lessen.csv"
    file.write_text(content, encoding="utf-8")
    said = told.refused("teach", "--file", str(file))
    assert said.startswith(f"{file}")
    assert sentence in said
    assert read_log(home / "decisions") == ()


def test_a_file_of_lessons_that_cannot_be_read(told: Told, tmp_path: Path) -> None:
    assert "bestaat niet" in told.refused("teach", "--file", str(tmp_path / "weg.csv"))
    (tmp_path / "latin.csv").write_bytes("theme_id,text\nparkeren,één\n".encode("latin-1"))
    assert "UTF-8" in told.refused("teach", "--file", str(tmp_path / "latin.csv"))


def test_teach_says_what_it_misses(told: Told, tmp_path: Path) -> None:
    assert "geef een van --message --text --file" in told.refused("teach", AFVAL)
    assert "geef ook THEMA" in told.refused("teach", "--text", "Een zin")
    assert "THEMA gaat niet samen met --file" in told.refused(
        "teach", AFVAL, "--file", str(tmp_path / "l.csv")
    )
    assert "gaat niet samen met" in told.refused("teach", AFVAL, "--text", "a", "--message", "x:a1")
    assert "heeft een waarde nodig" in told.refused("teach", AFVAL, "--message")


def test_adopt_takes_the_messages_of_the_latest_night(told: Told, home: Path) -> None:
    said = told("adopt", FOUND, "--label", "Laadpalen", "--department", "Energie")
    assert "is overgenomen als 'Laadpalen' (Energie), van 3 berichten" in said
    [adopted] = replayed(read_log(home / "decisions")).adopted
    assert (adopted.label, adopted.department) == ("Laadpalen", "Energie")
    assert adopted.message_ids == ("x:e2", "x:e1", "x:e0")
    assert told.row(FOUND)[1:5] == ["Laadpalen", "overgenomen", "actief", "Energie"]
    assert told.row(FOUND)[-1] == "naam, dienst, overgenomen"
    assert "staat al in de catalogus" in told.refused("adopt", AFVAL)
    assert "geen berichten" in told.refused("adopt", "e-99999999")
    told("merge", FOUND, AFVAL)
    assert "neem dat thema over" in told.refused("adopt", FOUND)


def test_adopt_keeps_the_label_and_department_that_were_found(told: Told, home: Path) -> None:
    told("adopt", FOUND)
    [adopted] = replayed(read_log(home / "decisions")).adopted
    assert (adopted.label, adopted.department) == ("Laadpaal snoer stoep", "Beheer")


def test_undo_takes_the_last_decision_or_the_ones_that_are_named(told: Told, home: Path) -> None:
    assert "geen besluit dat ongedaan kan" in told.refused("undo")
    told("rename", AFVAL, "Afval")
    told("hide", AFVAL)
    said = told("undo")
    assert f"thema {AFVAL} wordt verborgen. Besluit d-" in said
    assert said.endswith("De komende nacht past het toe.\n")
    assert now(home) == {**NOTHING, "labels": {AFVAL: "Afval"}}
    first, hidden, undo = (decision.id for decision in read_log(home / "decisions"))
    assert f"Besluit {hidden} is al ongedaan" in told.refused("undo", hidden)
    told("undo", undo)
    assert now(home)["hidden"] == {AFVAL}
    told("undo", first, hidden)
    assert now(home) == NOTHING
    assert told.row(AFVAL)[-1] == "-"


def test_the_log_is_a_table_or_lines_for_version_control(told: Told, home: Path) -> None:
    assert told("log") == "Er is nog niets besloten.\n"
    assert told("log", "--json").strip() == ""
    told("rename", AFVAL, "Afval", "--who", "adviseur", "--why", "Korter")
    told("undo", "--who", "beheerder")
    shown = told("log")
    for cell in ("adviseur", "heet 'Afval'", "Korter", "ongedaan", "beheerder", "komende nacht"):
        assert cell in shown
    [file] = (home / "decisions").iterdir()
    assert told("log", "--json") == file.read_text("utf-8")
    lines = file.read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["rename", "undo"]


def test_what_a_night_knew_is_told_as_applied(told: Told, home: Path) -> None:
    told("hide", AFVAL)
    with open_store(home / "warehouse.duckdb") as store:
        store.replace(DECISION, decision_rows(read_log(home / "decisions")))
        hidden = themes().with_columns(
            status=pl.when(pl.col("theme_id") == AFVAL).then(pl.lit("hidden")).otherwise("status")
        )
        store.upsert(THEME, hidden)
        store.publish(home / "published" / "weerklank.duckdb")
    assert "toegepast" in told("log")
    assert told.row(AFVAL)[3] == "verborgen"
    assert told.row(AFVAL)[-1] == "-"
    told("undo")
    assert told.row(AFVAL)[3] == "actief"
    assert told.row(AFVAL)[-1] == "status"


def test_show_tells_all_about_a_theme(told: Told) -> None:
    told("rename", AFVAL, "Afval", "--who", "adviseur", "--why", "Korter")
    said = told("show", AFVAL)
    for line in (
        f"Afval ({AFVAL})",
        "Oorspronkelijk:  Afval en containers",
        "Status:          actief, catalogus",
        "Woorden:         kliko, zak",
        "Komende nacht:   naam (hierboven staat het al zoals het wordt)",
        "Laatste nacht (30 maart tot en met 28 juni 2026):",
        "  inwoners  66,7%, 6 berichten van 6 inwoners",
        "  gemeente  0,0%, geen posts",
        "  verschil  +66,7 procentpunt",
        "  x:a5: De container zit alweer vol, al week 5 op rij[31m",
    ):
        assert line in said.splitlines(), line
    assert "oordeel   stil. Inwoners wel, de gemeente niet." in said
    assert f"adviseur: {AFVAL} heet 'Afval' (komende nacht). Waarom: Korter" in said
    assert len([line for line in said.splitlines() if line.startswith("  x:a")]) == 5


def test_show_points_at_nobody_where_few_speak(told: Told) -> None:
    said = told("show", FOUND)
    assert "laadpaal over" not in said
    assert "Voorbeelden: die staan er pas bij 5 inwoners die geciteerd mogen worden." in said
    assert "geen cijfers over dit thema" in said
    assert "Besluiten: nog geen." in said


@pytest.mark.parametrize("part", [part for part in PARTS if NEEDS.get(part) and part != "teach"])
def test_an_unknown_theme_names_the_nearest(told: Told, home: Path, part: str) -> None:
    _, *rest = NEEDS[part]
    said = told.refused(part, "afval", *rest)
    assert said.startswith(f"Thema 'afval' is er niet; bedoelt u {AFVAL} (Afval en containers)")
    assert read_log(home / "decisions") == ()


def test_unknown_messages_and_decisions_name_the_nearest(told: Told) -> None:
    assert "Bericht 'x:gee' is er niet; bedoelt u x:geen" in told.refused(
        "teach", AFVAL, "--message", "x:gee"
    )
    assert "Thema 'geen' is er niet" in told.refused("teach", "geen", "--text", "Een zin")
    told("hide", AFVAL)
    known = told("log", "--json")[8:18]
    said = told.refused("undo", known[:-1] + "x")
    assert said == f"Besluit '{known[:-1]}x' is er niet; bedoelt u {known}."
    assert "zie 'weerklank themes log'" in told.refused("undo", "wat dan ook")


@pytest.mark.parametrize("part", sorted(set(PARTS) - {"log", "undo"}))
def test_before_the_first_night_there_is_nothing_to_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "leeg"))
    assert main(["themes", part, *NEEDS.get(part, [])]) == 2
    assert "draai eerst een nacht" in capsys.readouterr().err
    assert main(["themes", "log"]) == 0


def test_a_broken_log_is_named(told: Told, home: Path) -> None:
    (home / "decisions").mkdir()
    (home / "decisions" / "2026.jsonl").write_text("{\n")
    for arguments in (["list"], ["log"], ["show", AFVAL], ["hide", AFVAL]):
        assert "2026.jsonl, regel 1, thema onbekend" in told.refused(*arguments)


def test_who_is_the_login_name_when_nobody_is_named(
    told: Told, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "w.adviseur")
    told("hide", AFVAL)
    [decision] = read_log(home / "decisions")
    assert decision.who == "w.adviseur"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_explains_itself_in_dutch(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["themes", part, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"gebruik: weerklank themes {part}")
    assert f"Voorbeeld: weerklank themes {part}" in " ".join(shown.split())
    assert not [word for word in ("usage", "options", "positional", "show this") if word in shown]


SLIM = """
import sys
from flows.cli import main
try:
    main(["themes", "rename", "--help"])
finally:
    heavy = {"duckdb", "numpy", "polars", "prefect", "pydantic", "rich", "spacy", "yaml"}
    print("loaded:", sorted(heavy & sys.modules.keys()), file=sys.stderr)
"""


def test_help_loads_nothing_heavy() -> None:
    run = subprocess.run([sys.executable, "-c", SLIM], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "loaded: []"


def test_a_mistake_in_a_file_of_lessons_is_named_whatever_the_file_is_called(
    told: Told, tmp_path: Path
) -> None:
    file = tmp_path / "{lessen}.csv"
    file.write_text("theme_id,text\nparkeer,Fout\n", encoding="utf-8")
    assert told.refused("teach", "--file", str(file)).startswith(f"{file}, rij 2: Thema 'parkeer' is er niet")
