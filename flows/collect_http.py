"""One page over HTTP, or why there is none. The only module that knows the network and retries.

What a server says in an error is never passed on: it may hold a resident's words or the token.
"""

import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import SplitResult, quote_plus, urlsplit

import httpx2
import stamina
import stamina.instrumentation

from flows.collect_address import is_token, same_origin
from flows.collect_api import Answer, Api, Ask, Trouble, retry_after, server_date, text_at
from flows.collect_json import parsed, without_token
from warehouse.errors import ConfigurationError

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
# Each unpacks to a thousand times its size at most; what is packed twice, to a million times.
_PACKINGS = ("", "identity", "gzip", "deflate")
_PASSING = (Trouble.LIMIT, Trouble.SERVER, Trouble.NETWORK, Trouble.SLOW)
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
    """Why there is no page: the trouble, the status where a server gave one, and which if not the API's."""

    trouble: Trouble
    status: int | None = None
    host: str | None = None

    @property
    def passing(self) -> bool:
        """Whether it may be over by itself the next time."""
        return self.trouble in _PASSING


class _Again(Exception):
    """A page that may come at a next attempt."""

    def __init__(self, failure: Failure, asked_wait: float | None, *, last: bool) -> None:
        super().__init__(failure.trouble.value)
        self.failure, self.asked_wait, self.last = failure, asked_wait, last


@dataclass(frozen=True)
class Grant:
    """Where a token that lives for minutes is given, to whom, and for which secret (RFC 6749, 4.4)."""

    url: str
    client: str
    secret: str = field(repr=False)


@contextmanager
def caller(
    api: Api, base: str, token: str | None, patience: Patience, grant: Grant | None = None
) -> Iterator["Caller"]:
    """What asks this API for pages, with one connection pool and one budget of waiting.

    grant: where the token comes from, when it is not known beforehand.
    Raises ConfigurationError when SSL_CERT_FILE or a proxy in the environment is wrong.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "weerklank"}
    limits = httpx2.Timeout(patience.read, connect=patience.connect)
    try:
        client = httpx2.Client(headers=headers, timeout=limits, follow_redirects=False)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "Er is geen beveiligde verbinding te maken; controleer SSL_CERT_FILE, HTTPS_PROXY en NO_PROXY."
        ) from error
    with client:
        yield Caller(api, urlsplit(base), client, patience, token, grant)


class Caller:
    """Asks for pages of one API, and keeps count of the waiting."""

    def __init__(
        self,
        api: Api,
        base: SplitResult,
        client: httpx2.Client,
        patience: Patience,
        token: str | None,
        grant: Grant | None,
    ) -> None:
        self._api, self._base, self._client, self._patience = api, base, client, patience
        self._token, self._grant = token, grant
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
        found = self._with_token(url, ask)
        if isinstance(found, Answer):
            self._pause = self._api.pause(found)
        return found

    def without_token(self, content: bytes) -> bytes:
        """A page without the token that it was asked with."""
        return without_token(content, self._token)

    def _with_token(self, url: str, ask: Ask) -> Answer | Failure:
        """The page; with a token of minutes asked for at the start, and once more where it has run out."""
        if self._grant is None:
            return self._attempted(lambda: self._received(url), ask)
        failure = self._granted(self._grant) if self._token is None else None
        if failure is not None:
            return failure
        found = self._attempted(lambda: self._received(url), ask)
        if not isinstance(found, Failure) or found.trouble is not Trouble.TOKEN:
            return found
        failure = self._granted(self._grant)
        if failure is not None:
            return failure
        found = self._attempted(lambda: self._received(url), ask)
        expired = isinstance(found, Failure) and found.trouble is Trouble.TOKEN
        return Failure(Trouble.RIGHT, found.status) if expired else found

    def _granted(self, grant: Grant) -> Failure | None:
        """Takes a new token; why there is none when there is none."""
        found = self._attempted(lambda: self._posted(grant), Ask("", grant.url))
        host = urlsplit(grant.url).hostname
        if isinstance(found, Failure):
            told = found.passing or found.trouble in (Trouble.CERTIFICATE, Trouble.NOT_JSON)
            return Failure(found.trouble if told else Trouble.LOGIN, found.status, host)
        token = text_at(found.document, "access_token")
        if not is_token(token):
            return Failure(Trouble.LOGIN, found.status, host)
        self._token = token
        return None

    def _attempted(self, received: Callable[[], Answer | Failure], ask: Ask) -> Answer | Failure:
        most = self._patience.attempts
        try:
            for attempt in stamina.retry_context(on=self._backoff, attempts=most, timeout=None):
                with attempt:
                    return self._once(received, ask, attempt.num, last=attempt.num == most)
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

    def _once(
        self, received: Callable[[], Answer | Failure], ask: Ask, number: int, *, last: bool
    ) -> Answer | Failure:
        backoff = self._patience.first * 2 ** (number - 1) + self._patience.chance()
        try:
            answer = received()
        except httpx2.TimeoutException as error:
            raise _Again(Failure(Trouble.SLOW), backoff, last=last) from error
        except httpx2.TransportError as error:
            if isinstance(error.__cause__ or error, ssl.SSLError) or "CERTIFICATE" in str(error):
                return Failure(Trouble.CERTIFICATE)
            raise _Again(Failure(Trouble.NETWORK), backoff, last=last) from error
        except httpx2.RequestError as error:
            raise _Again(Failure(Trouble.SERVER), backoff, last=last) from error
        except httpx2.InvalidURL:
            return Failure(Trouble.ELSEWHERE)
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
        headers = self._api.token_headers(self._token) if self._token else {}
        for _ in range(_MOST_REDIRECTS + 1):
            with self._client.stream("GET", url, headers=headers) as response:
                if response.status_code not in _REDIRECTS:
                    return self._answer(response)
                onward = same_origin(response.headers.get("location", ""), self._base, url)
                if onward is None:
                    return Failure(Trouble.ELSEWHERE, response.status_code)
                url = onward
        return Failure(Trouble.ELSEWHERE)

    def _posted(self, grant: Grant) -> Answer | Failure:
        """What is said to our secret; it follows no redirect."""
        # Both are form-encoded first (RFC 6749, 2.3.1).
        pair = (quote_plus(grant.client), quote_plus(grant.secret))
        form = {"grant_type": "client_credentials"}
        with self._client.stream("POST", grant.url, data=form, auth=pair) as response:
            return self._answer(response)

    def _answer(self, response: httpx2.Response) -> Answer | Failure:
        content = self._body(response)
        if content is None:
            return Failure(Trouble.TOO_LARGE, response.status_code)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, content, parsed(content), server_date(headers))

    def _body(self, response: httpx2.Response) -> bytes | None:
        """The whole body; None when it is too large. Raises ReadTimeout when it drips for too long."""
        if response.headers.get("content-encoding", "").strip().lower() not in _PACKINGS:
            return None
        until, parts, size = self._patience.monotonic() + self._patience.page, list[bytes](), 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > self._patience.most_bytes:
                return None
            if self._patience.monotonic() > until:
                raise httpx2.ReadTimeout("")
        return b"".join(parts)
