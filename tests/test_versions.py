"""What an export changes: new texts, edits, counts and deletions, in whatever order exports come in."""

import contextlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, SECRET, emitted, mapping
from warehouse.load import SafeBatch, empty_the_gone, load_export, tie_threads
from warehouse.sources.identity import Origin, message_rows, raw_hashes
from warehouse.sources.versions import change
from warehouse.store import MIGRATIONS, Store, open_store
from warehouse.tables import EXPORT, MESSAGE, QUARANTINE, WHOLE_EXPORT

BALIE = mapping(CONTACTS)
FIRST = datetime.fromisoformat("2026-04-02 03:00")


def rows(content: str, night: int = 0, name: str = "balie.csv", **counts: Any) -> pl.DataFrame:
    """MESSAGE rows of the contact-centre file of a night, as the night makes them."""
    told_at = FIRST + timedelta(days=night)
    drafts = emitted("nummer;datum;vraag;antwoord\n" + content, BALIE).messages
    given_ = {name: pl.Series(name, values, dtype=pl.Int64) for name, values in counts.items()}
    named = drafts.with_columns(
        raw_hashes(drafts, SECRET), author_key=pl.lit(None, dtype=pl.String)
    ).with_columns(**given_)
    origin = Origin("balie", BALIE.name, f"e{night}", "Europe/Amsterdam", FIRST, told_at, name, quotable=None)
    return message_rows(named, origin)


def stored_after(*files: pl.DataFrame) -> pl.DataFrame:
    """What the store holds after loading files one by one: upsert by key."""
    store = MESSAGE.empty()
    for incoming in files:
        result = change(incoming, store.filter("is_current"))
        assert result.loaded + result.unchanged == incoming.height
        store = pl.concat([store.join(result.rows, on=list(MESSAGE.key), how="anti"), result.rows])
        store = store.update(result.sightings, on=["message_id", "version"])
    return store


def texts(stored: pl.DataFrame) -> list[tuple[str, int, bool, str]]:
    shown = stored.sort("message_id", "version").select("native_id", "version", "is_current", "text")
    return [(str(n), int(v), bool(c), str(t)) for n, v, c, t in shown.rows()]


def test_what_is_seen_again_changes_nothing_and_what_is_edited_becomes_a_version() -> None:
    first = rows("7;01-04-2026;Wanneer?;\n8;01-04-2026;Hoe?;\n")
    result = change(first, MESSAGE.empty())
    assert (result.loaded, result.unchanged, result.rows.schema) == (2, 0, MESSAGE.schema)
    second = rows("7;01-04-2026;Wanneer dan?;\n8;01-04-2026;Hoe?;\n9;01-04-2026;Wie?;\n", 1)
    stored = stored_after(first, second)
    assert texts(stored) == [
        ("7", 1, False, "Wanneer?"),
        ("7", 2, True, "Wanneer dan?"),
        ("8", 1, True, "Hoe?"),
        ("9", 1, True, "Wie?"),
    ]
    again = change(second, stored.filter("is_current"))
    assert (again.loaded, again.unchanged, again.rows.height, again.sightings.height) == (0, 3, 0, 0)


def test_an_older_export_that_comes_in_late_brings_no_old_text_back() -> None:
    old, new = rows("7;01-04-2026;Wanneer?;\n"), rows("7;01-04-2026;Wanneer dan?;\n", 1)
    late = change(old, new)
    assert (late.loaded, late.unchanged, late.rows.height) == (0, 1, 0)


def test_of_one_moment_the_last_file_by_name_is_believed_and_else_the_one_that_took_its_place() -> None:
    """An edit in an export without a newer message: its name, or that it came in its place, tells."""
    second = rows("7;01-04-2026;Wanneer?;\n", name="balie_2.csv")
    tenth = rows("7;01-04-2026;Wanneer dan?;\n", name="balie_10.csv")
    for stored in (stored_after(second, tenth), stored_after(tenth, second)):
        assert stored.filter("is_current")["text"].to_list() == ["Wanneer dan?"]
    in_its_place = rows("7;01-04-2026;Laat maar;\n", name="balie_10.csv")
    assert texts(stored_after(second, tenth, in_its_place))[-1] == ("7", 3, True, "Laat maar")


def test_a_text_that_goes_back_is_a_third_version() -> None:
    files = [rows(f"7;01-04-2026;{text};\n", night) for night, text in enumerate("aba")]
    assert texts(stored_after(*files)) == [("7", 1, False, "a"), ("7", 2, False, "b"), ("7", 3, True, "a")]


