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
