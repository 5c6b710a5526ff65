"""One page over HTTP, or why there is none. The only module that knows the network and retries.

What a server says in an error is never passed on: it may hold a resident's words or the token.
"""

import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import httpx2
import stamina
import stamina.instrumentation

from flows.collect_api import Answer, Api, Ask, Trouble, retry_after, server_date
from flows.collect_json import parsed
from warehouse.errors import ConfigurationError

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_PASSING = (Trouble.LIMIT, Trouble.SERVER, Trouble.NETWORK, Trouble.SLOW)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What is worth telling goes through `tell`; their own logs would repeat addresses.
stamina.instrumentation.set_on_retry_hooks(())
logging.getLogger("httpx2").setLevel(logging.WARNING)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds, and how much is taken.

    attempts: for one page. longest: for one wait. whole: for all waits of one pull of one source, after
    which it goes on the next night. page: for one page from first to last byte.
    """

    attempts: int = 5
    first: float = 1.0
    longest: float = 960.0
    whole: float = 1800.0
    connect: float = 10.0
    read: float = 60.0
    page: float = 300.0
    most_bytes: int = 64 * 2**20
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random


@dataclass(frozen=True)
class Failure:
    """Why there is no page: the trouble, and the status where a server gave one."""

    trouble: Trouble
    status: int | None = None

    @property
    def passing(self) -> bool:
        """Whether it may be over by itself the next time."""
        return self.trouble in _PASSING


class _Again(Exception):
    """A page that may come at a next attempt."""

    def __init__(self, failure: Failure, asked_wait: float | None, *, last: bool) -> None:
        super().__init__(failure.trouble.value)
        self.failure, self.asked_wait, self.last = failure, asked_wait, last


@contextmanager
def caller(api: Api, base: str, token: str | None, patience: Patience) -> Iterator["Caller"]:
    """What asks this API for pages, with one connection pool and one budget of waiting.

    Raises ConfigurationError when SSL_CERT_FILE or a proxy in the environment is wrong.
    """
    headers = {"Accept": "application/json", "User-Agent": "weerklank"}
    if token:
        headers |= api.token_headers(token)
    limits = httpx2.Timeout(patience.read, connect=patience.connect)
    try:
        client = httpx2.Client(headers=headers, timeout=limits, follow_redirects=False)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "Er is geen beveiligde verbinding te maken; controleer SSL_CERT_FILE, HTTPS_PROXY en NO_PROXY."
        ) from error
    with client:
        yield Caller(api, urlsplit(base), client, patience)


class Caller:
    """Asks for pages of one API, and keeps count of the waiting."""

    def __init__(self, api: Api, base: SplitResult, client: httpx2.Client, patience: Patience) -> None:
        self._api, self._base, self._client, self._patience = api, base, client, patience
        self._waited = 0.0
        self._pause = 0.0

    def asked(self, ask: Ask) -> Answer | Failure:
        """The page of `ask`, after as many attempts and as much waiting as there is patience for."""
        if self._pause and not self._wait(self._pause):
            return Failure(Trouble.LIMIT)
        self._pause = 0.0
        url = same_origin(ask.url, self._base)
        if url is None:
            return Failure(Trouble.ELSEWHERE)
        found = self._attempted(url, ask)
        if isinstance(found, Answer):
            self._pause = self._api.pause(found)
        return found

    def _attempted(self, url: str, ask: Ask) -> Answer | Failure:
        most = self._patience.attempts
        try:
            for attempt in stamina.retry_context(on=self._backoff, attempts=most, timeout=None):
                with attempt:
                    return self._once(url, ask, attempt.num, last=attempt.num == most)
        except _Again as over:
            return over.failure
        raise AssertionError("stamina always ends with an answer or an exception")

    def _backoff(self, error: Exception) -> bool | float:
        """Does the waiting itself, so that it is counted and a test need not wait."""
        if not isinstance(error, _Again) or error.last or error.asked_wait is None:
            return False
        return 0.0 if self._wait(error.asked_wait) else False

    def _wait(self, seconds: float) -> bool:
        """Waits, unless that is more than there is patience for."""
        if seconds > self._patience.longest or self._waited + seconds > self._patience.whole:
            return False
        self._waited += seconds
        self._patience.sleep(seconds)
        return True

    def _once(self, url: str, ask: Ask, number: int, *, last: bool) -> Answer | Failure:
        backoff = self._patience.first * 2 ** (number - 1) + self._patience.chance()
        try:
            answer = self._received(url)
        except httpx2.TimeoutException as error:
            raise _Again(Failure(Trouble.SLOW), backoff, last=last) from error
        except httpx2.TransportError as error:
            if isinstance(error.__cause__ or error, ssl.SSLError) or "CERTIFICATE" in str(error):
                return Failure(Trouble.CERTIFICATE)
            raise _Again(Failure(Trouble.NETWORK), backoff, last=last) from error
        except httpx2.RequestError as error:
            raise _Again(Failure(Trouble.SERVER), backoff, last=last) from error
        if isinstance(answer, Failure):
            return answer
        trouble = self._trouble(answer, ask)
        if trouble is None:
            return answer
        failure = Failure(trouble, answer.status)
        if not failure.passing:
            return failure
        told = retry_after(answer)
        # A little later than told, by chance: not every municipality at the same second.
        wait = told if told is not None else self._api.pause(answer)
        raise _Again(failure, wait + self._patience.chance() if wait else backoff, last=last)

    def _trouble(self, answer: Answer, ask: Ask) -> Trouble | None:
        """What is wrong with an answer, if anything: the API's own code first, then the status."""
        own = self._api.trouble(answer.status, answer.document)
        if own is not None or answer.status == 200:
            return own or (None if isinstance(answer.document, dict | list) else Trouble.NOT_JSON)
        if ask.cursor and answer.status in (400, 410):
            return Trouble.CURSOR
        if answer.status == 408 or answer.status >= 500:
            return Trouble.SERVER
        by_status = {401: Trouble.TOKEN, 403: Trouble.RIGHT, 404: Trouble.ABSENT, 410: Trouble.ABSENT}
        return Trouble.LIMIT if answer.status == 429 else by_status.get(answer.status, Trouble.REFUSED)

    def _received(self, url: str) -> Answer | Failure:
        """One request, and its redirects within the same host."""
        for _ in range(_MOST_REDIRECTS + 1):
            with self._client.stream("GET", url) as response:
                if response.status_code in _REDIRECTS:
                    onward = same_origin(urljoin(url, response.headers.get("location", "")), self._base)
                    if onward is None:
                        return Failure(Trouble.ELSEWHERE, response.status_code)
                    url = onward
                    continue
                content = self._body(response)
                if content is None:
                    return Failure(Trouble.TOO_LARGE, response.status_code)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, content, parsed(content), server_date(headers))
        return Failure(Trouble.ELSEWHERE)

    def _body(self, response: httpx2.Response) -> bytes | None:
        """The whole body; None when it is too large. Raises ReadTimeout when it drips for too long."""
        until, parts, size = self._patience.monotonic() + self._patience.page, list[bytes](), 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > self._patience.most_bytes:
                return None
            if self._patience.monotonic() > until:
                raise httpx2.ReadTimeout("")
        return b"".join(parts)


def same_origin(url: str, base: SplitResult) -> str | None:
    """`url` with the scheme and port of `base`, or None when it is another host's.

    A server behind a proxy often writes http in its links to itself.
    """
    try:
        parts = urlsplit(url)
        other = parts.hostname != base.hostname or (parts.port or base.port) != base.port
    except ValueError:
        return None
    if other or parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    return urlunsplit(parts._replace(scheme=base.scheme, netloc=base.netloc))


def is_safe(base: str) -> bool:
    """Whether a token may travel there: encrypted, or to this machine itself; and nothing secret in it."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    private = parts.hostname is not None and parts.username is None and not parts.query
    return private and (parts.scheme == "https" or parts.hostname in _LOOPBACK)
