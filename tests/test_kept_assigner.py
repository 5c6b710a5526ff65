"""The assigner in its file: what is damaged is learned anew, and what cannot be kept is told."""

from pathlib import Path

import pytest

from flows.teaching import learned_model, lessons
from nlp.embed import BundledEmbedder
from tests.test_texts_and_themes import CATALOGUE, NOTHING_DECIDED
from warehouse.errors import ConfigurationError
from warehouse.store import open_store


def learned(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a fresh process tells while it learns."""
    told = list[str]()
    monkeypatch.setattr("flows.teaching._LEARNED", {})
    with open_store(home / "warehouse.duckdb") as store:
        examples, _ = lessons(store, CATALOGUE, NOTHING_DECIDED)
        learned_model(store, examples, BundledEmbedder(), home / "models", told.append)
    return told


def test_a_damaged_file_is_learned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("leren van" in line for line in learned(tmp_path, monkeypatch))
    assert learned(tmp_path, monkeypatch) == []
    [kept] = (tmp_path / "models").iterdir()
    whole = kept.read_bytes()
    for damaged in (b"", b"\0" * 100, whole[: len(whole) // 2], whole[:-1]):
        kept.write_bytes(damaged)
        told = learned(tmp_path, monkeypatch)
        assert told[0] == f"{kept} is beschadigd; de indeler wordt opnieuw geleerd"
        assert learned(tmp_path, monkeypatch) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").symlink_to("/proc/self/nergens")
    with pytest.raises(ConfigurationError, match=r"models.indeler-\S+ is niet te lezen of te schrijven"):
        learned(tmp_path, monkeypatch)
