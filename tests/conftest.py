"""What many tests share: a home that already knows the catalogue, and one Prefect for the session."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.settings import prepare_process

# Before anything imports Prefect or Great Expectations: no telemetry, no home outside the tests.
os.environ.setdefault("WEERKLANK_SECRET_KEY", "alleen-voor-tests")
_SCRATCH = Path(tempfile.mkdtemp(prefix="weerklank-tests-"))
atexit.register(shutil.rmtree, _SCRATCH, ignore_errors=True)
prepare_process(_SCRATCH)


@pytest.fixture(scope="session")
def taught_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the lemmas and vectors of the catalogue and nothing else: they take 10 seconds."""
    from flows.texts import embedded, hashed, tokenised
    from nlp.catalogue import bundled_catalogue
    from nlp.embed import BundledEmbedder
    from warehouse.store import open_store

    path = tmp_path_factory.mktemp("taught") / "warehouse.duckdb"
    with open_store(path) as store:
        import polars as pl

        texts = hashed(pl.Series([text for _, text in bundled_catalogue().examples]))
        tokenised(store, texts)
        embedded(store, texts, BundledEmbedder(), lambda _: None)
    return path


@pytest.fixture
def home(tmp_path: Path, taught_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run-time home of its own, in which a night need not read the catalogue anew."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(taught_warehouse, folder / "warehouse.duckdb")
    monkeypatch.setenv("WEERKLANK_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """One Prefect API with its own database for all tests that run a flow."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@dataclass(frozen=True)
class Town:
    """A small town on disk and the home of its first night."""

    settings: Path
    home: Path


@pytest.fixture(scope="session")
def first_night(
    tmp_path_factory: pytest.TempPathFactory, taught_warehouse: Path, request: pytest.FixtureRequest
) -> Town:
    """The town after one undisturbed night; tests work on copies of it."""
    from flows.cli import main
    from tests.town import AS_OF, written_town

    request.getfixturevalue("prefect_api")
    folder = tmp_path_factory.mktemp("first-night")
    town = Town(written_town(folder / "town"), folder / "home")
    town.home.mkdir()
    shutil.copy(taught_warehouse, town.home / "warehouse.duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_HOME", str(town.home))
        assert main(["nightly", "--config", str(town.settings), "--as-of", AS_OF.isoformat()]) == 0
    return town


@pytest.fixture
def town(first_night: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town after its first night, to do a second one with."""
    shutil.copytree(first_night.settings.parent, tmp_path / "town")
    shutil.copytree(first_night.home, tmp_path / "town-home", symlinks=True)
    monkeypatch.setenv("WEERKLANK_HOME", str(tmp_path / "town-home"))
    return Town(tmp_path / "town" / first_night.settings.name, tmp_path / "town-home")
