"""Where the exports of a source lie when not on disk: s3://, sftp://, webdavs:// and https:// patterns."""

import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from flows.collect_address import LOOPBACK
from flows.file_rules import shown
from warehouse.errors import ConfigurationError

Scheme = Literal["s3", "sftp", "webdav", "webdavs", "https"]
SCHEMES: tuple[str, ...] = get_args(Scheme)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Address:
    """A pattern taken apart.

    host: server with port (s3: bucket). folder: the part of the path without wildcards, no / around it.
    pattern: what follows, folder by folder; the last one is that of the file names. query: of an https
    address, behind the question mark; may hold a token, so it is never shown.
    """

    scheme: Scheme
    host: str
    folder: str
    pattern: tuple[str, ...]
    query: str = ""

    @property
    def shown(self) -> str:
        """The address as it may stand in a sentence."""
        return shown(
            "/".join(part for part in (f"{self.scheme}://{self.host}", self.folder, *self.pattern) if part)
        )

    @property
    def hostname(self) -> str:
        """The server, without port."""
        return urlsplit(f"//{self.host}").hostname or ""

    @property
    def port(self) -> int | None:
        """The port, when one is given."""
        return urlsplit(f"//{self.host}").port

    @property
    def one_file(self) -> bool:
        """True when the pattern is the name of one file."""
        return len(self.pattern) == 1 and not _magic(self.pattern[0], self.scheme)


def is_remote(pattern: str) -> bool:
    """True for a pattern that is not of files on disk."""
    return _SCHEME.match(pattern) is not None


def address(pattern: str, source: str) -> Address:
    """The pattern taken apart. Raises ConfigurationError, naming the source, for one that cannot be."""
    found = _SCHEME.match(pattern)
    scheme = found[1].lower() if found else ""
    if scheme not in SCHEMES:
        hint = (
            "http is niet beveiligd; gebruik https" if scheme == "http" else f"kies uit {', '.join(SCHEMES)}"
        )
        raise _wrong(source, f"'{shown(scheme)}://' wordt niet gelezen; {hint}")
    rest = pattern[len(scheme) + 3 :]
    rest, _, query = rest.partition("?") if scheme == "https" else (rest, "", "")
    host, _, path = rest.partition("/")
    if "@" in host:
        raise _wrong(source, "zet gebruiker en wachtwoord niet in het adres; noem ze met login")
    parts = [part for part in path.split("/") if part]
    if scheme in ("webdav", "webdavs"):
        parts = [unquote(part) for part in parts]
    if not _server(host) or not parts or path.endswith("/") or _odd(parts):
        raise _wrong(
            source,
            f"het patroon '{shown(rest)}' kan niet; schrijf bijvoorbeeld {scheme}://naam/map/*.csv",
        )
    if scheme == "webdav" and urlsplit(f"//{host}").hostname not in LOOPBACK:
        raise _wrong(source, "webdav is niet beveiligd; gebruik webdavs")
    magic = next((place for place, part in enumerate(parts[:-1]) if _magic(part, scheme)), len(parts) - 1)
    kind: Scheme = next(known for known in get_args(Scheme) if known == scheme)
    return Address(kind, host, "/".join(parts[:magic]), tuple(parts[magic:]), query)


def _server(host: str) -> bool:
    try:
        split = urlsplit(f"//{host}")
        return bool(split.hostname) and split.port != 0
    except ValueError:
        return False


def _odd(parts: list[str]) -> bool:
    return any(
        part in (".", "..") or any(ord(sign) < 32 or ord(sign) == 127 for sign in part) for part in parts
    )


def _magic(part: str, scheme: str) -> bool:
    return re.search(r"[*\[]" if scheme == "https" else r"[*?\[]", part) is not None


def _wrong(source: str, complaint: str) -> ConfigurationError:
    return ConfigurationError(f"Bron '{source}': {complaint}.")
