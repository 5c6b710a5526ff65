"""The database: migrations, one writer at a time, transactions and writing by key."""

import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import ConfigurationError
from warehouse.store import MIGRATIONS, Store, open_store, query_published
from warehouse.tables import ACTION, GAP, TABLES, TOKEN


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home" / "warehouse.duckdb") as opened:
        yield opened


def actions(*ids: str, action: str = "Bericht geplaatst") -> pl.DataFrame:
    return pl.DataFrame({"action_id": ids, "theme_id": "afval", "action": action})


def stored(store: Store) -> list[tuple[str, str]]:
    return store.table(ACTION).select("action_id", "action").rows()


OPEN = """
import sys, pathlib, warehouse.store
warehouse.store.open_store(pathlib.Path(sys.argv[1])).close()
"""


def test_a_migrated_database_is_what_the_tables_say(store: Store) -> None:
    assert {table.name: dict(store.query(table.name).schema) for table in TABLES} == {
        table.name: table.schema for table in TABLES
    }
    keys = store.query(
        """
        SELECT 'core.' || table_name AS name, constraint_column_names AS key
        FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' AND table_name <> 'migration'
        """
    )
    assert dict(keys.rows()) == {table.name: list(table.key) for table in TABLES}
    in_core = store.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'core'")["table_name"]
    assert {f"core.{name}" for name in in_core} == {table.name for table in TABLES} | {"core.migration"}


