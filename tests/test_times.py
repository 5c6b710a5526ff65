"""Written times to UTC: zones, the two nights that the clock changes, and what is not a time at all."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.sources.fields import DatetimeSpec
from warehouse.sources.times import utc_time

NL, UTC = ZoneInfo("Europe/Amsterdam"), ZoneInfo("UTC")
SLASHES = {"formats": "%d-%m-%Y %H:%M", "tz": "Europe/Amsterdam"}


def moment(year: int, month: int, day: int) -> datetime:
    return datetime.combine(date(year, month, day), time.min)


def read(texts: list[str | None], **spec: Any) -> list[tuple[datetime | None, str | None]]:
    utc, basis = utc_time([pl.col("cell")], DatetimeSpec(**spec))
    cells = pl.DataFrame({"cell": texts}, schema={"cell": pl.String()})
    return cells.lazy().select(utc=utc, basis=basis).collect().rows()


def one(text: str, **spec: Any) -> str | None:
    ((utc, _),) = read([text], **spec)
    return utc.isoformat(" ") if utc else None


def expected_utc(local: datetime) -> datetime:
    """By zoneinfo: the earliest of two, and an hour on where the clock skips."""
    aware = local.replace(tzinfo=NL, fold=0)
    if aware.astimezone(UTC).astimezone(NL).replace(tzinfo=None) != local:
        aware = (local + timedelta(hours=1)).replace(tzinfo=NL)
    return aware.astimezone(UTC).replace(tzinfo=None)


def test_summer_winter_and_the_two_nights_between() -> None:
    found = {
        "15-07-2026 12:00": "2026-07-15 10:00:00",
        "15-01-2026 12:00": "2026-01-15 11:00:00",
        "29-03-2026 01:59": "2026-03-29 00:59:00",
        "29-03-2026 02:30": "2026-03-29 01:30:00",
        "29-03-2026 03:00": "2026-03-29 01:00:00",
        "25-10-2026 01:59": "2026-10-24 23:59:00",
        "25-10-2026 02:30": "2026-10-25 00:30:00",
        "25-10-2026 03:00": "2026-10-25 02:00:00",
    }
    assert {text: one(text, **SLASHES) for text in found} == found
    assert one("25-10-2026 02:30", **SLASHES, ambiguous="latest") == "2026-10-25 01:30:00"


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.lists(st.datetimes(moment(1950, 1, 1), moment(2037, 12, 31)), min_size=1, max_size=40))
def test_every_local_time_is_what_zoneinfo_says(anywhere: list[datetime]) -> None:
    changes = [moment(2024, 3, 31), moment(2026, 3, 29), moment(2025, 10, 26), moment(2026, 10, 25)]
    near = [change + timedelta(minutes=local.minute * 5) for change in changes for local in anywhere]
    times = [local.replace(microsecond=0) for local in (*anywhere, *near)]
    expected = [(expected_utc(local), "configured_zone") for local in times]
    for format_, written in (("%d-%m-%Y %H:%M:%S",) * 2, ("iso", "%Y-%m-%d %H:%M:%S")):
        texts: list[str | None] = [local.strftime(written) for local in times]
        assert read(texts, formats=format_, tz="Europe/Amsterdam") == expected


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(
    st.datetimes(moment(1950, 1, 1), moment(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
    st.sampled_from(["", " "]),
)
def test_a_stated_offset_wins_over_the_zone(utc: datetime, minutes: int, between: str, before: str) -> None:
    local = (utc + timedelta(minutes=minutes)).isoformat(between)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    offsets = [f"{before}{sign}{hours:02}:{rest:02}", f"{before}{sign}{hours:02}{rest:02}"]
    found = read([local + offset for offset in offsets], formats="iso", tz="Europe/Amsterdam")
    assert found == [(utc, "explicit_offset")] * 2


@pytest.mark.parametrize(
    ("text", "spec", "utc"),
    [
        ("2026-04-01T10:00:00Z", {"formats": "iso"}, "2026-04-01 10:00:00"),
        ("2026-04-01T10:00:00.000Z", {"formats": "iso"}, "2026-04-01 10:00:00"),
        ("2026-04-01 10:00:00 z", {"formats": "iso"}, "2026-04-01 10:00:00"),
        ("2026-04-01T10:00+02:00", {"formats": "iso"}, "2026-04-01 08:00:00"),
        ("2026-04-01 10:00:00+02", {"formats": "iso"}, "2026-04-01 08:00:00"),
        ("2026-04-01T10:00:00", {"formats": "iso"}, None),
        ("2026-04-01", {"formats": "iso", "tz": "Europe/Amsterdam"}, "2026-03-31 22:00:00"),
        ("Sat Dec 06 18:20:30 +0000 2025", {"formats": "%a %b %d %H:%M:%S %z %Y"}, "2025-12-06 18:20:30"),
        ("2026-04-01 10:00 +02:00", {"formats": "%Y-%m-%d %H:%M %:z"}, "2026-04-01 08:00:00"),
        ("1775037600", {"formats": "epoch_s"}, "2026-04-01 10:00:00"),
        ("1775037600.25", {"formats": "epoch_s"}, "2026-04-01 10:00:00.250000"),
        ("1775037600123", {"formats": "epoch_ms"}, "2026-04-01 10:00:00.123000"),
        ("01-04-2026 10:11:12", {**SLASHES, "formats": "%d-%m-%Y %T"}, "2026-04-01 08:11:12"),
        ("01-04-2026 10:11 PM", {**SLASHES, "formats": "%d-%m-%Y %I:%M %p"}, "2026-04-01 20:11:00"),
        ("\u200e01-04-2026\u00a010:11 ", SLASHES, "2026-04-01 08:11:00"),
        ("01-04-26", {"formats": ["%d-%m-%Y", "%d-%m-%y"], "tz": "UTC"}, "2026-04-01 00:00:00"),
    ],
)
def test_how_a_time_may_be_written(text: str, spec: dict[str, Any], utc: str | None) -> None:
    assert one(text, **spec) == utc


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("31-06-2026 10:00", "%d-%m-%Y %H:%M"),
        ("01-04-2026 24:00", "%d-%m-%Y %H:%M"),
        ("01-04-26 10:00", "%d-%m-%Y %H:%M"),
        ("04/13/2026", "%d/%m/%Y"),
        ("2026-04-01T10:00:00+99:99", "iso"),
        ("262142-04-01T10:00:00Z", "iso"),
        ("0000-00-00", "iso"),
        ("99999999999999999999", "epoch_s"),
        ("9000000000000", "epoch_s"),
        ("1.775E+09", "epoch_s"),
        ("inf", "epoch_ms"),
        ("gisteren", "iso"),
        ("", "iso"),
    ],
)
def test_what_is_no_time_gives_none_and_never_a_guess(text: str, format_: str) -> None:
    assert read([text, None], formats=format_, tz="Europe/Amsterdam") == [(None, None)] * 2


def test_the_first_format_that_fits_says_how_sure_the_zone_is() -> None:
    spec = {"formats": ["%d-%m-%Y %H:%M", "%d-%m-%Y", "iso", "epoch_s"], "tz": "Europe/Amsterdam"}
    texts = ["01-04-2026 10:00", "01-04-2026", "2026-04-01T10:00:00Z", "1775037600", "morgen"]
    bases = ["configured_zone", "day_only", "explicit_offset", "epoch", None]
    assert [basis for _, basis in read(list(texts), **spec)] == bases


@pytest.mark.parametrize(
    ("local", "earliest", "latest"),
    [
        ("2026-03-29 01:59:59", "2026-03-29 00:59:59", "2026-03-29 00:59:59"),
        ("2026-03-29 02:00:00", "2026-03-29 01:00:00", "2026-03-29 01:00:00"),
        ("2026-03-29 02:59:59", "2026-03-29 01:59:59", "2026-03-29 01:59:59"),
        ("2026-03-29 03:00:00", "2026-03-29 01:00:00", "2026-03-29 01:00:00"),
        ("2026-10-25 01:59:59", "2026-10-24 23:59:59", "2026-10-24 23:59:59"),
        ("2026-10-25 02:00:00", "2026-10-25 00:00:00", "2026-10-25 01:00:00"),
        ("2026-10-25 02:59:59", "2026-10-25 00:59:59", "2026-10-25 01:59:59"),
        ("2026-10-25 03:00:00", "2026-10-25 02:00:00", "2026-10-25 02:00:00"),
        ("2027-03-28 02:30:00", "2027-03-28 01:30:00", "2027-03-28 01:30:00"),
        ("2027-10-31 02:30:00", "2027-10-31 00:30:00", "2027-10-31 01:30:00"),
    ],
)
def test_an_hour_that_is_not_there_or_is_there_twice(local: str, earliest: str, latest: str) -> None:
    for formats in ("iso", "%Y-%m-%d %H:%M:%S"):
        spec = {"formats": formats, "tz": "Europe/Amsterdam"}
        assert one(local, **spec) == one(local, **spec, ambiguous="earliest") == earliest
        assert one(local, **spec, ambiguous="latest") == latest


@pytest.mark.parametrize(
    ("serial", "utc"),
    [
        ("46113", "2026-03-31 22:00:00"),
        ("46113.5", "2026-04-01 10:00:00"),
        ("46113.0", "2026-03-31 22:00:00"),
        ("46113.7083333333", "2026-04-01 15:00:00"),
        ("46113.42371527778", "2026-04-01 08:10:09"),
        ("46113.999988425926", "2026-04-01 21:59:59"),
        ("46110.1041666667", "2026-03-29 01:30:00"),
        ("46320.1041666667", "2026-10-25 00:30:00"),
        ("1.5", None),
        ("0", None),
        ("-46113", None),
        ("46113,5", None),
        ("4.6113E+04", None),
        ("9999999", None),
        ("01-04-2026", None),
    ],
)
def test_a_day_number_of_a_spreadsheet_is_a_local_time(serial: str, utc: str | None) -> None:
    spec = {"formats": "excel_serial", "tz": "Europe/Amsterdam"}
    assert read([serial], **spec) == [
        (datetime.fromisoformat(utc), "configured_zone") if utc else (None, None)
    ]


def test_the_second_hour_of_autumn_as_a_day_number() -> None:
    spec = {"formats": "excel_serial", "tz": "Europe/Amsterdam", "ambiguous": "latest"}
    assert one("46320.1041666667", **spec) == "2026-10-25 01:30:00"


@pytest.mark.parametrize(
    ("format_", "native_id", "utc"),
    [
        # The examples in the documentation of X and Mastodon were made in these seconds.
        ("x", "1050118621198921728", "2018-10-10 20:19:24.211000"),
        ("mastodon", "103270115826048975", "2019-12-08 03:48:33.849000"),
        ("linkedin", "7000000000000000000", "2022-11-20 07:40:53.710000"),
        ("linkedin", "urn:li:activity:7000000000000000000", "2022-11-20 07:40:53.710000"),
        ("linkedin", "urn:li:share:7000000000000000000", "2022-11-20 07:40:53.710000"),
        ("tiktok", "7000000000000000000", "2021-08-24 14:15:05"),
        ("x", " 1050118621198921728\u200b", "2018-10-10 20:19:24.211000"),
        ("x", "1050118621198921728_1", None),
        ("x", "https://x.com/i/status/1050118621198921728", None),
        ("x", "1.05011862119892E+18", None),
        ("x", "105011862", None),
        ("x", "", None),
        ("x", "9999999999999999999", None),
        ("linkedin", "urn:li:comment:(activity:7000000000000000000,1)", None),
    ],
)
def test_the_time_in_an_id(format_: str, native_id: str, utc: str | None) -> None:
    expected = (datetime.fromisoformat(utc), "from_id") if utc else (None, None)
    assert read([native_id], formats=f"from_id:{format_}") == [expected]


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.datetimes(moment(2010, 12, 1), moment(2037, 1, 1)), st.integers(0, 2**16 - 1))
def test_a_time_put_into_an_id_is_read_back(utc: datetime, low: int) -> None:
    utc = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    milliseconds = round((utc - datetime(1970, 1, 1)) / timedelta(milliseconds=1))  # noqa: DTZ001
    ids = {
        "x": (milliseconds - 1_288_834_974_657 << 22) + low,
        "linkedin": (milliseconds << 22) + low,
        "mastodon": (milliseconds << 16) + low,
    }
    for name, native_id in ids.items():
        assert read([str(native_id)], formats=f"from_id:{name}") == [(utc, "from_id")]
    found = read([str((milliseconds // 1000 << 32) + low)], formats="from_id:tiktok")
    assert found == [(utc.replace(microsecond=0), "from_id")]


@pytest.mark.parametrize(
    ("pick", "first", "second", "expected"),
    [
        ("first", "2026-04-01T10:00:00Z", "2026-04-01T09:00:00Z", ("10:00", "explicit_offset")),
        ("first", "straks", "2026-04-01T09:00:00Z", ("09:00", "explicit_offset")),
        ("first", None, "2026-04-01 11:30", ("09:30", "configured_zone")),
        ("first", "straks", None, None),
        ("earliest", "2026-04-01T10:00:00Z", "2026-04-01T09:00:00Z", ("09:00", "explicit_offset")),
        ("earliest", "2026-04-01T08:00:00Z", "2026-04-01T09:00:00Z", ("08:00", "explicit_offset")),
        ("earliest", "2026-04-01T10:00:00Z", "2026-04-01 11:30", ("09:30", "configured_zone")),
        ("earliest", "2026-04-01 12:00", "2026-04-01T10:00:00Z", ("10:00", "configured_zone")),
        ("earliest", "1026-04-01T10:00:00Z", "2026-04-01T09:00:00Z", ("09:00", "explicit_offset")),
        ("earliest", None, "2026-04-01T09:00:00Z", ("09:00", "explicit_offset")),
        ("earliest", None, "straks", None),
    ],
)
def test_of_several_columns_the_first_or_the_earliest(
    pick: str, first: str | None, second: str | None, expected: tuple[str, str] | None
) -> None:
    spec = DatetimeSpec.model_validate(
        {"formats": ["iso", "%Y-%m-%d %H:%M"], "tz": "Europe/Amsterdam", "pick": pick}
    )
    utc, basis = utc_time([pl.col("a"), pl.col("b")], spec)
    cells = pl.DataFrame({"a": [first], "b": [second]}, schema={"a": pl.String, "b": pl.String})
    time_of = (datetime.fromisoformat(f"2026-04-01 {expected[0]}"), expected[1]) if expected else (None, None)
    assert cells.select(utc=utc, basis=basis).row(0) == time_of


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.text(alphabet="0123456789-+:.TZ \u200e", max_size=30)
        | st.from_regex(r"\A-?[0-9]{1,7}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?\Z"),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_any_text_is_a_time_that_python_can_hold_or_none(texts: list[str]) -> None:
    formats = ["%d-%m-%Y %H:%M", "%Y-%m-%d", "iso", "epoch_s", "epoch_ms"]
    for utc, basis in read(list(texts), formats=formats, tz="Europe/Amsterdam"):
        assert (utc is None) == (basis is None)
        assert utc is None or 1899 <= utc.year <= 2200
