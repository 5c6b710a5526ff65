"""Which moment an export tells of, so that the newest one is believed, in whatever order they come in.

A date in its name says it best; else the newest of its messages does, or, for pages of an API where a page
may hold old messages only, the time at which the file was written.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from warehouse.sources.mapping import Mapping

_PULL = re.compile(r"(?<!\d)\d{8}T\d{6}Z")
_DAY = re.compile(
    r"""(?<!\d)(?:
    (?P<year>20\d\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)
    (?=(?:(?:[01]\d|2[0-3])(?:[0-5]\d){2})?(?!\d))  # a time of day may follow at once
    | (?P<d>[0-3]\d)[-_.](?P<m>[01]\d)[-_.](?P<y>20\d\d)(?!\d)
    )""",
    re.VERBOSE,
)
_CLOCK = re.compile(r"^[T_ -]*([0-2]\d)[-_:.]?([0-5]\d)(?:[-_:.]?([0-5]\d))?(?!\d)")


def export_moment(
    name: str, written: datetime, newest: datetime | None, mapping: Mapping, zone: str
) -> datetime:
    """The moment, UTC without a mark. written: when the file was last written; newest: of its messages.

    A day in the name without a time of day is that day's newest message, or its end when the newest message
    is of another day.
    """
    named = _in_name(name, zone)
    if isinstance(named, datetime):
        return named
    if named is not None:
        start = _utc(datetime.combine(named, time()), zone)
        end = _utc(datetime.combine(named + timedelta(days=1), time()), zone) - timedelta(seconds=1)
        return newest if newest is not None and start <= newest <= end else end
    return written if mapping.read.moment == "file_time" or newest is None else newest


def name_in_order(name: str) -> str:
    """A file's name as it sorts: nacht_2 before nacht_10."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), name.casefold())


def _in_name(name: str, zone: str) -> datetime | date | None:
    """The moment or the day that a file's name holds; of several the last."""
    pull = _PULL.search(name)
    if pull:
        try:
            return datetime.fromisoformat(pull[0]).replace(tzinfo=None)
        except ValueError:
            return None
    for match in reversed(list(_DAY.finditer(name))):
        written = (match["year"] or match["y"], match["month"] or match["m"], match["day"] or match["d"])
        try:
            day = date(*map(int, written))
        except ValueError:
            continue
        clock = _CLOCK.match(name[match.end() :])
        if clock is None or int(clock[1]) > 23:
            return day
        at = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
        return _utc(datetime.combine(day, at), zone)
    return None


def _utc(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
