"""An API on this machine: replays pages in the shapes of the platforms, and fails where a test says so."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flows.collect_http import Patience
from flows.collect_pages import Pulled, pulled
from flows.settings import Environment
from flows.source_settings import Source
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping_file import built_in_mapping
from warehouse.sources.read import read_rows
from warehouse.sources.speakers import Parties

NOW = datetime(2026, 3, 10, 2, 0)  # noqa: DTZ001 - UTC without a zone mark, as in the warehouse
CANARY = "EAAGkanarie0token+met/tekens=0123456789"


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    target: str
    form: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Reply:
    """An answer: JSON of `body`, or its bytes. cut: breaks off after so many bytes; hang: says nothing."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    hang: bool = False
    now: datetime = NOW


Site = Callable[[Asked], object]


@dataclass
class Replay:
    """A server that was started: where it is and what it was asked, in order."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    faults: dict[int, Reply] = field(default_factory=dict)

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def replay(site: Site, faults: Mapping[int, Reply] | None = None) -> Iterator[Replay]:
    """Serves what `site` gives for a request: JSON, a Reply, or None for a 404.

    faults: what is answered instead, by the number of the request. "{base}" in a text becomes the address.
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            self.answered(dict(parse_qsl(sent.decode())))

        def do_GET(self) -> None:
            self.answered(None)

        def answered(self, form: Mapping[str, str] | None) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(parts.path, query, dict(self.headers), self.path, form)
            number = len(served.asked)
            served.asked.append(asked)
            found = served.faults.pop(number, None) or site(asked)
            reply = (
                found if isinstance(found, Reply) else Reply(found) if found is not None else Reply({}, 404)
            )
            if reply.hang:
                over.wait(20)
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            body = body.replace(b"{base}", served.url.encode())
            self.send_response_only(reply.status)
            kind = "application/json" if body[:1] in (b"{", b"[") else "text/html"
            sent = {
                "Date": format_datetime(reply.now.replace(tzinfo=UTC), usegmt=True),
                "Content-Type": kind,
                **reply.headers,
            }
            for name, value in {**sent, "Content-Length": str(len(body))}.items():
                self.send_header(name, value.replace("{base}", served.url))
            self.end_headers()
            self.wfile.write(body[: reply.cut])
            self.close_connection = reply.cut is not None

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Replay(f"http://127.0.0.1:{server.server_port}", faults=dict(faults or {}))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            over.set()
            server.shutdown()
            thread.join()


@dataclass
class Night:
    """One source, pulled into a folder: what it waited and told."""

    source: Source
    inbox: Path
    waited: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def pull(self, now: datetime = NOW, **patience: object) -> Pulled:
        """Tonight's pull, without really waiting."""
        environment = Environment(self.inbox, None, {"WEERKLANK_PROEF": CANARY})
        clock = {"clock": lambda: NOW.replace(tzinfo=UTC), "sleep": self.waited.append}
        known: dict[str, object] = {**clock, "chance": lambda: 0.0, "read": 5.0, **patience}
        return pulled(self.source, self.inbox, environment, now, self.told.append, Patience(**known))  # type: ignore[arg-type]

    @property
    def files(self) -> set[str]:
        """All that lies in the inbox of the source."""
        return {
            path.relative_to(self.inbox / self.source.name).as_posix()
            for path in self.inbox.rglob("*")
            if path.is_file()
        }


def night(inbox: Path, api: str, url: str, mapping: str, account: str = "", **collect: str | int) -> Night:
    """A source of that API at `url`."""
    wanted = {"api": api, "url": url, "account": account, "token": "PROEF", **collect}
    return Night(Source.model_validate({"name": "proef", "mapping": mapping, "collect": wanted}), inbox)


def messages(found: Pulled, owned: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
    """What the built-in mappings make of the pages, by native id; nothing may be set aside."""
    drafts: dict[str, dict[str, Any]] = {}
    for path, reader in zip(found.paths, found.readers, strict=True):
        mapping, parties = built_in_mapping(reader), Parties(frozenset(owned), frozenset())
        emitted = emitted_messages(
            read_rows(path.read_bytes(), mapping, path.name), mapping, parties, b"geheim"
        )
        assert emitted.rejected.to_dicts() == []
        drafts |= {row["native_id"]: row for row in emitted.messages.to_dicts()}
    return drafts


def documents(found: Pulled) -> list[object]:
    """The pages, read from disk."""
    return [json.loads(path.read_bytes()) for path in found.paths]
