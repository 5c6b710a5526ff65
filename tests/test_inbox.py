"""Raw exports of a source that is no longer in the settings do not stay."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.check import checked_sources
from flows.inbox import forget_sources

NOW = datetime.now(UTC).replace(tzinfo=None)


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("rauw")
    os.utime(path, (0, 0))  # as old as it is at its source


def test_what_came_for_a_source_of_before_goes_after_a_week(tmp_path: Path) -> None:
    put(tmp_path / "inbox" / "oud" / "0123456789ab" / "a.csv")
    put(tmp_path / "inbox" / "nieuw" / "0123456789ab" / "a.csv")
    put(tmp_path / "inbox" / "los.txt")
    (tmp_path / "elders").mkdir()
    (tmp_path / "inbox" / "link").symlink_to(tmp_path / "elders")
    inbox = tmp_path / "inbox"
    assert forget_sources(inbox, ["nieuw"], NOW + timedelta(days=6)) == ()
    assert (inbox / "oud").is_dir()
    assert forget_sources(inbox, ["nieuw"], NOW + timedelta(days=8)) == ("oud",)
    assert sorted(path.name for path in inbox.iterdir()) == ["link", "los.txt", "nieuw"]
    assert (tmp_path / "elders").is_dir()


def test_without_an_inbox_there_is_nothing_to_forget(tmp_path: Path) -> None:
    assert forget_sources(tmp_path / "inbox", [], NOW) == ()


SETTINGS = """
[municipality]
name = "Meerwold"
[[source]]
name = "balie"
mapping = "coosto-csv"
files = "https://bestanden.example/uit.csv"
"""


def test_what_a_broken_night_left_half_is_never_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path))
    (tmp_path / "weerklank.toml").write_text(SETTINGS)
    inbox = tmp_path / "inbox" / "balie"
    for left in (".onderweg/0", ".files.json.a1", "20260310T020000Z/.b2.part", "files.json"):
        put(inbox / left)
    [line] = checked_sources(tmp_path / "weerklank.toml")
    assert line.good
    assert "er is nog niets om te keuren" in line.sentence