def test_counts_are_brought_up_to_date_without_a_version_and_never_emptied() -> None:
    first = rows("7;01-04-2026;a;\n8;01-04-2026;b;\n", likes=[1, 2], views=[9, 9])
    later = rows("7;01-04-2026;a;\n8;01-04-2026;b;\n", 1, likes=[5, None])
    result = change(later, first)
    assert (result.loaded, result.unchanged) == (0, 2)
    stored = stored_after(first, later)
    assert sorted(stored.select("native_id", "version", "likes", "views").rows()) == [
        ("7", 1, 5, 9), ("8", 1, 2, 9),
    ]  # fmt: skip
    assert stored_after(later, first).select("likes", "views").sort("likes").rows() == [(2, 9), (5, 9)]


def test_what_a_later_export_says_of_the_same_text_takes_the_place_of_what_was_said() -> None:
    said = rows("7;01-04-2026;a;\n").with_columns(area_name=pl.lit("Noord"))
    later = rows("7;01-04-2026;a;\n", 1).with_columns(area_name=pl.lit("Zuid"))
    for stored in (stored_after(said, later), stored_after(later, said)):
        assert stored.select("version", "area_name").rows() == [(1, "Zuid")]


def nights(town: dict[int, list[tuple[str, int | None]]], held: list[set[int]]) -> list[pl.DataFrame]:
    """A file per night: of the messages it holds, the text and likes of that night."""
    files = []
    for night, numbers in enumerate(held):
        there = sorted(numbers & town.keys()) or [1]
        lines = "".join(f"{number};01-04-2026;{town[number][night][0]};\n" for number in there)
        files.append(rows(lines, night, likes=[town[number][night][1] for number in there]))
    return files


_NIGHTS = 10
_SAID = st.tuples(st.sampled_from(["a", "b", "c"]), st.none() | st.integers(0, 3))
_TOWN = st.fixed_dictionaries(
    {number: st.lists(_SAID, min_size=_NIGHTS, max_size=_NIGHTS) for number in range(1, 5)}
)
_HELD = st.lists(st.sets(st.integers(1, 4), min_size=1), min_size=_NIGHTS, max_size=_NIGHTS)
_KEPT = ("message_id", "text", "likes", "seen_at", "counted_at", "created_at", "raw_hash")


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(_TOWN, _HELD, st.permutations(range(_NIGHTS)), st.lists(st.integers(0, _NIGHTS - 1), max_size=5))
def test_ten_overlapping_nights_in_any_order_give_the_same_current_messages(
    town: dict[int, list[tuple[str, int | None]]], held: list[set[int]], order: list[int], again: list[int]
) -> None:
    files = nights(town, held)
    in_order = stored_after(*files).filter("is_current").sort("message_id").select(_KEPT)
    shuffled = stored_after(*(files[night] for night in (*order, *again)))
    assert shuffled.filter("is_current").sort("message_id").select(_KEPT).equals(in_order)
    assert shuffled.select(MESSAGE.key).is_unique().all()
    versions = shuffled.group_by("message_id").agg(pl.col("version").sort(), pl.len())
    assert all(row["version"] == list(range(1, row["len"] + 1)) for row in versions.to_dicts())


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def load(store: Store, messages: pl.DataFrame, gone: tuple[str, ...] = (), night: int = 0) -> None:
    told_at = FIRST + timedelta(days=night)
    row = EXPORT.conform(
        pl.DataFrame(
            {"export_id": f"e{night}", "source_id": "balie", "sha256": f"hash {night}", "file_name": "f",
             "status": "loaded", "first_seen": FIRST, "told_at": told_at}
        )
    )  # fmt: skip
    parts = [messages.head(1), messages.slice(1)]
    batches = [
        SafeBatch(part, QUARANTINE.empty(), pl.Series(gone if part is parts[-1] else (), dtype=pl.String))
        for part in parts
    ]
    load_export(store, row, batches, told_at)
    tie_threads(store)


