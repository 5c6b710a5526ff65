"""The decision log on disk: what is written is read, a mistake is named, and nothing is half written."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.test_decisions import START
from tests.test_decisions import decided as wish
from warehouse.decision_kinds import Adopt, Decision, Department, Hide, Merge, Rename, Show, Teach, Undo
from warehouse.decision_log import decided, read_log
from warehouse.errors import ConfigurationError


def one_of_each() -> list[Decision]:
    name = wish(Rename, "a", label="Zakken & bakken", why="Zo zeggen inwoners het")
    return [
        name,
        wish(Merge, "b", into="a"),
        wish(Hide, "c"),
        wish(Show, "c"),
        wish(Department, "a", department="Afval"),
        wish(Teach, "a", message_id="x:1"),
        wish(Teach, "geen-thema", text="Fijne dag 👩‍🌾"),
        wish(Adopt, "e-1", label="Laadpalen", department="Energie", message_ids=("x:1", "x:2")),
        wish(Undo, "a", of=name.id),
    ]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "decisions"
    assert read_log(folder) == ()
    log = one_of_each()
    written = [decided(folder, [decision])[0] for decision in log]
    assert written == log
    assert list(read_log(folder)) == log
    lines = (folder / "2026.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [decision.id for decision in log]
    assert (folder / "2026.jsonl").stat().st_mode & 0o777 == 0o640


def test_every_year_has_its_file_and_they_are_read_in_order(tmp_path: Path) -> None:
    early = Rename(at=datetime(2025, 12, 31, tzinfo=UTC), who="x", theme="a", label="Oud")
    late = Rename(at=datetime(2026, 1, 1, tzinfo=UTC), who="x", theme="a", label="Nieuw")
    decided(tmp_path, [late])
    decided(tmp_path, [early])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025.jsonl", "2026.jsonl"]
    assert list(read_log(tmp_path)) == [early, late]


def test_the_same_wish_twice_gives_two_decisions(tmp_path: Path) -> None:
    wanted = [wish(Teach, "a", text="Een zin"), wish(Teach, "a", text="Een zin")]
    ids = {decision.id for decision in (*decided(tmp_path, wanted), *decided(tmp_path, wanted))}
    assert len(ids) == 4
    assert len(read_log(tmp_path)) == 4


def test_many_are_written_all_or_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="niet verborgen"):
        decided(tmp_path, [wish(Rename, "a", label="Nieuw"), wish(Show, "a")])
    assert read_log(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_people_who_decide_at_the_same_moment_do_not_lose_a_line(tmp_path: Path) -> None:
    wanted = [wish(Rename, f"t{number}", label=f"Thema {number}") for number in range(20)]
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda decision: decided(tmp_path, [decision]), wanted))
    assert {decision.id for decision in read_log(tmp_path)} == {decision.id for decision in wanted}


def test_a_file_without_a_last_line_end_is_not_glued_to(tmp_path: Path) -> None:
    first = wish(Hide, "a")
    (tmp_path / "2026.jsonl").write_text(first.line, encoding="utf-8")
    decided(tmp_path, [wish(Show, "a", 1)])
    assert [decision.what for decision in read_log(tmp_path)] == ["hide", "show"]


GOOD = wish(Rename, "afval", label="Afval")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("{", "thema onbekend: dit is geen geldige JSON"),
        ("[]", "thema onbekend: dit is geen besluit"),
        ('{"theme": "afval", "what": "weg"}', "thema afval: 'what' kent deze waarde niet; kies uit rename"),
        (GOOD.line.replace('"Afval"', '"a b c d e"'), "thema afval: 'label': mag hoogstens 4 woorden"),
        (GOOD.line.replace('"label"', '"labl"'), "thema afval: onbekende sleutel 'labl'; bedoelt u 'label'"),
        (GOOD.line.replace("08:00:00Z", "08:00:00+02:00"), "thema afval: 'at': moet een tijd in UTC zijn"),
        (GOOD.line.replace('"Afval"', '"Anders"'), "thema afval: de regel is veranderd na het besluit"),
        (GOOD.line.replace('"who": "adviseur", ', ""), "thema afval: 'who' ontbreekt"),
        (wish(Hide, "gras").line, "thema gras: besluit d-[0-9a-f]{8} staat er twee keer"),
    ],
)
def test_a_mistake_names_file_line_and_theme(tmp_path: Path, broken: str, sentence: str) -> None:
    path = tmp_path / "2026.jsonl"
    text = f"{wish(Hide, 'gras').line}\n\n{broken}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"^Besluiten {path}, regel 3, {sentence}.*[.]$"):
        read_log(tmp_path)
    with pytest.raises(ConfigurationError):
        decided(tmp_path, [wish(Hide, "nieuw")])
    assert path.read_text("utf-8") == text


def test_a_log_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    loop = [wish(Merge, "a", into="b"), wish(Merge, "b", into="a")]
    (tmp_path / "2026.jsonl").write_text("".join(f"{d.line}\n" for d in loop), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="in elkaar op"):
        read_log(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "decisions").write_text("geen map")
    with pytest.raises(ConfigurationError, match=r"decisions zijn niet te schrijven; controleer rechten"):
        decided(tmp_path / "decisions", [GOOD])
    (tmp_path / "log" / f"{START.year}.jsonl").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"zijn niet te lezen"):
        decided(tmp_path / "log", [GOOD])


def test_a_link_to_a_folder_that_is_gone_is_no_empty_log(tmp_path: Path) -> None:
    folder = tmp_path / "decisions"
    folder.symlink_to(tmp_path / "weg")
    with pytest.raises(ConfigurationError, match=r"decisions zijn niet te lezen, want dit is geen map"):
        read_log(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o300)
    with pytest.raises(ConfigurationError, match="niet te lezen; controleer de rechten"):
        read_log(tmp_path)


def test_a_clock_that_ran_ahead_leaves_no_log_that_cannot_be_read(tmp_path: Path) -> None:
    ahead = Hide(at=datetime(2027, 1, 1, tzinfo=UTC), who="x", theme="a")
    decided(tmp_path, [ahead])
    with pytest.raises(ConfigurationError, match=r"maakt .* ongedaan, maar"):
        decided(tmp_path, [wish(Undo, "a", of=ahead.id)])
    assert read_log(tmp_path) == (ahead,)
