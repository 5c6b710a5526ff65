"""What a test knows of a server that it uses: see storage_servers."""

import base64
import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "meerwold", "kanarie-wachtwoord-4711"


@dataclass(frozen=True)
class Server:
    """Where it listens, the folder that it shows, and what a login needs besides."""

    host: str
    port: int
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def netloc(self) -> str:
        return f"{self.host}:{self.port}"

    def empty(self) -> "Server":
        """The same server with nothing on it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self


@dataclass(frozen=True)
class Web(Server):
    """A web server. By path: headers to add, statuses to answer first; broken: half is sent; grows: after
    it was sent it is a byte longer.
    """

    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    grows: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def empty(self) -> "Web":
        super().empty()
        for kept in (self.headers, self.broken, self.statuses, self.grows, self.asked):
            kept.clear()
        return self


def digest_header(content: bytes) -> str:
    """The Digest header of RFC 3230."""
    return "sha-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()
