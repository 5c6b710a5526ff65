"""`weerklank inspect`: what it tells, what it never tells, and that it leaves nothing behind."""

import json
import stat
from pathlib import Path

import pytest

from flows.cli import main
from tests.invented_exports import export
from warehouse.sources.mapping_file import load_mapping

NAME, MAIL, PHONE = "Wubbo Kanariegeel", "wubbo@kanariegeel.example", "0612345678"
MELDINGEN = "\n".join(
    [
        "Zaaknummer;Datum;Naam melder;E-mailadres;Telefoon;Omschrijving;Antwoord;Afgehandeld op",
        *(
            f"Z{n};{13 + n}-04-2026 10:00;{NAME};{MAIL};{PHONE};"
            f"De brug bij de sluis staat al {n} dagen open, zegt {NAME}, bel {PHONE};"
            f"De brug is gemaakt, dank u {NAME};{14 + n}-04-2026 11:00"
            for n in range(12)
        ),
    ]
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one export, and a home that is not there yet."""
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "balie_2026-04.csv").write_text(MELDINGEN, encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says when all is well."""
    assert main(["inspect", *arguments]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> str:
    """The one sentence that it says instead."""
    assert main(["inspect", *arguments]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    return shown.err


def test_an_unknown_export_is_told_drafted_and_previewed_without_names(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "balie_2026-04.csv")
    assert "scheidingsteken: puntkomma" in shown
    assert "gezien: alle 12 rijen" in shown
    assert "12 waarden hebben een dag boven 12, dus dag-maand-jaar" in shown
    assert "Concept voor de mapping" in shown
    assert "24 berichten, 0 dubbel" in shown
    assert "De eerste 20 berichten, zonder persoonsgegevens" in shown
    assert "contact (kcc), resident, auteur a, 2026-04-13 08:00 UTC" in shown
    assert "De brug bij de sluis staat al 0 dagen open" in shown
    assert 'files = "exports/balie_*.csv"' in shown
    for secret in (*NAME.split(), MAIL, PHONE):
        assert secret not in shown
    assert sorted(path.name for path in town.iterdir()) == ["balie_2026-04.csv"]


def test_the_draft_is_written_for_its_owner_only_and_reads_the_export(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "balie_2026-04.csv", "--as", "loket", "--write", "loket.yaml")
    assert 'name = "loket"\nmapping = "loket.yaml"' in shown
    assert stat.S_IMODE((town / "loket.yaml").stat().st_mode) == 0o600
    assert load_mapping(town / "loket.yaml").id == "loket"
    before = (town / "loket.yaml").read_text(encoding="utf-8")
    said = refused(capsys, "balie_2026-04.csv", "--write", "loket.yaml", code=2)
    assert "bestaat al" in said
    assert (town / "loket.yaml").read_text(encoding="utf-8") == before
    (town / "weerklank.toml").write_text(
        '[municipality]\nname = "Proefdam"\n\n[[source]]\nname = "loket"\nmapping = "loket.yaml"\n'
        'files = "balie_*.csv"\n',
        encoding="utf-8",
    )
    assert main(["check", "--config", "weerklank.toml"]) == 0
    assert "24 berichten" in capsys.readouterr().out


def test_a_known_export_needs_no_draft(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "zoekopdracht.csv").write_bytes(export("coosto-achtig"))
    shown = told(capsys, "zoekopdracht.csv", "--write", "eigen.yaml")
    assert "dit lijkt op coosto-csv" in shown
    assert "Concept voor de mapping" not in shown
    assert load_mapping(town / "eigen.yaml").emit


@pytest.mark.usefixtures("town")
def test_as_json_it_is_one_document_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(capsys, "balie_2026-04.csv", "--json")
    content = json.loads(shown)
    assert content["rows"] == {"seen": 12, "about": 12, "whole": True}
    assert content["recognised"] is None
    assert len(content["preview"]["messages"]) == 20
    assert {column["role"] for column in content["groups"][0]["columns"]} >= {
        "native_id",
        "text",
        "created_at",
    }
    assert NAME not in shown
    assert MAIL not in shown


def test_a_gap_in_the_draft_is_told(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Nummer;Omschrijving", *(f"Z{n};De brug bij de sluis staat al {n} dagen open" for n in range(9))]
    (town / "kaal.csv").write_text("\n".join(lines), encoding="utf-8")
    shown = told(capsys, "kaal.csv")
    assert "Nog niet te gebruiken" in shown
    assert "geen kolom gevonden met de datum van het bericht" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["weg.csv"], 2, "bestaat niet"), (["."], 2, "bestaat niet"),
        (["balie_2026-04.csv", "--as", "Mijn Bron"], 2, "--as"), (["plaatje.csv"], 4, "een afbeelding"),
        (["balie_2026-04.csv", "--write", "geen/map/x.yaml"], 2, "niet te schrijven"),
    ],
)  # fmt: skip
def test_wrong_use_gets_one_sentence(
    arguments: list[str], code: int, said: str, town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (town / "plaatje.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert said in refused(capsys, *arguments, code=code)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nothing_in_a_file_steers_the_terminal(
    form: tuple[str, ...], town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = MELDINGEN.split("\n")
    odd = [header + ";Wijk\x1b[2J", *(f"{row};Noord" for row in rows)]
    odd[1] = odd[1].replace("De brug", "\x1b]0;x\x07\x9b31m\u202eDe brug")
    (town / "odd.csv").write_text("\n".join(odd), encoding="utf-8")
    shown = told(capsys, "odd.csv", *form)
    assert "De brug" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
