"""From a file to safe parts: names in ids and addresses, files that change meanwhile, what counts as seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.collect import Export, exports_of
from flows.intake import judged, loaded_row, night_pseudonymiser, readers, safe_batches, stored
from flows.night import Night
from flows.settings import read_environment, read_settings
from nlp.catalogue import Catalogue
from tests.deployment import SETTINGS, written_export
from tests.export_reading import mapping
from warehouse.errors import ConfigurationError, SourceError
from warehouse.load import load_export
from warehouse.pseudonymise import Pseudonymiser
from warehouse.sources.identity import private_ids
from warehouse.store import Store, open_store
from warehouse.tables import EXPORT, MESSAGE, WHOLE_EXPORT

NOW = datetime.fromisoformat("2026-07-01 03:00")
COLUMNS = ("nummer", "datum", "afzender", "reactie op", "bericht", "link")
FORUM = """\
id: forum
version: 1
read: {format: csv, delimiter: ";"}
expect: {max_quarantined: 1}
emit:
  - kind: comment
    platform: facebook
    fields:
      native_id: {from: nummer}
      parent_id: {from: "reactie op"}
      author: {from: afzender, secret: true}
      text: {from: bericht}
      url: {from: link}
      created_at: {from: datum, datetime: {formats: ["%d-%m-%Y"], tz: Europe/Amsterdam}}
author_kind:
  municipality_if: [{field: author, in_list: owned_accounts}]
  default: resident
