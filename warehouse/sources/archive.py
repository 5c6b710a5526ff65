"""The members of a zip as parts to read, once the zip is known to do no harm.

A zip says itself how large its members are, and may lie: a member is read no further than it says it is,
and what it holds is checked against its checksum. A zip within a zip stays closed.
"""

import io
import lzma
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from warehouse.errors import SourceError
from warehouse.sources.parts import Part

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_DAMAGE = (BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError)
_METHODS = (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA)
_ENCRYPTED, _UTF8 = 0x1, 0x800
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much a zip may hold: members, bytes unpacked, and bytes unpacked per byte of a large zip."""

    members: int = 10_000
    unpacked: int = 8 << 30
    ratio: int = 200
    ratio_above: int = 100 << 20


def members(part: Part, name: str, limits: Limits = Limits()) -> list[Part]:
    """The files in a zip, in its own order, each by its own name; `name` is for the error.

    Raises SourceError when it is no zip, when it is protected, damaged or larger than `limits`, and when a
    member would land outside its folder. A part raises it too, when what it holds is not what was said.
    """
    found = [member for _, member in _members(part, name, limits)]
    if found and all(member.name.lower().endswith(".zip") for member in found):
        raise SourceError(f"Bestand {name} bevat alleen andere zips; pak het uit en zet die zips zelf klaar.")
    return found


def members_by_path(part: Part, name: str, limits: Limits = Limits()) -> dict[str, Part]:
    """The files in a zip by their whole path, with `/` between folders. Raises SourceError as `members`."""
    return dict(_members(part, name, limits))


def _members(part: Part, name: str, limits: Limits) -> list[tuple[str, Part]]:
    with _opened(part, name) as archive:
        every = archive.infolist()
    if not all(info.filename for info in every):
        raise SourceError(_damaged(name))
    infos = [info for info in every if not info.is_dir()]
    _check_size(infos, part, name, limits)
    for info in infos:
        _check_member(info, name)
    if len({_path(info).lower() for info in infos}) < len(infos):
        raise SourceError(f"Bestand {name} bevat twee keer hetzelfde bestand; maak de export opnieuw.")
    return [(path := _path(info), _member(part, info, path, name)) for info in infos]


@contextmanager
def _opened(part: Part, name: str) -> Iterator[ZipFile]:
    """The zip in `part`; SourceError for whatever is wrong with it."""
    try:
        with part.open() as file, ZipFile(file) as archive:
            yield archive
    except BadZipFile as error:
        raise SourceError(
            f"Bestand {name} is geen zip, of een afgebroken zip; maak de export opnieuw."
        ) from error
    except _DAMAGE as error:
        raise SourceError(_damaged(name)) from error


def _damaged(name: str) -> str:
    return f"Bestand {name}: de zip is beschadigd; maak de export opnieuw."


def _check_size(infos: Sequence[ZipInfo], part: Part, name: str, limits: Limits) -> None:
    """Raise when there are too many members, or when they are too large together."""
    if len(infos) > limits.members:
        raise SourceError(
            f"Bestand {name} bevat {len(infos)} bestanden, meer dan {limits.members}; "
            "splits de export of controleer de afzender."
        )
    unpacked = sum(info.file_size for info in infos)
    swollen = unpacked > limits.ratio_above and unpacked > limits.ratio * max(part.size, 1)
    if unpacked > limits.unpacked or swollen:
        raise SourceError(
            f"Bestand {name} is uitgepakt {unpacked / (1 << 30):.1f} GiB, te veel voor een zip van "
            f"{part.size / (1 << 20):.1f} MiB; splits de export of controleer de afzender."
        )


def _check_member(info: ZipInfo, name: str) -> None:
    """Raise for a member that is protected, outside its folder, a link, or packed in an odd way."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", str(path)):
        raise SourceError(
            f"Bestand {name} bevat een bestand met een pad buiten zijn eigen map; controleer de afzender."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise SourceError(f"Bestand {name} bevat een snelkoppeling; zet het bestand zelf in de zip.")
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(f"Bestand {name} is beveiligd met een wachtwoord; zet het klaar zonder wachtwoord.")
    if info.compress_type not in _METHODS:
        raise SourceError(
            f"Bestand {name} is ingepakt op een manier die hier niet te lezen is; maak er een gewone zip van."
        )


def _member(part: Part, info: ZipInfo, path: str, name: str) -> Part:
    def opened() -> io.BufferedReader:
        return io.BufferedReader(_MemberStream(part, info, name), _CHUNK)

    return Part(PurePosixPath(path).name, info.file_size, opened)


def _path(info: ZipInfo) -> str:
    """Where a member is; many programs write UTF-8 without saying so, which is read as cp437."""
    path = info.filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):
            path = path.encode("cp437").decode("utf-8")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in path.replace("\\", "/"))


class _MemberStream(io.RawIOBase):
    """The bytes of one member, for as long as they are what the zip said of them."""

    def __init__(self, part: Part, info: ZipInfo, name: str) -> None:
        super().__init__()
        self._name, self._left = name, info.file_size
        self._file = part.open()
        try:
            self._archive = ZipFile(self._file)
            self._stream: IO[bytes] = self._archive.open(info)
        except _DAMAGE as error:
            self._file.close()
            raise SourceError(_damaged(name)) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            read = self._stream.read(len(view))
        except _DAMAGE as error:
            raise SourceError(_damaged(self._name)) from error
        self._left -= len(read)
        if self._left < 0 or (not read and self._left and len(view)):
            raise SourceError(_damaged(self._name))
        view[: len(read)] = read
        return len(read)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._archive.close()
            self._file.close()
        super().close()