def whole(store: Store, night: int, since: str = "2026-03-01") -> None:
    row = {
        "source_id": "balie",
        "told_at": FIRST + timedelta(days=night),
        "window_start": datetime.fromisoformat(since),
    }
    store.upsert(WHOLE_EXPORT, WHOLE_EXPORT.conform(pl.DataFrame([row])))


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(_TOWN, _HELD, st.permutations(range(_NIGHTS)))
def test_the_same_holds_in_the_database(
    tmp_path_factory: pytest.TempPathFactory,
    town: dict[int, list[tuple[str, int | None]]],
    held: list[set[int]],
    order: list[int],
) -> None:
    found = []
    for chosen in (range(_NIGHTS), order):
        with open_store(tmp_path_factory.mktemp("orde") / "warehouse.duckdb") as opened:
            files = nights(town, held)
            for night in chosen:
                load(opened, files[night], night=night)
            current = opened.query("SELECT * FROM core.message WHERE is_current ORDER BY message_id")
            found.append(current.select(*_KEPT, "thread_id", "dup_of"))
    assert found[0].equals(found[1])


def test_what_the_source_says_is_gone_loses_its_words_and_keeps_its_place(store: Store) -> None:
    load(store, rows("7;01-04-2026;Wanneer?;Morgen\n8;01-04-2026;Hoe?;\n"))
    load(store, rows("8;01-04-2026;Hoe dan?;\n", 1), gone=("kcc:7", "kcc:onbekend"), night=1)
    stored = MESSAGE.conform(store.query("SELECT * FROM core.message WHERE native_id = '7'"))
    assert stored.select("text", "content_hash", "raw_hash", "deleted_at").rows() == [
        ("", "", None, FIRST + timedelta(days=1))
    ]
    shown = store.query("SELECT native_id, thread_id FROM mart.message ORDER BY native_id")
    assert shown.rows() == [("7:answer", "kcc:7"), ("8", "kcc:8")]


def test_a_message_that_is_back_later_has_its_words_again_and_an_older_file_does_not_bring_them(
    store: Store,
) -> None:
    load(store, rows("7;01-04-2026;Wanneer?;\n", 1), night=1)
    load(store, rows("8;01-04-2026;Hoe?;\n", 3), gone=("kcc:7",), night=3)
    load(store, rows("7;01-04-2026;Wanneer?;\n", 2), night=2)
    assert store.query("SELECT native_id FROM mart.message ORDER BY ALL")["native_id"].to_list() == ["8"]
    load(store, rows("7;01-04-2026;Toch wel?;\n", 4), night=4)
    assert store.query("SELECT text FROM mart.message ORDER BY ALL")["text"].to_list() == [
        "Hoe?",
        "Toch wel?",
    ]


def test_what_whole_exports_lack_so_many_times_is_gone(store: Store) -> None:
    load(store, rows("7;01-04-2026 10:00;Wanneer?;Morgen\n8;01-04-2026 10:00;Hoe?;\n9;02-02-2026;Oud;\n"))
    for night in (1, 2):
        load(store, rows("8;01-04-2026 10:00;Hoe?;\n", night), night=night)
        whole(store, night)
    assert empty_the_gone(store, "balie", 3, FIRST + timedelta(days=2)) == 0
    assert empty_the_gone(store, "balie", 2, FIRST + timedelta(days=2)) == 2  # the question and its answer
    shown = store.query("SELECT native_id FROM mart.message ORDER BY ALL")["native_id"].to_list()
    assert shown == ["8", "9"]  # 9 lies before the period that was looked at
    assert empty_the_gone(store, "balie", 2, FIRST + timedelta(days=2)) == 0


def test_a_reply_belongs_to_the_period_in_which_its_thread_began(store: Store) -> None:
    """A question from before the period: its late answer is not pulled anew either."""
    late_answer = rows("7;01-02-2026;Wanneer?;Morgen\n").with_columns(created_at=pl.lit(FIRST))
    asked = pl.when(pl.col("kind") == "contact").then(pl.lit(FIRST - timedelta(days=60)))
    load(store, late_answer.with_columns(created_at=asked.otherwise("created_at")))
    for night in (1, 2):
        whole(store, night)
    assert empty_the_gone(store, "balie", 2, FIRST + timedelta(days=2)) == 0


def test_a_batch_that_fails_leaves_nothing_of_its_file(store: Store) -> None:
    def broken() -> Any:
        yield SafeBatch(rows("7;01-04-2026;a;\n"), QUARANTINE.empty(), pl.Series(dtype=pl.String))
        raise ValueError("halverwege")

    known = {"export_id": "e", "source_id": "balie", "sha256": "x", "file_name": "f", "status": "loaded"}
    row = EXPORT.conform(pl.DataFrame([{**known, "first_seen": FIRST}]))
    with pytest.raises(ValueError, match="halverwege"):
        load_export(store, row, broken(), FIRST)
    assert store.table(MESSAGE).is_empty()
    assert store.table(EXPORT).is_empty()