deleted_if: [{col: bericht, in: "[deleted]"}]
"""
TEXT = "Volle container"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night of a town with one source that is whole every time."""
    folder = tmp_path_factory.mktemp("plaats")
    path = folder / "weerklank.toml"
    whole = SETTINGS.replace('files = "exports/inwoners*.csv"', 'files = "exports/*.csv"\ngone_after = 1')
    path.write_text(whole, encoding="utf-8")
    return Night(
        settings=read_settings(path),
        base=folder, home=folder / "home", secret=b"geheim", environment=read_environment({}),
        as_of=date(2026, 6, 28), now=NOW, catalogue=Catalogue((), ()), decision_log=(),
        tell=lambda _: None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pseudonymise(night: Night) -> Pseudonymiser:
    return night_pseudonymiser(night)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def export_of(folder: Path, night: Night, *rows: Sequence[str], name: str = "forum_2026-06-28.csv") -> Export:
    whole = [[*row, *[""] * (len(COLUMNS) - len(row))] for row in rows]
    path = written_export(folder / name, whole, COLUMNS)
    (export,) = exports_of([path], night.settings.source[0], mapping(FORUM))
    return export


def read(export: Export, night: Night) -> Any:
    return judged(export, readers(night.settings, night.base, night.secret), "Europe/Amsterdam", night.now)


def messages_of(export: Export, night: Night, pseudonymise: Pseudonymiser) -> pl.DataFrame:
    by = readers(night.settings, night.base, night.secret)
    batches = safe_batches(read(export, night), frozenset(), pseudonymise, by, night)
    return pl.concat([batch.messages for batch in batches])


@pytest.mark.parametrize(
    ("native_id", "author"),
    [
        ("https://facebook.com/jan.jansen/posts/12", "Iemand"),
        ("@janjansen/12", "Iemand"),
        ("at://did:plc:abc/app.bsky.feed.post/3k", "Iemand"),
        ("jan jansen 12", "Iemand"),
        ("bericht-jan-jansen-12", "Jan Jansen"),
    ],
)
def test_an_id_that_may_hold_a_name_is_kept_as_a_keyed_hash(
    tmp_path: Path, night: Night, pseudonymise: Pseudonymiser, native_id: str, author: str
) -> None:
    export = export_of(tmp_path, night, [native_id, "27-06-2026", author, "", TEXT])
    row = messages_of(export, night, pseudonymise).row(0, named=True)
    assert row["native_id"].startswith("k:")
    assert row["message_id"] == f"facebook:{row['native_id']}"
    assert "jan" not in str(row).casefold().replace("january", "")


@pytest.mark.parametrize("native_id", ["12_34", "urn:li:activity:7", "UgxK-a.9b", "h:0aff", "7:answer"])
def test_any_other_id_stays_what_it_is(native_id: str) -> None:
    draft = pl.DataFrame(
        {"platform": "x", "native_id": native_id, "parent_id": None, "author": "12", "author_id": "34"},
        schema_overrides={"parent_id": pl.String},
    )
    assert private_ids(draft, b"geheim").equals(draft)


def test_a_reply_keeps_its_place_below_what_is_hashed(
    tmp_path: Path, night: Night, pseudonymise: Pseudonymiser
) -> None:
    address = "https://forum.nl/@jan/12"
    export = export_of(
        tmp_path, night, [address, "27-06-2026", "Jan", "", TEXT], ["2", "27-06-2026", "Piet", address, TEXT]
    )
    found = messages_of(export, night, pseudonymise)
    assert found["parent_id"][1] == found["message_id"][0]


@pytest.mark.parametrize(
    ("author", "url", "kept"),
    [
        ("Jan Jansen", "https://forum.nl/draad/jan-jansen/12", False),
        ("Jan Jansen", "https://forum.nl/draad/12", True),
        ("Iemand", "https://www.facebook.com/jan.jansen/posts/12", False),
        ("Iemand", "https://www.facebook.com/gemeenteproefstad/posts/12", True),
        ("Gemeente Proefstad", "https://www.facebook.com/gemeente.proefstad/posts/12", True),
    ],
)
def test_an_address_is_kept_unless_it_leads_to_a_resident(
    tmp_path: Path, night: Night, pseudonymise: Pseudonymiser, author: str, url: str, *, kept: bool
) -> None:
    export = export_of(tmp_path, night, ["1", "27-06-2026", author, "", TEXT, url])
    assert (messages_of(export, night, pseudonymise)["url"][0] is not None) == kept


def test_a_file_that_changes_before_it_is_loaded_is_left_out(
    tmp_path: Path, night: Night, pseudonymise: Pseudonymiser, store: Store
) -> None:
    """Also when what it holds now cannot be stored, such as one id twice."""
    export = export_of(tmp_path, night, ["1", "27-06-2026", "Jan", "", TEXT])
    reading = read(export, night)
    written_export(export.path, [["2", "27-06-2026", "Jan", "", TEXT, ""]] * 2, COLUMNS)
    by = readers(night.settings, night.base, night.secret)
    batches = safe_batches(reading, frozenset(), pseudonymise, by, night)
    with pytest.raises(SourceError, match="verandert nog"):
        load_export(store, loaded_row(reading, NOW), batches, reading.told_at)
    assert store.table(EXPORT).is_empty()


def test_no_file_tells_of_a_moment_after_it_was_read(tmp_path: Path, night: Night) -> None:
    export = export_of(tmp_path, night, ["1", "27-06-2026", "Jan", "", TEXT], name="forum_2099-01-01.csv")
    assert read(export, night).told_at == NOW


def nightly(store: Store, night: Night, folder: Path, day: int, *rows: Sequence[str]) -> None:
    export = export_of(folder, night, *rows, name=f"forum_2026-06-{day}.csv")
    nothing = WHOLE_EXPORT.empty()
    _, missed = stored(night, store, (read(export, night),), (), nothing)
    assert missed == ()


def shown(store: Store) -> dict[str, bool]:
    """Ids of messages, and whether they are gone."""
    found = store.table(MESSAGE).filter("is_current")
    gone = [when is not None for when in found["deleted_at"]]
    return dict(zip(found["native_id"].to_list(), gone, strict=True))


def test_a_message_whose_row_is_in_quarantine_is_not_gone(tmp_path: Path, night: Night, store: Store) -> None:
    rows = [[str(number), "20-06-2026", "Jan", "", f"{TEXT} {number}"] for number in range(4)]
    nightly(store, night, tmp_path, 27, *rows)
    broken = [rows[0], ["1", "gisteren", "Jan", "", TEXT], ["2", "01-01-2003", "Jan", "", TEXT]]
    nightly(store, night, tmp_path, 28, *broken)
    assert shown(store) == {"0": False, "1": False, "2": False, "3": True}


def test_a_night_with_a_row_without_id_says_of_no_message_that_it_is_gone(
    tmp_path: Path, night: Night, store: Store
) -> None:
    rows = [[str(number), "20-06-2026", "Jan", "", f"{TEXT} {number}"] for number in range(2)]
    nightly(store, night, tmp_path, 27, *rows)
    nightly(store, night, tmp_path, 28, rows[0], ["1,2E+17", "20-06-2026", "Jan", "", TEXT])
    assert shown(store) == {"0": False, "1": False}


def test_what_one_file_of_a_night_holds_another_need_not(tmp_path: Path, night: Night, store: Store) -> None:
    files = [
        export_of(tmp_path, night, [number, "20-06-2026", "Jan", "", f"{TEXT} {number}"], name=name)
        for number, name in (("1", "pagina_a_2026-06-27.csv"), ("2", "pagina_b_2026-06-28.csv"))
    ]
    stored(night, store, tuple(read(file, night) for file in files), (), WHOLE_EXPORT.empty())
    assert shown(store) == {"1": False, "2": False}


def test_counts_add_up_whatever_becomes_of_a_row(tmp_path: Path, night: Night, store: Store) -> None:
    rows = [
        ["1", "20-06-2026", "Jan", "", TEXT], ["1", "20-06-2026", "Jan", "", "Anders"],
        ["2", "20-06-2026", "Jan", "", "[deleted]"], ["3", "gisteren", "Jan", "", TEXT],
        ["4", "01-01-2003", "Jan", "", TEXT], ["2", "20-06-2026", "Jan", "", TEXT],
    ]  # fmt: skip
    nightly(store, night, tmp_path, 27, *rows)
    nightly(store, night, tmp_path, 28, *rows, ["1", "20-06-2026", "Jan", "", "[deleted]"])
    parts = ("rows_loaded", "rows_unchanged", "rows_duplicate", "rows_quarantined", "rows_dropped")
    told = store.table(EXPORT).sort("told_at").select("rows_read", *parts).rows()
    assert [read_ for read_, *_ in told] == [6, 7]
    assert all(read_ == sum(became) for read_, *became in told)


def test_a_mapping_makes_no_id_of_a_name() -> None:
    with pytest.raises(ConfigurationError, match="hash_of"):
        mapping(FORUM, ("native_id: {from: nummer}", "native_id: {from: [nummer, afzender], join: '-'}"))


def test_the_pages_of_a_resumed_pull_are_no_miss_of_that_pull(
    tmp_path: Path, night: Night, store: Store
) -> None:
    source = night.settings.source[0]
    collect = {"api": "x", "account": "a", "token": "X"}
    api = type(source).model_validate(
        {"name": source.name, "mapping": "x", "gone_after": 1, "collect": collect}
    )
    settings = night.settings.model_copy(update={"source": (api,)})
    pulled = replace(night, settings=settings)
    export = export_of(tmp_path, night, ["1", "20-06-2026", "Jan", "", TEXT], name="20260628T020000Z_p1.csv")
    passed = {"source_id": source.name, "told_at": NOW, "window_start": datetime.fromisoformat("2026-06-01")}
    stored(pulled, store, (read(export, night),), (), WHOLE_EXPORT.conform(pl.DataFrame([passed])))
    assert shown(store) == {"1": False}
