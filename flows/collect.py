"""Which export files a night finds, and whether it has had them before."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from flows.addresses import is_remote
from flows.file_rules import MAX_BYTES, skipped, waits
from flows.local_files import LocalFiles, local_files, still_changing
from flows.night import utc_now
from flows.source_settings import Source
from warehouse.errors import ConfigurationError, SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part


@dataclass(frozen=True)
class Export:
    """One export file: where it is, what it holds (by hash), how it is read and what is joined to it."""

    path: Path
    source: Source
    mapping: Mapping
    sha256: str
    size: int
    beside: tuple[Path, ...] = ()
    beside_sha256: tuple[str, ...] = ()

    @property
    def export_id(self) -> str:
        """The same for the same bytes read by the same mapping for the same source.

        A page of an API is told apart by its name, for the same answer on another night says that all of it
        was still there.
        """
        page = (self.path.name,) if self.source.collect else ()
        parts = (self.source.name, self.mapping.fingerprint, self.sha256, *self.beside_sha256, *page)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def part(self) -> Part:
        """The file for a reader. Opening raises SourceError when it is no longer there."""
        return Part(self.path.name, self.size, lambda: _opened(self.path))

    @property
    def parts_beside(self) -> tuple[Part, ...]:
        """The joined files for a reader."""
        return tuple(_part(path) for path in self.beside)

    def unchanged(self) -> bool:
        """True when the file and those joined to it are still what was collected; reads them all again.

        Raises SourceError when one is no longer there.
        """
        now = (file_hash(self.path), *map(file_hash, self.beside))
        return now == (self.sha256, *self.beside_sha256)


def collected(
    source: Source,
    mapping: Mapping,
    base: Path,
    *,
    now: datetime | None = None,
    tell: Callable[[str], None] = lambda _: None,
    arrived: Iterable[Path] = (),
    max_bytes: int = MAX_BYTES,
) -> list[Export]:
    """The files of a source, in order of name: those on disk, and those that `arrived` from elsewhere.

    now: UTC without a zone mark, for settle_seconds. tell: is told what waits and what is refused.
    Raises SourceError when nothing is left, and ConfigurationError for a pattern that means nothing.
    """
    here = _on_disk(source, base, now or utc_now(), max_bytes)
    exports = exports_of([*here.seen, *arrived], source, mapping)
    busy = {path for path, before in here.seen.items() if still_changing(path, before)}
    waiting = (*here.waiting, *sorted(path.name for path in busy))
    exports = [export for export in exports if busy.isdisjoint((export.path, *export.beside))]
    if waiting:
        tell(waits(source.name, waiting))
    if here.refused:
        tell(skipped(source.name, here.refused))
    if not exports:
        raise SourceError(_nothing(source, base, waiting, here.refused))
    return exports


def file_hash(path: Path) -> str:
    """SHA-256 of a file of any size. Raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path) from error


def _on_disk(source: Source, base: Path, now: datetime, max_bytes: int) -> LocalFiles:
    patterns = [pattern for pattern in source.files if not is_remote(pattern)]
    try:
        return local_files(patterns, base, now, source.settle_seconds or 0, max_bytes)
    except (ValueError, IndexError) as error:
        raise ConfigurationError(
            f"Bron '{source.name}': het patroon '{_either(patterns)}' kan niet; "
            "schrijf bijvoorbeeld exports/*.csv."
        ) from error
    except OSError as error:
        raise SourceError(
            f"Bron '{source.name}': de map van '{_either(patterns)}' is niet te lezen; "
            "controleer pad en rechten."
        ) from error


def exports_of(paths: Iterable[Path], source: Source, mapping: Mapping) -> list[Export]:
    """An export for every path but those that are only there to be joined."""
    globs = [] if mapping.read.members else [join.file for join in mapping.join if join.file != "@rows"]
    hashes: dict[Path, str] = {}

    def hashed(path: Path) -> str:
        if path not in hashes:
            hashes[path] = file_hash(path)
        return hashes[path]

    exports = []
    for path in sorted(paths):
        if _matches(path, globs):
            continue
        beside = (
            tuple(sorted(other for other in path.parent.iterdir() if _matches(other, globs))) if globs else ()
        )
        sha256, size = hashed(path), path.stat().st_size
        exports.append(Export(path, source, mapping, sha256, size, beside, tuple(map(hashed, beside))))
    return exports


def _matches(path: Path, globs: list[str]) -> bool:
    """Whether it is a file to join; a link may point anywhere, and names itself as such in local_files."""
    named = any(fnmatchcase(path.name.casefold(), glob.casefold()) for glob in globs)
    return named and path.is_file() and path.resolve().is_relative_to(path.parent.resolve())


def _nothing(source: Source, base: Path, waiting: tuple[str, ...], refused: tuple[str, ...]) -> str:
    if waiting:
        return waits(source.name, waiting)
    left = f" ({skipped(source.name, refused).partition(': ')[2].rstrip('.')})" if refused else ""
    return (
        f"Bron '{source.name}': geen bestand gevonden voor '{_either(source.files)}' in {base}{left}; "
        "controleer 'files' in de instellingen of zet de export klaar."
    )


def _either(patterns: list[str]) -> str:
    return "' of '".join(patterns)


def _part(path: Path) -> Part:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path) from error
    return Part(path.name, size, lambda: _opened(path))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> SourceError:
    return SourceError(f"Bestand {path.name} is niet te lezen; controleer of het bestaat en de rechten.")
