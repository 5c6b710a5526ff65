"""Which moment an export tells of: by its name, by its newest message, or by when it was written."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, mapping
from warehouse.sources.moments import export_moment

NEWEST = mapping(CONTACTS)
FILE_TIME = mapping(CONTACTS, ("  format: csv\n", "  format: csv\n  moment: file_time\n"))
WRITTEN = datetime.fromisoformat("2026-06-01 04:05:06")
MESSAGE = datetime.fromisoformat("2026-05-03 08:00:00")
ZONE = "Europe/Amsterdam"


def moment(name: str, newest: datetime | None = MESSAGE, zone: str = ZONE) -> str:
    return export_moment(name, WRITTEN, newest, NEWEST, zone).isoformat(" ")


@pytest.mark.parametrize(
    "name",
    [
        "export_2026-05-02.csv", "2026-05-02.csv", "export-20260502.csv", "export 2026_05_02.csv",
        "export.2026.05.02.csv", "export_02-05-2026.csv", "02.05.2026.csv", "export(02_05_2026).csv",
        "Export2026-05-02final.csv", "v2_2026-05-02_3.csv", "export_2026-05-02 (1).csv",
        "2026-05-02_deel-12.csv", "2026-05-02-99.csv", "bijlage-2026-05-02-3400.csv",
    ],
)  # fmt: skip
def test_a_day_in_a_name_is_the_end_of_that_day_in_the_municipality(name: str) -> None:
    assert moment(name) == "2026-05-02 21:59:59"
    assert moment(name, zone="UTC") == "2026-05-02 23:59:59"


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("export_2026-05-02T101112.csv", "2026-05-02 08:11:12"),
        ("export_2026-05-02_10-11-12.csv", "2026-05-02 08:11:12"),
        ("export_2026-05-02 10.11.csv", "2026-05-02 08:11:00"),
        ("export_20260502-1011.csv", "2026-05-02 08:11:00"),
        ("export_20260502_101112.csv", "2026-05-02 08:11:12"),
        ("export_20260502101112.csv", "2026-05-02 08:11:12"),
        ("02-05-2026_10_11.csv", "2026-05-02 08:11:00"),
        ("export 02-05-2026_10-11-12.csv", "2026-05-02 08:11:12"),
        ("export_2026-12-02T101112.csv", "2026-12-02 09:11:12"),
        ("2026-03-29_02-30.csv", "2026-03-29 01:30:00"),
        ("2026-10-25_02-30.csv", "2026-10-25 00:30:00"),
    ],
)
def test_a_time_of_day_in_a_name_is_the_clock_of_the_municipality(name: str, utc: str) -> None:
    assert moment(name) == utc


def test_the_stamp_of_a_pull_is_utc_and_goes_before_a_day() -> None:
    assert moment("20260502T101112Z_p0001_mastodon.json") == "2026-05-02 10:11:12"
    assert moment("2026-05-09_20260502T101112Z.json") == "2026-05-02 10:11:12"


def test_of_two_days_the_last_one_counts() -> None:
    assert moment("berichten_2026-04-01_2026-05-02.csv") == "2026-05-02 21:59:59"
    assert moment("berichten 01-04-2026 tm 02-05-2026.csv") == "2026-05-02 21:59:59"
    assert moment("van 20260401 tot 02-05-2026.csv") == "2026-05-02 21:59:59"
    assert moment("2026-05-02 en 2026-02-31.csv") == "2026-05-02 21:59:59"
    assert moment("2026-04-01-2026-05-02.csv") == "2026-05-02 21:59:59"
    assert moment("01-04-2026_02-05-2026.csv") == "2026-05-02 21:59:59"


def test_a_day_alone_is_that_days_newest_message() -> None:
    assert moment("2026-05-03.csv") == "2026-05-03 08:00:00"
    assert moment("2026-05-04.csv") == "2026-05-04 21:59:59"
    assert moment("2026-05-02.csv") == "2026-05-02 21:59:59"
    assert moment("2026-05-03.csv", newest=None) == "2026-05-03 21:59:59"


@pytest.mark.parametrize(
    ("day", "last"),
    [("2026-03-29", "2026-03-29 21:59:59"), ("2026-10-25", "2026-10-25 22:59:59")],
)
def test_a_day_on_which_the_clock_changes_ends_at_its_own_midnight(day: str, last: str) -> None:
    end = datetime.fromisoformat(last)
    assert moment(f"{day}.csv") == last
    assert moment(f"{day}.csv", newest=end) == last
    assert moment(f"{day}.csv", newest=end + timedelta(seconds=1)) == last


@pytest.mark.parametrize(
    "name",
    [
        "export.csv", "", "export_2026-13-01.csv", "export_2026-02-30.csv", "export_20261301.csv",
        "31-02-2026.csv", "1999-05-02.csv", "export_120260502.csv", "export_202605021.csv",
        "20260502999999.csv",
        "5-2-2026.csv", "20269999T101112Z.json", "20260502T256161Z.json", "week 18.csv",
    ],
)  # fmt: skip
def test_what_is_no_day_tells_nothing(name: str) -> None:
    assert moment(name) == MESSAGE.isoformat(" ")
    assert moment(name, newest=None) == WRITTEN.isoformat(" ")
    assert export_moment(name, WRITTEN, MESSAGE, FILE_TIME, ZONE) == WRITTEN


def test_a_date_in_the_name_goes_before_the_time_of_the_file() -> None:
    named = export_moment("20260502T101112Z_p0001.json", WRITTEN, MESSAGE, FILE_TIME, ZONE)
    assert named.isoformat(" ") == "2026-05-02 10:11:12"


_PIECES = st.sampled_from(
    ["20", "26", "0", "1", "29", "31", "-", "_", ".", "T", "Z", " ", ":", "٢٠", "²", "𝟚"]
)
_NAMES = st.text(max_size=40) | st.lists(_PIECES, max_size=16).map("".join)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(_NAMES, st.none() | st.datetimes(), st.sampled_from([ZONE, "UTC"]))
def test_any_name_gives_a_moment(name: str, newest: datetime | None, zone: str) -> None:
    for read_by in (NEWEST, FILE_TIME):
        assert export_moment(name, WRITTEN, newest, read_by, zone).tzinfo is None


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1)))  # noqa: DTZ001 - UTC without a mark
def test_every_stamp_of_a_pull_is_read_back(when: datetime) -> None:
    when = when.replace(microsecond=0)
    assert export_moment(f"{when:%Y%m%dT%H%M%SZ}_p0001.json", WRITTEN, None, FILE_TIME, ZONE) == when


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.dates(date(2001, 1, 1), date(2098, 1, 1)))
def test_files_of_later_days_tell_of_later_moments(day: date) -> None:
    assert moment(f"{day}.csv", newest=None) < moment(f"{day + timedelta(days=1)}.csv", newest=None)
