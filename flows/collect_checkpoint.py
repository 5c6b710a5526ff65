"""Pages of a pull on disk, and how far it came: what makes a pull that was cut off go on where it was.

Raw pages hold residents' names: only the owner of the process can read them, and they go after some days.
"""

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.collect_api import Ask

_STAMP = "%Y%m%dT%H%M%SZ"
_FOLDER = re.compile(r"\d{8}T\d{6}Z")
_NAME = "checkpoint.json"
_LIVES = timedelta(hours=60)  # Three nights: the next night begins a day or more after this one.


@dataclass(frozen=True)
class Checkpoint:
    """How far a pull is.

    started, since: with their zone, UTC. wish: fingerprint of what was asked for, so that other settings
    begin anew. asks: what is still to be asked, in order. asked: fingerprints of all that was asked or waits
    for it. kept: names of the pages on disk. gone: items that were deleted between the listing and the
    question about them; refused: items that the API would not tell about. restarts: how often the pull began
    anew because its cursor had expired. size: bytes that came.
    """

    started: datetime
    since: datetime
    wish: str
    asks: tuple[Ask, ...]
    asked: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()
    gone: int = 0
    refused: int = 0
    restarts: int = 0
    size: int = 0

    @property
    def stamp(self) -> str:
        """The moment the pull began, as it stands in the names of its pages."""
        return self.started.strftime(_STAMP)


_FORM = TypeAdapter(Checkpoint)


def kept_checkpoint(folder: Path, wish: str, now: datetime) -> Checkpoint | None:
    """Where an earlier pull stopped; None when there is none, it is too old, or it was of something else."""
    found = _living(folder, now)
    if found is None or found.wish != wish:
        return None
    return found if all((folder / found.stamp / name).is_file() for name in found.kept) else None


def _living(folder: Path, now: datetime) -> Checkpoint | None:
    """The checkpoint of a pull that may still go on."""
    try:
        found = _FORM.validate_json((folder / _NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found if timedelta(0) <= now - found.started < _LIVES else None


def keep_checkpoint(folder: Path, state: Checkpoint) -> None:
    """In place in one step."""
    _write(folder / _NAME, _FORM.dump_json(state))


def drop_checkpoint(folder: Path) -> None:
    """The pull is whole, or begins anew."""
    (folder / _NAME).unlink(missing_ok=True)


def keep_page(folder: Path, name: str, content: bytes) -> None:
    """A page in the folder of its pull."""
    _write(folder / name, content)


def drop_pages(folder: Path) -> None:
    """All pages of one pull."""
    shutil.rmtree(folder, ignore_errors=True)


def forgotten(folder: Path, keep_days: int, now: datetime) -> int:
    """Removes the pages of pulls that began more than `keep_days` ago; gives how many pulls that were.

    Those of a pull that may still go on stay.
    """
    living = _living(folder, now)
    old = [
        path for path in sorted(folder.iterdir()) if _FOLDER.fullmatch(path.name) and not path.is_symlink()
        and datetime.strptime(path.name, _STAMP).replace(tzinfo=UTC) < now - timedelta(days=keep_days)
        and (living is None or path.name != living.stamp)
    ] if folder.is_dir() else []  # fmt: skip
    for path in old:
        shutil.rmtree(path)
    return len(old)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by us only: a temporary file has mode 600 from its first byte."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(aside).unlink()
        raise
