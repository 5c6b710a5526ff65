"""Written times to UTC, with how sure the zone is; polars expressions only."""

import polars as pl

from warehouse.sources.fields import DatetimeSpec, has_clock, has_offset

_WITH_OFFSET = ("%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z")
_WITHOUT_OFFSET = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
_FIRST, _END = pl.datetime(1900, 1, 1), pl.datetime(2200, 1, 1)


def utc_time(text: pl.Expr, spec: DatetimeSpec) -> tuple[pl.Expr, pl.Expr]:
    """Time (Datetime us, UTC without a mark) and its basis (String), from text cells.

    Both are null where no format of `spec` fits or the year is outside 1900-2199, as 0026 is. A local
    time that does not exist (spring) moves one hour forward; one that exists twice (autumn) is the
    earliest or latest, as the mapping says.
    """
    plain = text.str.replace_all(r"\p{Cf}", "").str.replace_all(r"\s+", " ").str.strip_chars()
    times, bases = [], []
    for format_ in spec.formats:
        for time, basis in _readings(plain, format_, spec):
            times.append(time)
            bases.append(pl.when(time.is_not_null()).then(pl.lit(basis)))
    return pl.coalesce(times), pl.coalesce(bases)


def _readings(text: pl.Expr, format_: str, spec: DatetimeSpec) -> list[tuple[pl.Expr, str]]:
    if format_ in _EPOCH_UNITS:
        number = text.str.extract(r"^(-?\d+(?:\.\d+)?)$").cast(pl.Float64, strict=False)
        ticks = (number * _EPOCH_UNITS[format_]).round().cast(pl.Int64, strict=False)
        return [(_plausible(ticks.cast(pl.Datetime("us"))), "epoch")]
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


def _with_offset(text: pl.Expr, format_: str) -> pl.Expr:
    parsed = text.str.to_datetime(format_, time_unit="us", strict=False, time_zone="UTC")
    return _plausible(parsed.dt.replace_time_zone(None))


def _in_zone(text: pl.Expr, format_: str, spec: DatetimeSpec, zone: str) -> pl.Expr:
    if has_clock(format_):
        naive = _plausible(text.str.to_datetime(format_, time_unit="us", strict=False))
    else:
        naive = _plausible(text.str.to_date(format_, strict=False).cast(pl.Datetime("us")))
    exact = naive.dt.replace_time_zone(zone, ambiguous=spec.ambiguous, non_existent="null")
    shifted = naive.dt.offset_by("1h").dt.replace_time_zone(
        zone, ambiguous=spec.ambiguous, non_existent="null"
    )
    return pl.coalesce(exact, shifted).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _plausible(time: pl.Expr) -> pl.Expr:
    return pl.when(time.is_between(_FIRST, _END, closed="left")).then(time)


def _basis(format_: str) -> str:
    return "configured_zone" if has_clock(format_) else "day_only"
