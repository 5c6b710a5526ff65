"""What many tests share: a home that already knows the catalogue, and one Prefect for the session."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
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
