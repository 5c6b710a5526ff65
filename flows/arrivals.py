"""Which files of a server come in tonight: listed, fetched, listed again, and only then put in place."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from flows.file_rules import shown, too_large, unfinished, unsafe, unsettled
from flows.inbox import Inbox, Known, aside

T = TypeVar("T")
SIDECARS = {".sha256": "sha256", ".md5": "md5"}
_HEX = {"sha256": re.compile(r"\b[0-9a-f]{64}\b", re.I), "md5": re.compile(r"\b[0-9a-f]{32}\b", re.I)}


class StorageFailure(Exception):
    """What a server refused or broke off.

    complaint: part of a Dutch sentence, without secrets. may_pass: worth another try. of_file: this file
    only; the others may still come.
    """

    def __init__(self, complaint: str, *, may_pass: bool = False, of_file: bool = False) -> None:
        super().__init__(complaint)
        self.complaint = complaint
        self.may_pass = may_pass
        self.of_file = of_file


@dataclass(frozen=True)
class Remote:
    """One file on a server. place: the address of its folder; key: what its storage opens it by.

    size in bytes, modified in UTC without a zone mark; None where the server does not say. odd: why it is
    no file that can be fetched.
    """

    place: str = field(repr=False)
    key: str = field(repr=False)
    name: str
    size: int | None
    modified: datetime | None
    etag: str | None
    odd: str | None = None

    @property
    def local(self) -> str:
        """Its path in the inbox: files of one folder lie together, those of two folders never."""
        return f"{hashlib.sha256(self.place.encode()).hexdigest()[:12]}/{self.name}"

    @property
    def state(self) -> tuple[int | None, str | None, str | None]:
        """Differs when the file changed, as far as the server tells."""
        return self.size, self.modified.isoformat() if self.modified else None, self.etag


class Storage(Protocol):
    """A pattern on a server. Every method raises StorageFailure."""

    def listing(self) -> Sequence[Remote]:
        """The files that the pattern finds now."""

    def chunks(self, remote: Remote) -> Generator[bytes, None, None]:
        """The bytes of a file, piece by piece."""

    def checksums(self, remote: Remote) -> dict[str, str]:
        """Hashes that the server itself gives of a file: "sha256" or "md5" to hex."""

    def sidecar(self, remote: Remote, suffix: str) -> str | None:
        """The text of the file beside it with this suffix; None when there is none."""


@dataclass(frozen=True)
class Fetched:
    """paths: every file that is here whole, new or had before. waiting: names that are still being written.

    refused: what was not taken, with the reason, in Dutch. listed: how many files the servers show now; what
    they no longer show is here for another week.
    """

    paths: tuple[Path, ...]
    waiting: tuple[str, ...]
    refused: tuple[str, ...] = ()
    listed: int = 0


@dataclass(frozen=True)
class Limits:
    """settle_seconds: how long a file must have been left alone. pauses: seconds before every next try."""

    settle_seconds: int
    max_bytes: int
    pauses: Sequence[float]


@dataclass(frozen=True)
class _Download:
    path: Path
    sha256: str


def arrived(storages: Sequence[Storage], inbox: Inbox, now: datetime, limits: Limits) -> Fetched:
    """Fetch what is new or changed at these storages. Raises StorageFailure when one cannot be reached."""
    first = _listed(storages, limits)
    waiting: set[str] = set()
    refused: dict[str, str] = {}
    downloads: dict[str, _Download] = {}
    with aside(inbox) as folder:
        for local, (storage, remote) in first.items():
            reason = remote.odd or unsafe(remote.name) or too_large(remote.size, limits.max_bytes)
            if reason:
                refused[local] = f"{shown(remote.name)} {reason}"
            elif unfinished(remote.name) or unsettled(remote.modified, now, limits.settle_seconds):
                waiting.add(local)
            elif not _had(inbox, remote):
                try:
                    downloads[local] = _downloaded(storage, remote, folder / str(len(downloads)), limits)
                except StorageFailure as failure:
                    if not failure.of_file:
                        raise
                    refused[local] = f"{shown(remote.name)} {failure.complaint}"
        second = {local: remote.state for local, (_, remote) in _listed(storages, limits).items()}
        changed = {local for local, (_, remote) in first.items() if second.get(local) != remote.state}
        whole = {local: entry[1] for local, entry in first.items() if local not in waiting | changed}
        _put_in_place(whole, downloads, inbox, now)
    inbox.forget_gone(set(first), now)
    inbox.remember()
    return Fetched(
        tuple(sorted(inbox.path(local) for local in inbox.known if inbox.has(local))),
        tuple(sorted(shown(first[local][1].name) for local in waiting | changed)),
        tuple(why for local, why in refused.items() if local not in changed),
        len(first),
    )


def _put_in_place(
    whole: dict[str, Remote], downloads: dict[str, _Download], inbox: Inbox, now: datetime
) -> None:
    for local, remote in whole.items():
        if local in downloads:
            inbox.place(downloads[local].path, local, remote.modified)
            inbox.known[local] = Known(*remote.state, downloads[local].sha256, now.isoformat())
        elif _had(inbox, remote):
            inbox.known[local] = replace(inbox.known[local], seen=now.isoformat())


def tried(act: Callable[[], T], pauses: Sequence[float]) -> T:
    """What `act` gives; tried again after every pause (seconds) when it fails in a way that may pass."""
    for pause in pauses:
        try:
            return act()
        except StorageFailure as failure:
            if not failure.may_pass:
                raise
        time.sleep(pause)
    return act()


def _listed(storages: Iterable[Storage], limits: Limits) -> dict[str, tuple[Storage, Remote]]:
    """Every file once, by its place in the inbox; checksum files beside their file are no exports."""
    found = {
        remote.local: (storage, remote)
        for storage in storages
        for remote in tried(storage.listing, limits.pauses)
    }
    beside = {f"{local}{suffix}" for local in found for suffix in SIDECARS}
    return {local: entry for local, entry in found.items() if local not in beside}


def _had(inbox: Inbox, remote: Remote) -> bool:
    """True when this very version lies in the inbox. Without etag and time nobody can know."""
    known = inbox.known.get(remote.local)
    if known is None or not inbox.has(remote.local):
        return False
    told = remote.etag is not None or remote.modified is not None
    return told and (known.size, known.modified, known.etag) == remote.state


def _downloaded(storage: Storage, remote: Remote, target: Path, limits: Limits) -> _Download:
    def once() -> _Download:
        sums = _copied(storage, remote, target, limits.max_bytes)
        expected = storage.checksums(remote) | _beside(storage, remote)
        if any(sums[kind] != value for kind, value in expected.items()):
            raise StorageFailure(
                "kwam niet heel over: de controlesom klopt niet", may_pass=True, of_file=True
            )
        return _Download(target, sums["sha256"])

    return tried(once, limits.pauses)


def _copied(storage: Storage, remote: Remote, target: Path, max_bytes: int) -> dict[str, str]:
    """Stream a file to disk, and its hashes. Never more than `max_bytes`, whatever the listing said."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, closing(storage.chunks(remote)) as chunks:
        for chunk in chunks:
            size += len(chunk)
            reason = too_large(size, max_bytes)
            if reason:
                raise StorageFailure(reason, of_file=True)
            file.write(chunk)
            sha256.update(chunk)
            md5.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    if remote.size not in (None, size):
        raise StorageFailure(
            f"kwam niet heel over: {size} van {remote.size} bytes", may_pass=True, of_file=True
        )
    return {"sha256": sha256.hexdigest(), "md5": md5.hexdigest()}


def _beside(storage: Storage, remote: Remote) -> dict[str, str]:
    """The checksums in the files beside it, as sha256sum and md5sum write them."""
    found = {}
    for suffix, kind in SIDECARS.items():
        text = storage.sidecar(remote, suffix)
        if text is None:
            continue
        lines = text.splitlines()
        named = [line for line in lines if remote.name in line] or lines
        value = next((match[0] for line in named if (match := _HEX[kind].search(line))), None)
        if value is None:
            raise StorageFailure(f"heeft een onleesbare controlesom in {remote.name}{suffix}", of_file=True)
        found[kind] = value.lower()
    return found
