"""The inbox of a source: files fetched from elsewhere, put in place whole, and what is known of them.

Raw exports lie here: folders are 0700 and files 0600, and what is gone at its source goes here too.
"""

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

_MEMORY = "files.json"
_ITS_MEMORY = ".files.json."
_ASIDE = ".onderweg"
_FOLDER = re.compile("[0-9a-f]{12}")
_KEPT_WHEN_GONE = timedelta(days=7)


@dataclass(frozen=True)
class Known:
    """What the server said of a file that lies here, and when it was last seen there. Times are ISO, UTC.

    sha256: empty for a file that was found here and not known.
    """

    size: int | None
    modified: str | None
    etag: str | None
    sha256: str
    seen: str


@dataclass(frozen=True)
class Inbox:
    """The folder of one source. `known` is by path within the folder."""

    folder: Path
    known: dict[str, Known] = field(repr=False)

    def path(self, local: str) -> Path:
        """Where a file lies, or will lie."""
        return self.folder / local

    def has(self, local: str) -> bool:
        """True when the file that is known lies here whole."""
        path, known = self.path(local), self.known.get(local)
        return known is not None and path.is_file() and known.size in (None, path.stat().st_size)

    def place(self, aside: Path, local: str, modified: datetime | None) -> None:
        """Put a finished download in place in one move, with the time that it has at its source."""
        target = self.path(local)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if modified is not None:
            stamp = modified.replace(tzinfo=UTC).timestamp()
            os.utime(aside, (stamp, stamp))
        aside.replace(target)
        _synced(target.parent)

    def forget_gone(self, listed: set[str], now: datetime) -> None:
        """Delete what has been gone at its source for a week; until then a night may still need it."""
        for local in [local for local in self.known if local not in listed]:
            if now - datetime.fromisoformat(self.known[local].seen) > _KEPT_WHEN_GONE:
                self.path(local).unlink(missing_ok=True)
                del self.known[local]

    def remember(self) -> None:
        """Write down what is known, in one move."""
        content = {local: asdict(known) for local, known in sorted(self.known.items())}
        with tempfile.NamedTemporaryFile(
            "w", dir=self.folder, prefix=_ITS_MEMORY, delete=False, encoding="utf-8"
        ) as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self.folder / _MEMORY)
        _synced(self.folder)


def opened_inbox(folder: Path, now: datetime) -> Inbox:
    """The inbox in `folder`, made when it is not there; what a night that broke off was fetching goes.

    What that night had put in place and not written down is known from now on: its source may show it no
    more. It is fetched again when its source does.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in (*(folder / _ASIDE).glob("*"), *folder.glob(f"{_ITS_MEMORY}*")):
        left.unlink(missing_ok=True)
    try:
        content = json.loads((folder / _MEMORY).read_text(encoding="utf-8"))
        known = {local: Known(**said) for local, said in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        known = {}  # everything is fetched again, and known by its content
    for path in folder.glob("*/*"):
        local = path.relative_to(folder).as_posix()
        if _FOLDER.fullmatch(path.parent.name) and local not in known and path.is_file():
            known[local] = Known(path.stat().st_size, None, None, "", now.isoformat())
    return Inbox(folder, known)


def forget_sources(inbox: Path, names: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Deletes what came in for sources that the settings no longer name, a week after the last of it came.

    Gives the names of those sources. now: UTC without a zone mark.
    """
    kept = set(names)
    left = [path for path in inbox.iterdir() if path.name not in kept] if inbox.is_dir() else []
    old = now.replace(tzinfo=UTC) - _KEPT_WHEN_GONE
    gone = [path for path in sorted(left) if path.is_dir() and not path.is_symlink() and _last(path) < old]
    for path in gone:
        shutil.rmtree(path)
    return tuple(path.name for path in gone)


def _last(folder: Path) -> datetime:
    """When something in it last came or went: the time of a file is that of its source."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in folders), UTC)


@contextlib.contextmanager
def aside(inbox: Inbox) -> Iterator[Path]:
    """A folder on the same disk for what is on its way; empty again afterwards."""
    folder = inbox.folder / _ASIDE
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        yield folder
    finally:
        for left in folder.glob("*"):
            left.unlink(missing_ok=True)
        folder.rmdir()


def _synced(folder: Path) -> None:
    """The names in a folder on disk, not only the bytes. Windows does not open folders."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
