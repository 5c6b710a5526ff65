"""The files on disk that the patterns of a source find, and those that wait or are refused."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.file_rules import invisible, not_a_file, shown, too_large, unfinished, unsettled


@dataclass(frozen=True)
class LocalFiles:
    """Paths in order of name, each with what its stat said; names that wait; refusals with the reason."""

    seen: dict[Path, os.stat_result]
    waiting: tuple[str, ...]
    refused: tuple[str, ...]


def local_files(
    patterns: Iterable[str], base: Path, now: datetime, settle_seconds: int, max_bytes: int
) -> LocalFiles:
    """What the glob `patterns` find, relative to `base` or absolute.

    A link counts when it stays within the folder of its pattern. Raises ValueError or IndexError for a
    pattern that means nothing, OSError for a folder that cannot be read.
    """
    seen: dict[Path, os.stat_result] = {}
    waiting: dict[Path, str] = {}
    refused: dict[Path, str] = {}
    for path, folder in sorted(_found(patterns, base)):
        reason, stat = _judged(path, folder, max_bytes)
        if stat is None:
            refused[path] = f"{shown(path.name)} {reason}"
        elif unfinished(path.name) or unsettled(_modified(stat), now, settle_seconds):
            waiting[path] = path.name
        else:
            seen[path] = stat
    return LocalFiles(
        seen, tuple(waiting.values()), tuple(why for path, why in refused.items() if path not in seen)
    )


def still_changing(path: Path, before: os.stat_result) -> bool:
    """True when the file is not the one that `before` was taken of, or has grown or changed since."""
    try:
        after = path.stat()
    except OSError:
        return True
    return _state(after) != _state(before)


def _found(patterns: Iterable[str], base: Path) -> Iterator[tuple[Path, Path]]:
    """Every path that a pattern finds, with the folder that the pattern starts in."""
    for pattern in patterns:
        start, rest = _start(pattern, base)
        fixed = list(Path(rest).parts[:-1])
        magic = next((place for place, part in enumerate(fixed) if re.search(r"[*?\[]", part)), len(fixed))
        folder = start.joinpath(*fixed[:magic])
        yield from ((path, folder) for path in start.glob(rest))


def _start(pattern: str, base: Path) -> tuple[Path, str]:
    """Where to look and for what: ../ is climbed first, so that each file is found by its plain path."""
    if Path(pattern).is_absolute():
        return Path("/"), pattern.lstrip("/")
    while ".." in Path(pattern).parts and pattern.startswith("../"):
        base, pattern = base.parent, pattern.removeprefix("../")
    return base, pattern


def _judged(path: Path, folder: Path, max_bytes: int) -> tuple[str | None, os.stat_result | None]:
    """Why the path is refused, or what its stat says."""
    try:
        stat = path.stat()
        leaves = path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return ("verwijst naar niets" if path.is_symlink() else "is niet te lezen"), None
    reason = invisible(path.name) or not_a_file(stat.st_mode) or too_large(stat.st_size, max_bytes)
    if leaves:
        reason = "is een verwijzing naar buiten de map"
    return reason, None if reason else stat


def _modified(stat: os.stat_result) -> datetime:
    return datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None)


def _state(stat: os.stat_result) -> tuple[int, int, int, int]:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
