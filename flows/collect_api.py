"""What an API is to weerklank: how it is asked, what follows from an answer, and what its errors mean.

Only facts and values: `collect_http.py` asks, `collect_pages.py` walks and keeps, and one module per
platform fills in an `Api`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Trouble(Enum):
    """Why there is no page."""

    TOKEN = "token"  # noqa: S105
    LOGIN = "login"
    RIGHT = "right"
    ABSENT = "absent"
    CURSOR = "cursor"
    LIMIT = "limit"
    SERVER = "server"
    NETWORK = "network"
    SLOW = "slow"
    CERTIFICATE = "certificate"
    REFUSED = "refused"
    NOT_JSON = "not json"
    TOO_LARGE = "too large"
    TOO_MUCH = "too much"
    ELSEWHERE = "elsewhere"
    LOOP = "loop"


@dataclass(frozen=True)
class Ask:
    """One request: the address without a token, and the built-in mapping that reads what it gives.

    reader: empty when the answer only tells what to ask next. of_item: asks for what hangs below one
    message, which may be gone by now. cursor: goes on where an earlier page ended.
    """

    reader: str
    url: str
    of_item: bool = False
    cursor: bool = False


@dataclass(frozen=True)
class Answer:
    """A page as it came. headers: names in lower case. server_time: its Date header, None without one."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    document: object = field(repr=False)
    server_time: datetime | None


@dataclass(frozen=True)
class Scope:
    """What is pulled: from which address, of which account, and from which moment on."""

    base: str
    account: str
    since: datetime


@dataclass(frozen=True)
class Onward:
    """What follows from a page: the next page of the same list, and what to ask per item."""

    next: Ask | None = None
    below: tuple[Ask, ...] = ()


def _no_opinion(_status: int, _document: object) -> Trouble | None:
    return None


def _no_limit_told(_answer: Answer) -> float:
    return 0.0


@dataclass(frozen=True)
class Api:
    """The facts of one API.

    readers: the built-in mappings of its pages; a source names the first. first: the first requests.
    onward: what follows from a page. token_headers: how a token travels, never in the address. rights: in
    Dutch, what a token must be allowed. trouble: what an error means where its status does not say so.
    pause: seconds that an answer asks to wait before the next request. whole: whether a pull that came to its
    end holds every message of the threads that began in its window.
    """

    name: str
    home: str
    readers: tuple[str, ...]
    first: Callable[[Scope], tuple[Ask, ...]]
    onward: Callable[[Ask, Answer, Scope], Onward]
    token_headers: Callable[[str], dict[str, str]]
    rights: str
    needs_token: bool = True
    trouble: Callable[[int, object], Trouble | None] = _no_opinion
    pause: Callable[[Answer], float] = _no_limit_told
    whole: Literal["always", "with a token", "never"] = "always"


def bearer(token: str) -> dict[str, str]:
    """The header of RFC 6750."""
    return {"Authorization": f"Bearer {token}"}


def at(document: object, *keys: str) -> object:
    """What stands at these keys, one in the other; None when it is not there."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def items_at(document: object, *keys: str) -> list[dict[str, object]]:
    """The records of the list at these keys; none when there is no such list."""
    found = at(document, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text_at(document: object, *keys: str) -> str:
    """The text or whole number at these keys, as text; empty when it is not there."""
    found = at(document, *keys)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def count_at(document: object, *keys: str) -> int:
    """The number at these keys; 0 when it is not there, or larger than anything is."""
    written = text_at(document, *keys)
    return int(written) if written.isdecimal() and len(written) <= 18 else 0


def with_query(url: str, **parameters: str | int) -> str:
    """`url` with these parameters set, and its others as they were."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in parameters]
    query += [(name, str(value)) for name, value in parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def without_query(url: str, *names: str) -> str:
    """`url` without these parameters."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return urlunsplit(parts._replace(query=urlencode(query)))


def moment(written: str) -> datetime | None:
    """An ISO 8601 time with its offset; None when it is something else."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def all_before(times: Sequence[str], since: datetime) -> bool:
    """Whether there are times and all are before `since`: where a list with the newest first can stop.

    One old time is not enough: a pinned post stands above newer ones.
    """
    moments = [moment(written) for written in times]
    return bool(moments) and all(found is not None and found < since for found in moments)


def server_date(headers: Mapping[str, str]) -> datetime | None:
    """The Date header (RFC 9110, 6.6.1)."""
    return _http_date(headers.get("date", ""))


def retry_after(answer: Answer) -> float | None:
    """Seconds of the Retry-After header (RFC 9110, 10.2.3), by number or date; None without one."""
    written = answer.headers.get("retry-after", "").strip()
    if written.isdecimal():
        return float(written)
    until = _http_date(written)
    return _seconds_until(until, answer) if until else None


def limit_reset(answer: Answer, prefix: str) -> float:
    """Seconds until `prefix`-reset (epoch or ISO 8601) when `prefix`-remaining is 0 or this is a 429."""
    if answer.status != 429 and answer.headers.get(f"{prefix}-remaining", "").strip() != "0":
        return 0.0
    written = answer.headers.get(f"{prefix}-reset", "").strip()
    until = datetime.fromtimestamp(int(written), UTC) if _is_epoch(written) else moment(written)
    return _seconds_until(until, answer) or 0.0 if until else 0.0


def _is_epoch(written: str) -> bool:
    return written.isdecimal() and len(written) <= 11


def _http_date(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _seconds_until(until: datetime, answer: Answer) -> float | None:
    """By the server's clock: ours may differ."""
    if answer.server_time is None:
        return None
    return max((until - answer.server_time) / timedelta(seconds=1), 0.0)
