"""What a reader opens: one file, or one member of a zip, as often as it needs."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Part:
    """One stream of bytes: its name without a folder, its size in bytes, and how it is opened."""

    name: str
    size: int
    open: Callable[[], BinaryIO] = field(repr=False)


def part_of(path: Path) -> Part:
    """The file at `path`."""
    return Part(path.name, path.stat().st_size, lambda: path.open("rb"))


def part_of_bytes(content: bytes, name: str) -> Part:
    """Bytes that are in memory already."""
    return Part(name, len(content), lambda: io.BytesIO(content))
