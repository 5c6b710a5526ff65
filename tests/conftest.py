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
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a night keeps what the catalogue taught it: learning takes half a minute."""
    from flows.teaching import learned_model, lessons
    from nlp.catalogue import bundled_catalogue
    from nlp.embed import BundledEmbedder
    from warehouse.decisions import replayed
    from warehouse.store import open_store

    folder = tmp_path_factory.mktemp("taught")
    with open_store(folder / "warehouse.duckdb") as store:
        examples, _ = lessons(store, bundled_catalogue(), replayed([]))
        learned_model(store, examples, BundledEmbedder(), folder / "models", lambda _: None)
    return folder / "models"


@pytest.fixture
def home(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run-time home of its own, in which a night need not learn the catalogue anew."""
    folder = tmp_path / "home"
    shutil.copytree(models, folder / "models", copy_function=os.link)
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
    tmp_path_factory: pytest.TempPathFactory, models: Path, request: pytest.FixtureRequest
) -> Town:
    """The town after one undisturbed night; tests work on copies of it."""
    from flows.cli import main
    from tests.town import AS_OF, written_town

    request.getfixturevalue("prefect_api")
    folder = tmp_path_factory.mktemp("first-night")
    town = Town(written_town(folder / "town"), folder / "home")
    shutil.copytree(models, town.home / "models", copy_function=os.link)
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
