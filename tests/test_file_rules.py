"""Names and kinds of files: no name leaves its folder, and what is unfinished is seen by its name."""

import os
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.addresses import SCHEMES, address
from flows.arrivals import Remote
from flows.file_rules import not_a_file, shown, skipped, too_large, unfinished, unsafe, unsettled, waits
from warehouse.errors import ConfigurationError

NAMES = st.text(max_size=12) | st.text(alphabet="./\\:~$C\x00 a", max_size=8)


@given(NAMES)
@example("..")
@example("../a.csv")
@example("..\\a.csv")
@example("C:a.csv")
@example("/etc/passwd")
@example("")
@example("x" * 300)
def test_a_name_that_passes_stays_in_its_folder(name: str) -> None:
    folder = Path("/inbox/balie")
    if unsafe(name) is None:
        assert Path(os.path.normpath(folder / name)).parent == folder
        assert Path(os.path.normpath(folder / name)).name == name
        remote = Remote("sftp:host:/uit?", "sleutel", name, None, None, None)
        assert Path(os.path.normpath(folder / remote.local)).parent.parent == folder


@given(NAMES)
def test_what_is_shown_is_one_line_without_anything_invisible(name: str) -> None:
    said = shown(name)
    assert len(said) <= 80
    assert not set(said) & {"\n", "\r", "\x00", "\x1b", "\u202e"}
    said.encode()


@given(st.sampled_from(SCHEMES), st.text(max_size=20))
def test_a_pattern_is_taken_apart_or_refused(scheme: str, rest: str) -> None:
    place = None
    with suppress(ConfigurationError):
        place = address(f"{scheme}://{rest}", "balie")
    if place is None:
        return
    assert place.host
    assert place.pattern
    assert ".." not in (*place.folder.split("/"), *place.pattern)


def test_what_follows_a_question_mark_is_never_shown() -> None:
    place = address("https://host/uit/a.csv?sig=geheim", "balie")
    assert (place.query, place.shown) == ("sig=geheim", "https://host/uit/a.csv")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.csv.part", True), ("a.CSV.TMP", True), ("~$a.xlsx", True), (".~lock.a.ods#", True),
        ("a.csv~", True),
        ("a.crdownload", True), (".a.csv.Ab12Cd", True), (".a.csv.swp", True),
        ("a.csv", False), ("part.csv", False), ("a.tmp.csv", False), ("departement", False),
        ("~a.csv", False),
    ],
)  # fmt: skip
def test_a_name_says_whether_it_is_unfinished(name: str, says: bool) -> None:  # noqa: FBT001
    assert unfinished(name) is says


def test_a_file_has_settled_when_it_was_left_alone() -> None:
    now = datetime.fromisoformat("2026-03-02T03:00:00")
    assert unsettled(now - timedelta(seconds=59), now, 60)
    assert not unsettled(now - timedelta(seconds=60), now, 60)
    assert unsettled(now + timedelta(seconds=5), now, 60), "a clock that is a little ahead"
    assert not unsettled(now + timedelta(days=1), now, 60), "a clock that is wrong"
    assert not unsettled(None, now, 60)
    assert not unsettled(now, now, 0)


def test_kinds_and_sizes() -> None:
    assert not_a_file(stat.S_IFREG | 0o600) is None
    assert not_a_file(stat.S_IFBLK) == "is een apparaat"
    assert not_a_file(stat.S_IFLNK) == "is geen bestand"
    assert too_large(None, 10) is too_large(10, 10) is None
    assert too_large(2**40, 4 * 2**30) == "is groter dan 4,0 GiB"


def test_what_waits_and_what_is_refused_is_told_in_one_sentence() -> None:
    assert skipped("balie", tuple("abcde")) == "Bron 'balie': overgeslagen: 5 (a; b; c en nog 2)."
    assert waits("balie", ("a.csv",)).startswith("Bron 'balie': a.csv wordt nog geschreven; ")
