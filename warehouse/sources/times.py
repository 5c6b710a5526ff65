"""Written times to UTC, with how sure the zone is; polars expressions only."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from warehouse.sources.fields import DatetimeSpec, has_clock, has_offset

_WITH_OFFSET = ("%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z")
_WITHOUT_OFFSET = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
# How many low bits of an id are not time, microseconds in a tick of the rest, and where it starts (ms).
_IN_IDS = {
    "from_id:x": (22, 1_000, 1_288_834_974_657),
    "from_id:linkedin": (22, 1_000, 0),
    "from_id:mastodon": (16, 1_000, 0),
    "from_id:tiktok": (32, 1_000_000, 0),
}
_SERIAL_START = datetime.fromisoformat("1899-12-30")
_DAY = 86_400_000
_FIRST, _END = pl.datetime(1900, 1, 1), pl.datetime(2200, 1, 1)
Reading = tuple[pl.Expr, pl.Expr]


def utc_time(cells: Sequence[pl.Expr], spec: DatetimeSpec) -> Reading:
    """Time (Datetime us, UTC without a mark) and its basis (String), from text cells.

    Of several cells the first that can be read, or the earliest, as the mapping says. Both are null where no
    format of `spec` fits or the year is outside 1900-2199, as 0026 is. A local time that does not exist
    (spring) moves one hour forward; one that exists twice (autumn) is the earliest or latest.
    """
    read = [_read(cell, spec) for cell in cells]
    if len(read) == 1:
        return read[0]
    times = [time for time, _ in read]
    chosen = pl.coalesce(times) if spec.pick == "first" else pl.min_horizontal(times)
    return chosen, pl.coalesce([pl.when(time == chosen).then(basis) for time, basis in read])


def _read(cell: pl.Expr, spec: DatetimeSpec) -> Reading:
    """One cell in the first format that fits."""
    plain = cell.str.replace_all(r"\p{Cf}", "").str.replace_all(r"\s+", " ").str.strip_chars()
    readings = [reading for format_ in spec.formats for reading in _readings(plain, format_, spec)]
    times = [time for time, _ in readings]
    return pl.coalesce(times), pl.coalesce([pl.when(t.is_not_null()).then(pl.lit(b)) for t, b in readings])


def _readings(text: pl.Expr, format_: str, spec: DatetimeSpec) -> list[tuple[pl.Expr, str]]:
    if format_ in _EPOCH_UNITS:
        ticks = (_number(text) * _EPOCH_UNITS[format_]).round().cast(pl.Int64, strict=False)
        return [(_plausible(ticks.cast(pl.Datetime("us"))), "epoch")]
    if format_ in _IN_IDS:
        return [(_plausible(_time_in_id(text, format_)), "from_id")]
    if format_ == "excel_serial":
        # To the millisecond: a fraction of a day in ten digits is seldom a whole second.
        ticks = (_number(text) * _DAY).round().cast(pl.Int64, strict=False)
        naive = _plausible(pl.lit(_SERIAL_START) + ticks.cast(pl.Duration("ms")).cast(pl.Duration("us")))
        return [(_local(naive, spec, spec.tz or "UTC"), "configured_zone")]
    if format_ == "iso":
        iso = text.str.replace(r" ?[Zz]$", "+0000").str.replace(r" ([+-]\d\d(?::?\d\d)?)$", "$1")
        iso = iso.str.replace(" ", "T").str.replace(r"([+-]\d\d):(\d\d)$", "$1$2")
        iso = iso.str.replace(r"(T.*[+-]\d\d)$", "${1}00")
        readings = [(_with_offset(iso, f), "explicit_offset") for f in _WITH_OFFSET]
        if spec.tz:
            readings += [(_in_zone(iso, f, spec, spec.tz), _basis(f)) for f in _WITHOUT_OFFSET]
        return readings
    if has_offset(format_):
        return [(_with_offset(text, format_), "explicit_offset")]
    return [(_in_zone(text, format_, spec, spec.tz or "UTC"), _basis(format_))]


def _number(text: pl.Expr) -> pl.Expr:
    return text.str.extract(r"^(-?\d+(?:\.\d+)?)$").cast(pl.Float64, strict=False)


def _time_in_id(text: pl.Expr, format_: str) -> pl.Expr:
    """The moment that the platform put into an id, also when the id stands at the end of a urn."""
    low_bits, tick, start = _IN_IDS[format_]
    number = text.str.extract(r"(?:^|:)(\d{10,19})$").cast(pl.Int64, strict=False)
    ticks: pl.Expr = number // 2**low_bits
    return (ticks * tick + start * 1_000).cast(pl.Datetime("us"))


def _with_offset(text: pl.Expr, format_: str) -> pl.Expr:
    parsed = text.str.to_datetime(format_, time_unit="us", strict=False, time_zone="UTC")
    return _plausible(parsed.dt.replace_time_zone(None))


def _in_zone(text: pl.Expr, format_: str, spec: DatetimeSpec, zone: str) -> pl.Expr:
    if has_clock(format_):
        naive = _plausible(text.str.to_datetime(format_, time_unit="us", strict=False))
    else:
        naive = _plausible(text.str.to_date(format_, strict=False).cast(pl.Datetime("us")))
    return _local(naive, spec, zone)


def _local(naive: pl.Expr, spec: DatetimeSpec, zone: str) -> pl.Expr:
    """A time on the clocks of `zone`, in UTC."""
    exact = naive.dt.replace_time_zone(zone, ambiguous=spec.ambiguous, non_existent="null")
    shifted = naive.dt.offset_by("1h").dt.replace_time_zone(
        zone, ambiguous=spec.ambiguous, non_existent="null"
    )
    return pl.coalesce(exact, shifted).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _plausible(time: pl.Expr) -> pl.Expr:
    return pl.when(time.is_between(_FIRST, _END, closed="left")).then(time)


def _basis(format_: str) -> str:
    return "configured_zone" if has_clock(format_) else "day_only"