def load_again(store: Store, messages: pl.DataFrame, told_at: datetime, export_id: str) -> None:
    """Load a file with the bytes of the file of night 1, read by another mapping than then."""
    known = {"export_id": export_id, "source_id": "balie", "sha256": "abc", "file_name": "f"}
    row = EXPORT.conform(
        pl.DataFrame([{**known, "status": "loaded", "first_seen": FIRST, "told_at": told_at}])
    )
    load_export(store, row, [SafeBatch(messages, QUARANTINE.empty(), pl.Series(dtype=pl.String))], told_at)


@pytest.mark.parametrize("text", ["a", "b", "c", "d", "e", "f"])
def test_a_file_that_a_mended_mapping_reads_anew_is_believed(store: Store, text: str) -> None:
    """Also when the mapping took it for a later moment before, as with a wrong time zone."""
    load_again(store, rows("7;01-04-2026;fout;\n", 1, likes=[9]), FIRST + timedelta(days=1), "oud")
    mended = rows(f"7;01-04-2026;{text};\n", likes=[1]).with_columns(area_name=pl.lit("Noord"))
    load_again(store, mended, FIRST, "nieuw")
    shown = store.query("SELECT text, likes, area_name, seen_at FROM core.message WHERE is_current")
    assert shown.rows() == [(text, 1, "Noord", FIRST)]


def test_a_file_that_is_read_anew_brings_nothing_back_that_was_changed_since(store: Store) -> None:
    load_again(store, rows("7;01-04-2026;oud;\n"), FIRST, "oud")
    load(store, rows("7;01-04-2026;nieuw;\n", 1), night=1)
    load_again(store, rows("7;01-04-2026;oud;\n"), FIRST, "anders gelezen")
    shown = store.query("SELECT text FROM core.message WHERE is_current")
    assert shown["text"].to_list() == ["nieuw"]


def test_an_older_file_brings_no_counts_to_what_is_gone(store: Store) -> None:
    load(store, rows("7;01-04-2026;a;\n", likes=[1]))
    load(store, rows("8;01-04-2026;b;\n", 3, likes=[None]), gone=("kcc:7",), night=3)
    load(store, rows("7;01-04-2026;a;\n", 2, likes=[5]), night=2)
    shown = store.query("SELECT text, likes FROM core.message WHERE native_id = '7'")
    assert shown.rows() == [("", None)]


def test_a_database_of_before_sees_its_own_texts_again_without_a_version(tmp_path: Path) -> None:
    """Its hash of a message was of more than the text; see migration 0005."""
    older = tmp_path / "migrations"
    older.mkdir()
    for file in MIGRATIONS.iterdir():
        if file.name.endswith(".sql") and file.name < "0005":
            (older / file.name).write_text(file.read_text("utf-8"), "utf-8")
    before = rows("7;01-04-2026;Wanneer?;\n8;01-04-2026;Hoe?;\n", likes=[3, None])
    path = tmp_path / "warehouse.duckdb"
    with contextlib.suppress(duckdb.Error), open_store(path, older):
        pass  # the comments and marts of today do not fit the tables of then
    with duckdb.connect(path) as connection:
        known = [row[0] for row in connection.execute("DESCRIBE core.message").fetchall()]
        old = before.select(known).with_columns(raw_hash=pl.lit("van toen"))
        connection.register("old", old)
        connection.execute("INSERT INTO core.message BY NAME FROM old")
    with open_store(path) as opened:
        load(opened, rows("7;01-04-2026;Wanneer?;\n8;01-04-2026;Hoe dan?;\n", 1, likes=[4, None]), night=1)
        stored = opened.table(MESSAGE)
        assert texts(stored) == [
            ("7", 1, True, "Wanneer?"), ("8", 1, False, "Hoe?"), ("8", 2, True, "Hoe dan?"),
        ]  # fmt: skip
        current = stored.filter("is_current")
        assert current["raw_hash"].null_count() == 0
        assert current.sort("native_id")["likes"].to_list() == [4, None]
        assert current.sort("native_id")["counted_at"].to_list()[1] is None