def test_opening_again_migrates_once_and_keeps_what_was_stored(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with open_store(path) as store:
        store.upsert(ACTION, actions("a"))
        first = store.query("core.migration")
    with open_store(path) as store:
        assert store.query("core.migration").equals(first)
        assert first["name"].to_list() == sorted(file.name for file in MIGRATIONS.iterdir())
        assert stored(store) == [("a", "Bericht geplaatst")]


def test_a_migration_that_fails_leaves_the_old_state(tmp_path: Path) -> None:
    path, folder = tmp_path / "warehouse.duckdb", tmp_path / "migrations"
    with open_store(path) as store:
        store.upsert(ACTION, actions("a"))
    shutil.copytree(str(MIGRATIONS), folder)
    (folder / "9999_broken.sql").write_text("DELETE FROM core.action; ALTER TABLE core.nothing DROP x;")
    with pytest.raises(Exception, match="nothing"):
        open_store(path, folder)
    with open_store(path) as store:
        assert stored(store) == [("a", "Bericht geplaatst")]
        assert 9999 not in store.query("core.migration")["number"]


def test_a_database_of_a_newer_weerklank_is_left_alone(tmp_path: Path) -> None:
    path, folder = tmp_path / "warehouse.duckdb", tmp_path / "migrations"
    shutil.copytree(str(MIGRATIONS), folder)
    (folder / "9999_later.sql").write_text("CREATE TABLE core.later (id VARCHAR);")
    open_store(path, folder).close()
    with pytest.raises(ConfigurationError, match=r"nieuwere versie van weerklank; werk weerklank bij\.$"):
        open_store(path)


def test_a_file_of_a_newer_duckdb_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    open_store(path).close()
    header = bytearray(path.read_bytes())
    checksum, magic_and_version = struct.unpack_from("<QQ", header)
    newer = magic_and_version | 0xFF << 32
    factor, word = 0xBF58476D1CE4E5B9, 2**64 - 1  # DuckDB's checksum: the exclusive or of word times factor
    checksum ^= (magic_and_version * factor & word) ^ (newer * factor & word)
    struct.pack_into("<QQ", header, 0, checksum, newer)
    path.write_bytes(header)
    with pytest.raises(ConfigurationError, match="nieuwere versie van DuckDB"):
        open_store(path)


@pytest.mark.parametrize("content", [b"", b"geen database" * 1000])
def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"warehouse\.duckdb is beschadigd of kan niet"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_second_night_is_kept_out_also_after_publishing(store: Store, tmp_path: Path) -> None:
    def second_night() -> str:
        command = [sys.executable, "-c", OPEN, str(tmp_path / "home" / "warehouse.duckdb")]
        return subprocess.run(command, capture_output=True, text=True).stderr

    assert "is in gebruik door een andere nacht" in second_night()
    store.publish(tmp_path / "weerklank.duckdb")
    assert "is in gebruik door een andere nacht" in second_night()


def test_nothing_is_fetched_and_the_clock_is_utc(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    store.publish(copy)
    settings = """
        SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions'),
            current_setting('python_enable_replacements'), current_setting('TimeZone')
    """
    assert store.query(settings).row(0) == (False, False, False, "UTC")
    assert query_published(copy, settings).row(0) == (False, False, False, "UTC")


def test_a_transaction_is_all_or_nothing_and_nested_ones_join_it(store: Store) -> None:
    def half_a_night() -> None:
        with store.transaction():
            store.upsert(ACTION, actions("b"))
            with store.transaction():
                store.replace(ACTION, actions("c"))
            raise KeyError

    store.upsert(ACTION, actions("a"))
    with pytest.raises(KeyError):
        half_a_night()
    assert stored(store) == [("a", "Bericht geplaatst")]
    with store.transaction():
        store.upsert(ACTION, actions("b"))
    assert stored(store) == [("a", "Bericht geplaatst"), ("b", "Bericht geplaatst")]


def test_a_write_that_breaks_a_rule_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(Exception, match="NOT NULL"):
        store.upsert(ACTION, actions("a").with_columns(theme_id=pl.lit(None, dtype=pl.String)))
    with pytest.raises(ValueError, match="two rows with the same key"):
        store.upsert(ACTION, actions("a", "a"))
    store.upsert(ACTION, actions("b"))
    assert stored(store) == [("b", "Bericht geplaatst")]


def test_writing_by_key(store: Store) -> None:
    store.upsert(ACTION, actions("a", "c", action="oud"))
    store.upsert(ACTION, actions("c", "b", action="nieuw"))
    assert stored(store) == [("a", "oud"), ("b", "nieuw"), ("c", "nieuw")]
    assert store.insert_new(ACTION, actions("a", "d", "d", action="nieuwst")) == 1
    assert stored(store) == [("a", "oud"), ("b", "nieuw"), ("c", "nieuw"), ("d", "nieuwst")]
    store.replace(ACTION, actions("e", "a", action="enig"))
    assert stored(store) == [("a", "enig"), ("e", "enig")]


def test_replacing_one_run_leaves_the_others(store: Store) -> None:
    def gaps(run: str, *themes: str) -> pl.DataFrame:
        return pl.DataFrame({"run_id": run, "theme_id": themes, "as_of": date(2026, 3, 2), "verdict": "stil"})

    store.replace(GAP, pl.concat([gaps("r1", "afval", "bomen"), gaps("r2", "afval")]))
    for _ in range(2):
        store.replace_where(GAP, "run_id", "r1", gaps("r1", "bomen", "water"))
    assert store.table(GAP).select("run_id", "theme_id").rows() == [
        ("r1", "bomen"),
        ("r1", "water"),
        ("r2", "afval"),
    ]


def test_lists_and_empty_frames_come_back_in_the_schema(store: Store) -> None:
    tokens = pl.DataFrame({"content_hash": ["h"], "pipeline": ["p"], "lemmas": [["kliko", "é'\""]]})
    assert store.insert_new(TOKEN, tokens) == 1
    assert store.table(TOKEN).equals(tokens)
    store.replace(TOKEN, TOKEN.empty())
    assert store.table(TOKEN).schema == pl.Schema(TOKEN.schema)


def test_a_query_takes_a_name_or_sql_with_bound_values(store: Store) -> None:
    store.upsert(ACTION, actions("a", "b'; DROP TABLE core.action; --"))
    assert store.query("mart.action").height == 2
    found = store.query(
        "SELECT action_id FROM core.action WHERE action_id = $id", {"id": "b'; DROP TABLE core.action; --"}
    )
    assert found.height == 1
