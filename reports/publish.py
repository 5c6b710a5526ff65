"""Publish a report so that a reader always finds a whole one, whatever happens while it is written.

    reports/
      .versions/2026-05-24-1f0c.../   the files, written once and never changed
      2026-05-24 -> .versions/...     the report of that day
      latest -> 2026-05-24            the newest day
      index.html                      the list of all reports

Every name that a reader follows is switched in one step (a rename), after the files are on the disk.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from reports.render import ArchiveEntry, render_archive
from warehouse.errors import ConfigurationError

LATEST = "latest"
ARCHIVE = "index.html"

_VERSIONS = ".versions"
_BESIDE = ".new"
_GONE = ".gone"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def publish_report(folder: Path, as_of: date, files: Mapping[str, str]) -> Path:
    """Publish `files` (name to text) as the report of `as_of` and give its folder.

    `latest` leads to the newest day, the archive page lists all. The same content again changes nothing;
    other content for the same day takes the place of the old. One writer at a time.
    Raises ValueError for a name that is not a plain file name, and ConfigurationError when something else
    stands where a report should be.
    """
    for name in files:
        if not _FILE_NAME.fullmatch(name):
            raise ValueError(f"not a plain file name: {name!r}")
    report = folder / as_of.isoformat()
    _switch(report, Path(_VERSIONS, _version(folder / _VERSIONS, as_of, files)))
    days = _published(folder)
    _switch(folder / LATEST, Path(max(days).isoformat()))
    _write(folder / ARCHIVE, _archive(folder, days))
    _forget_replaced(folder, as_of)
    return report


def _version(versions: Path, as_of: date, files: Mapping[str, str]) -> str:
    """Name of the folder with exactly these files; it gets that name only when it is complete."""
    digest = hashlib.sha256()
    for file, text in sorted(files.items()):
        digest.update(f"{file}\0{len(text.encode())}\0{text}".encode())
    name = f"{as_of.isoformat()}-{digest.hexdigest()[:16]}"
    if not (versions / name).is_dir():
        beside = versions / _BESIDE
        # What a night that was cut off left behind.
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        for file, text in files.items():
            _write(beside / file, text)
        _sync(beside)
        beside.rename(versions / name)
        _sync(versions)
    return name


def _switch(link: Path, target: Path) -> None:
    """Let `link` lead to `target` (relative to its folder), in one step."""
    if link.is_symlink() and link.readlink() == target:
        return
    if link.exists() and not link.is_symlink():
        raise ConfigurationError(
            f"{link} is geen rapport van weerklank; verplaats het of kies een andere map voor de rapporten."
        )
    beside = link.with_name(f".{link.name}{_BESIDE}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
    _sync(link.parent)


def _write(path: Path, text: str) -> None:
    """Write a file in one step, unless it holds this text already."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_name(f".{path.name}{_BESIDE}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _sync(folder: Path) -> None:
    """Make renames within `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _published(folder: Path) -> list[date]:
    """The days that have a report, newest first."""
    days = re.compile(r"\d{4}-\d{2}-\d{2}")
    found = (path for path in folder.iterdir() if days.fullmatch(path.name) and path.is_dir())
    return sorted((date.fromisoformat(path.name) for path in found), reverse=True)


def _archive(folder: Path, days: list[date]) -> str:
    def names(day: date) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in (folder / day.isoformat()).iterdir()))

    return render_archive([ArchiveEntry(day, names(day)) for day in days])


def _forget_replaced(folder: Path, as_of: date) -> None:
    """Remove earlier versions of this day; nothing leads to them any more."""
    versions, current = folder / _VERSIONS, (folder / as_of.isoformat()).readlink().name
    shutil.rmtree(versions / _GONE, ignore_errors=True)
    for version in sorted(versions.glob(f"{as_of.isoformat()}-*")):
        if version.name != current:
            # Under another name first: a version that is half removed must not pass for a whole one.
            version.rename(versions / _GONE)
            shutil.rmtree(versions / _GONE)
