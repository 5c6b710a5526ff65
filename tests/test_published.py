"""The copy for analysts: whole at every moment, and a place to read, not to write."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import ConfigurationError
from warehouse.store import Store, open_store, query_published
from warehouse.tables import ACTION

COUNT_ACTIONS = "SELECT COUNT(*) FROM core.action"
PUBLISH_ON = """
import sys, pathlib, polars, warehouse.store, warehouse.tables
with warehouse.store.open_store(pathlib.Path(sys.argv[1])) as store:
    for number in range(1000):
        row = {"action_id": [str(number)], "theme_id": ["t"], "action": ["a"]}
        store.upsert(warehouse.tables.ACTION, polars.DataFrame(row))
        store.publish(pathlib.Path(sys.argv[2]))
        print(number, flush=True)
"""
READ_ON = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as reader:
    for line in sys.stdin:
        print(reader.execute("SELECT COUNT(*) FROM mart.action").fetchall()[0][0], flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home" / "warehouse.duckdb") as opened:
        yield opened


def actions(*ids: str, action: str = "Bericht geplaatst") -> pl.DataFrame:
    return pl.DataFrame({"action_id": ids, "theme_id": "afval", "action": action})


@contextmanager
def other_process(code: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A second Python that runs `code`, with lines going in and out; killed at the end."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_copy_is_complete_private_and_leaves_no_litter(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "published" / "weerklank.duckdb"
    store.upsert(ACTION, actions("a", "b"))
    store.publish(target)
    assert query_published(target, "FROM mart.action ORDER BY ALL").equals(store.mart("action"))
    explained = "SELECT comment FROM duckdb_views() WHERE view_name = 'gap'"
    assert query_published(target, explained).item() == store.query(explained).item()
    assert target.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in target.parent.iterdir()] == ["weerklank.duckdb"]


def test_a_copy_that_fails_leaves_the_target_and_no_litter(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "published" / "weerklank.duckdb"
    (target / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="weerklank"):
        store.publish(target)
    assert [file.name for file in target.parent.iterdir()] == ["weerklank.duckdb"]
    store.publish(tmp_path / "elsewhere.duckdb")


def test_a_reader_of_the_old_copy_keeps_working(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "weerklank.duckdb"
    store.upsert(ACTION, actions("a"))
    store.publish(target)
    whole = target.read_bytes()
    with target.open("rb") as held, other_process(READ_ON, target) as reader:
        assert reader.stdin is not None
        for _ in range(2):
            print(file=reader.stdin, flush=True)
            assert line_of(reader) == "1"
            store.upsert(ACTION, actions("a", "b", "c"))
            store.publish(target)
        assert held.read() == whole
    assert query_published(target, COUNT_ACTIONS).item() == 3


def test_a_night_killed_while_publishing_leaves_a_whole_copy(tmp_path: Path) -> None:
    path, target = tmp_path / "warehouse.duckdb", tmp_path / "weerklank.duckdb"
    with other_process(PUBLISH_ON, path, target) as night:
        published = [line_of(night) for _ in range(3)]
        night.send_signal(signal.SIGKILL)
        night.wait()
    assert published == ["0", "1", "2"]
    count = query_published(target, COUNT_ACTIONS).item()
    with open_store(path) as store:
        assert 3 <= count <= store.table(ACTION).height
        store.publish(target)
    assert {file.name for file in tmp_path.iterdir()} == {path.name, target.name}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    with open_store(folder / "warehouse.duckdb") as store:
        store.upsert(ACTION, actions("a", action="geheim van een inwoner"))
        store.publish(folder / "weerklank.duckdb")
    return folder / "weerklank.duckdb"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT action_id FROM mart.action",
        "FROM mart.action;",
        "WITH one AS (SELECT 1) FROM one",
        "DESCRIBE mart.action",
        "SUMMARIZE mart.action",
        "EXPLAIN FROM mart.action",
    ],
)
def test_analysts_may_read(published: Path, sql: str) -> None:
    assert query_published(published, sql).height > 0


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- niets",
        "SELECT 1; SELECT 2",
        "DELETE FROM core.action",
        "INSERT INTO core.action (action_id, theme_id, action) VALUES ('b', 't', 'x')",
        "UPDATE core.action SET action = 'x'",
        "DROP VIEW mart.action",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "SET lock_configuration = false",
        "PRAGMA enable_profiling",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CHECKPOINT",
        "ATTACH '{file}.duckdb' AS other",
        "COPY core.action TO '{file}'",
        "EXPLAIN ANALYZE COPY core.action TO '{file}'",
        "EXPORT DATABASE '{file}'",
        "FROM read_csv('{here}')",
        "FROM read_text('{here}')",
        "FROM '{here}'",
        "FROM glob('/*')",
        "FROM sniff_csv('{here}')",
        "FROM read_parquet('https://voorbeeld.nl/x.parquet')",
    ],
)
def test_analysts_can_do_no_more_than_read(published: Path, tmp_path: Path, sql: str) -> None:
    here, file = tmp_path / "here.csv", tmp_path / "file"
    here.write_text("a,b")
    with pytest.raises(ConfigurationError):
        query_published(published, sql.format(here=here, file=file))
    assert list(tmp_path.iterdir()) == [here]
    assert query_published(published, COUNT_ACTIONS).item() == 1


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", "De vraag klopt niet of mag niet: .*selec"),
        ("FROM mart.gpa", "mart.gpa|Table with name gpa"),
        ("SELECT themeid FROM mart.action", "theme_id"),
        ("SELECT CAST(action AS INTEGER) FROM mart.action", "TRY_CAST"),
        ("SELECT error(action) FROM mart.action", "De vraag past niet"),
        ("SELECT INTERVAL 1 DAY", "De vraag past niet"),
        ("SELECT $x", "De vraag past niet"),
    ],
)
def test_a_wrong_question_is_explained_without_what_is_stored(published: Path, sql: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"(?i){says}") as caught:
        query_published(published, sql)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_copy_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is er nog niet; draai eerst een nacht"):
        query_published(tmp_path / "weerklank.duckdb", "SELECT 1")
    assert list(tmp_path.iterdir()) == []
