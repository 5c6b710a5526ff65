"""The one database: opened, migrated, read, written and published as a copy for analysts.

The only module that knows DuckDB. Frames come in and go out in the schemas of `warehouse.tables`; times
are UTC. No connection made here ever fetches an extension or looks up a Python variable by its name.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import duckdb
import polars as pl

from warehouse.errors import ConfigurationError
from warehouse.mart import marts
from warehouse.tables import TABLES, Table

MIGRATIONS = files("warehouse") / "migrations"

_CLOSED_WORLD = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
_READING_ONLY = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
# These speak of the question and of names in the database; other errors may quote a stored value.
_ABOUT_THE_QUESTION = (
    duckdb.ParserException,
    duckdb.CatalogException,
    duckdb.BinderException,
    duckdb.PermissionException,
)
_FOR_OWNER_AND_GROUP = 0o640
_TABLE_NAME = re.compile(r"\w+\.\w+")


class Store:
    """The open database, for one writer and one thread at a time; see `open_store`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._in_transaction = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file free; what was committed is in it."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back on any error. Within another it joins that one."""
        if self._in_transaction:
            yield
            return
        self._connection.begin()
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        else:
            self._connection.commit()
        finally:
            self._in_transaction = False

    def table(self, table: Table) -> pl.DataFrame:
        """All rows of `table`, in its schema, ordered by its key."""
        key = ", ".join(map(_quoted, table.key))
        return table.conform(self._connection.execute(f"FROM {table.name} ORDER BY {key}").pl())

    def mart(self, name: str) -> pl.DataFrame:
        """All rows of view mart.`name`, ordered by all its columns from left to right."""
        return self._connection.execute(f"FROM mart.{_quoted(name)} ORDER BY ALL").pl()

    def query(
        self,
        name_or_sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        incoming: pl.DataFrame | None = None,
    ) -> pl.DataFrame:
        """What one SQL statement gives, or all rows of the table or view of that name (schema.name).

        `parameters` fill the $names in the SQL; every one must occur in it. The SQL can read a frame that is
        given as `incoming` by that name.
        """
        sql = f"FROM {name_or_sql}" if _TABLE_NAME.fullmatch(name_or_sql) else name_or_sql
        if incoming is None:
            return self._connection.execute(sql, dict(parameters or {})).pl()
        with self._readable(incoming):
            return self._connection.execute(sql, dict(parameters or {})).pl()

    def upsert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert the rows of `frame`; each takes the place of the stored row with its key.

        Raises ValueError, as `replace` and `replace_where` do, when two rows of `frame` share a key.
        """
        with self._incoming(table, frame):
            self._put(table, frame)

    def amend(self, table: Table, frame: pl.DataFrame) -> None:
        """Set the columns that `frame` has beside the key, of the stored rows with those keys."""
        columns = [name for name in frame.columns if name not in table.key]
        same_key = " AND ".join(f"incoming.{_quoted(key)} = stored.{_quoted(key)}" for key in table.key)
        values = ", ".join(f"{_quoted(name)} = incoming.{_quoted(name)}" for name in columns)
        with self.transaction(), self._readable(frame):
            self._connection.execute(
                f"UPDATE {table.name} AS stored SET {values} FROM incoming WHERE {same_key}"
            )

    def insert_new(self, table: Table, frame: pl.DataFrame) -> int:
        """Insert the rows of `frame` whose key is not stored yet, and say how many those were."""
        with self._incoming(table, frame):
            inserted = self._connection.execute(f"INSERT OR IGNORE INTO {table.name} BY NAME FROM incoming")
            return int(inserted.fetchall()[0][0])

    def replace(self, table: Table, frame: pl.DataFrame) -> None:
        """Make `frame` the whole content of `table`."""
        with self._incoming(table, frame):
            self.query(f"DELETE FROM {table.name} AS stored WHERE {_absent(table)}")
            self._put(table, frame)

    def replace_where(self, table: Table, column: str, value: object, frame: pl.DataFrame) -> None:
        """Make `frame` the only rows of `table` where `column` is `value`, such as all rows of one run."""
        with self._incoming(table, frame):
            condition = f"stored.{_quoted(column)} = $value AND {_absent(table)}"
            self.query(f"DELETE FROM {table.name} AS stored WHERE {condition}", {"value": value})
            self._put(table, frame)

    def publish(self, target: Path) -> None:
        """Put a complete copy at `target`, in one step: readers see the old copy or the new one.

        Outside a transaction. Rows are copied, not the file: what was deleted is not in the copy, and
        opening our own file a second time would drop the lock that keeps a second night out.
        """
        workshop = target.with_name(f".{target.name}.new")
        shutil.rmtree(workshop, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        workshop.mkdir(mode=0o700)
        copy = workshop / target.name
        try:
            self._connection.execute("CHECKPOINT")
            self._copy_to(copy)
            copy.chmod(_FOR_OWNER_AND_GROUP)
            _sync(copy)
            copy.replace(target)
            _sync(target.parent)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)

    def _copy_to(self, copy: Path) -> None:
        (original,) = self._connection.execute("SELECT current_database()").fetchall()[0]
        self._connection.execute(f"ATTACH {_literal(str(copy))} AS published_copy")
        try:
            self._connection.execute(f"COPY FROM DATABASE {_quoted(original)} TO published_copy")
        finally:
            self._connection.execute("DETACH published_copy")

    @contextmanager
    def _incoming(self, table: Table, frame: pl.DataFrame) -> Iterator[None]:
        """A transaction in which SQL can read `frame`, in the table's schema, as `incoming`."""
        with self.transaction(), self._readable(table.conform(frame)):
            yield

    @contextmanager
    def _readable(self, frame: pl.DataFrame) -> Iterator[None]:
        """A time in which SQL can read `frame` as `incoming`."""
        self._connection.register("incoming", frame)
        try:
            yield
        finally:
            self._connection.unregister("incoming")

    def _put(self, table: Table, frame: pl.DataFrame) -> None:
        if frame.select(table.key).is_duplicated().any():
            raise ValueError(f"{table.name}: two rows with the same key")
        self._connection.execute(f"INSERT OR REPLACE INTO {table.name} BY NAME FROM incoming")


