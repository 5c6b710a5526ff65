"""Which export files a night finds, and whether it has had them before."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flows.settings import Source
from warehouse.errors import ConfigurationError, SourceError
from warehouse.sources.mapping import Mapping


@dataclass(frozen=True)
class Export:
    """One export file: where it is, what it holds (by hash) and how it is read."""

    path: Path
    source: Source
    mapping: Mapping
    sha256: str
    size: int

    @property
    def export_id(self) -> str:
        """The same for the same bytes read by the same mapping for the same source."""
        parts = f"{self.source.name}\n{self.mapping.fingerprint}\n{self.sha256}"
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def content(self) -> bytes:
        """The bytes. Raises SourceError when the file is no longer what was collected."""
        found = _read(self.path)
        if hashlib.sha256(found).hexdigest() != self.sha256:
            raise SourceError(
                f"Bestand {self.path.name} verandert nog; zet de export klaar en draai opnieuw."
            )
        return found


def collected(source: Source, mapping: Mapping, base: Path) -> list[Export]:
    """The files of a source, in order of name.

    Raises SourceError when there is none, and ConfigurationError for a pattern that means nothing.
    """
    patterns = "' of '".join(source.files)
    try:
        paths = sorted(
            {path for pattern in source.files for path in _matches(base, pattern) if path.is_file()}
        )
    except (ValueError, IndexError) as error:
        raise ConfigurationError(
            f"Bron '{source.name}': het patroon '{patterns}' kan niet; schrijf bijvoorbeeld exports/*.csv."
        ) from error
    except OSError as error:
        raise SourceError(
            f"Bron '{source.name}': de map van '{patterns}' is niet te lezen; controleer pad en rechten."
        ) from error
    if not paths:
        raise SourceError(
            f"Bron '{source.name}': geen bestand gevonden voor '{patterns}' in {base}; "
            "controleer 'files' in de instellingen of zet de export klaar."
        )
    return [_export(path, source, mapping) for path in paths]


def _matches(base: Path, pattern: str) -> list[Path]:
    if Path(pattern).is_absolute():
        return list(Path("/").glob(pattern.lstrip("/")))
    return list(base.glob(pattern)) if ".." not in Path(pattern).parts else list(_climbed(base, pattern))


def _climbed(base: Path, pattern: str) -> list[Path]:
    """Files of a pattern that starts with ../, by their plain path, so that each is found once."""
    while pattern.startswith("../"):
        base, pattern = base.parent, pattern.removeprefix("../")
    return list(base.glob(pattern))


def _export(path: Path, source: Source, mapping: Mapping) -> Export:
    content = _read(path)
    return Export(path, source, mapping, hashlib.sha256(content).hexdigest(), len(content))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"Bestand {path.name} is niet te lezen; controleer of het bestaat en de rechten."
        ) from error