def open_store(path: Path, migrations: Traversable = MIGRATIONS) -> Store:
    """The database at `path`, made or brought up to date, with fresh marts and comments.

    Raises ConfigurationError when another night holds the file, when it is damaged and when it comes
    from a newer version.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store(_connect(path, read_only=False))
    try:
        path.chmod(_FOR_OWNER_AND_GROUP)
        _migrate(store, path, migrations)
        _describe(store)
    except BaseException:
        store.close()
        raise
    return store


def query_published(path: Path, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
    """What one reading statement (SELECT, FROM, SUMMARIZE, DESCRIBE, EXPLAIN) gives on a published copy.

    `parameters` fill the $names in the SQL; every one must occur in it. The statement cannot write, reach a
    file or the network, or change a setting. Raises ConfigurationError, without the content of rows, when the
    copy is not there or when the statement is wrong or does more than read.
    """
    if not path.is_file():
        raise ConfigurationError(f"{path} is er nog niet; draai eerst een nacht met 'weerklank nightly'.")
    with _connect(path, read_only=True, enable_external_access=False) as connection:
        connection.execute("SET lock_configuration = true")
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING_ONLY:
                raise ConfigurationError(
                    "Alleen één vraag die leest is toegestaan; begin met SELECT, FROM, SUMMARIZE of DESCRIBE"
                    " en noem bij PIVOT de waarden met IN."
                )
            return connection.execute(statements[0], dict(parameters or {})).pl()
        except (duckdb.Error, pl.exceptions.PolarsError) as error:
            raise ConfigurationError(_complaint(error)) from None


def _connect(path: Path, *, read_only: bool, **config: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(path, read_only=read_only, config={**_CLOSED_WORLD, **config})
    except duckdb.Error as error:
        raise ConfigurationError(_why_closed(path, error)) from error
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET memory_limit = '1500MB'")
    return connection


def _why_closed(path: Path, error: duckdb.Error) -> str:
    said = str(error)
    if "Could not set lock" in said or isinstance(error, duckdb.ConnectionException):
        return f"{path} is in gebruik door een andere nacht; wacht tot die klaar is en probeer het opnieuw."
    if "database file with version number" in said:
        return f"{path} komt van een nieuwere versie van DuckDB; werk weerklank bij."
    return (
        f"{path} is beschadigd of kan niet worden geopend; controleer het pad, de rechten en de schijfruimte,"
        " en zet anders een reservekopie terug."
    )


def _complaint(error: Exception) -> str:
    if isinstance(error, _ABOUT_THE_QUESTION):
        said = " ".join(str(error).partition("\n\nLINE ")[0].split())
        return f"De vraag klopt niet of mag niet: {said}"
    return f"De vraag past niet bij de waarden ({type(error).__name__}); zet ze om met TRY_CAST."


def _migrate(store: Store, path: Path, folder: Traversable) -> None:
    """Run what this file has not had yet, in order of number, each in its own transaction."""
    known = {int(file.name[:4]): file for file in folder.iterdir() if file.name.endswith(".sql")}
    had = _migrations_had(store)
    if had - known.keys():
        raise ConfigurationError(f"{path} komt van een nieuwere versie van weerklank; werk weerklank bij.")
    for number in sorted(known.keys() - had):
        with store.transaction():
            store.query(known[number].read_text("utf-8"))
            now = datetime.now(UTC).replace(tzinfo=None)
            applied = {"number": number, "name": known[number].name, "now": now}
            store.query("INSERT INTO core.migration VALUES ($number, $name, $now)", applied)


def _migrations_had(store: Store) -> set[int]:
    ledger = "FROM duckdb_tables() WHERE schema_name = 'core' AND table_name = 'migration'"
    return set() if store.query(ledger).is_empty() else set(store.query("core.migration")["number"])


def _describe(store: Store) -> None:
    """Make the marts anew and give every table, view and column its meaning as comment."""
    script: list[str] = []
    for table in TABLES:
        meanings = {name: column.meaning for name, column in table.columns.items()}
        script += _comments("TABLE", table.name, table.meaning, meanings)
    views = store.query("SELECT view_name FROM duckdb_views() WHERE schema_name = 'mart'")["view_name"]
    script += [f"DROP VIEW mart.{_quoted(name)}" for name in views]
    for mart in marts():
        view = f"mart.{_quoted(mart.name)}"
        script += [f"CREATE VIEW {view} AS {mart.select}"]
        script += _comments("VIEW", view, mart.meaning, mart.columns)
    with store.transaction():
        store.query(";\n".join(script))


def _comments(kind: str, name: str, meaning: str, columns: Mapping[str, str]) -> Iterator[str]:
    yield f"COMMENT ON {kind} {name} IS {_literal(meaning)}"
    for column, held in columns.items():
        yield f"COMMENT ON COLUMN {name}.{_quoted(column)} IS {_literal(held)}"


def _absent(table: Table) -> str:
    """SQL: the row's key is not in `incoming`; deleting all and inserting anew is far slower."""
    same_key = " AND ".join(f"incoming.{_quoted(key)} = stored.{_quoted(key)}" for key in table.key)
    return f"NOT EXISTS (FROM incoming WHERE {same_key})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
