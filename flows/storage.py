"""One pattern on a server, over a file system of fsspec: what it finds, its bytes and its checksums."""

import contextlib
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import unquote

from flows.addresses import Address
from flows.arrivals import Remote, StorageFailure
from flows.file_rules import unsafe
from flows.storage_failures import storage_failure
from flows.storage_listing import (
    Info,
    file_detail,
    found_entries,
    moment_of_change,
    sums_of_s3,
    sums_over_http,
)
from warehouse.errors import WeerklankError

_CHUNK = 1 << 20
_BLOCKS = {"s3": 8 << 20, "sftp": 32 << 10, "webdav": _CHUNK, "webdavs": _CHUNK, "https": 0}
_AHEAD = 64
_SIDECAR = 64 << 10


class ServerStorage:
    """One pattern on one server, over fsspec. Connects when first used, and again after a failure."""

    def __init__(self, place: Address, login: str | None, connected: Callable[[], Any]) -> None:
        """login: the name of the credentials, for what is said; connected: gives the fsspec file system."""
        self._place = place
        self._login = login
        self._connected = connected
        self._fs: Any = None

    def __repr__(self) -> str:
        return f"ServerStorage({self._place.shown})"

    def listing(self) -> list[Remote]:
        """What the pattern finds now."""
        with self._guarded() as fs:
            fs.invalidate_cache()
            if self._place.one_file:
                return [self._remote(fs, self._folder, self._place.pattern[0], {})]
            found = found_entries(fs, self._place.scheme, self._folder, self._place.pattern)
            return [self._remote(fs, *entry) for entry in found]

    def chunks(self, remote: Remote) -> Generator[bytes, None, None]:
        """The bytes of a file, piece by piece."""
        yield from self._read(remote.key, remote.size)

    def checksums(self, remote: Remote) -> dict[str, str]:
        """Hashes that the server gives of a file."""
        with self._guarded() as fs:
            if self._place.scheme == "https":
                return sums_over_http(fs.info(remote.key))
            return sums_of_s3(fs, remote.key) if self._place.scheme == "s3" else {}

    def sidecar(self, remote: Remote, suffix: str) -> str | None:
        """The text of the file beside it with this suffix."""
        if self._place.query:
            return None
        try:
            with contextlib.closing(self._read(f"{remote.key}{suffix}", None)) as chunks:
                text = next(chunks, b"")[:_SIDECAR].decode("utf-8", "replace")
        except StorageFailure as failure:
            if failure.of_file:
                return None
            raise
        # Many websites answer any address with a page.
        return None if self._place.scheme == "https" and "<" in text else text

    def close(self) -> None:
        """Leave nothing open; the next use connects again."""
        connected, self._fs = self._fs, None
        if connected is not None and self._place.scheme == "sftp":
            connected.client.close()
        if connected is not None and self._place.scheme.startswith("webdav"):
            connected.client.http.close()

    @property
    def _folder(self) -> str:
        place = self._place
        if place.scheme == "s3":
            return f"{place.host}/{place.folder}".rstrip("/")
        if place.scheme == "https":
            return f"https://{place.host}/{place.folder}/" if place.folder else f"https://{place.host}/"
        return f"/{place.folder}"

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[Any]:
        try:
            if self._fs is None:
                self._fs = self._connected()
            yield self._fs
        except (StorageFailure, WeerklankError):
            raise
        except Exception as error:  # noqa: BLE001 - four libraries and any server; none of their text is shown
            failure = storage_failure(error, self._place.host, self._login)
            if failure.may_pass:
                self.close()
            raise failure from None

    def _read(self, key: str, size: int | None) -> Generator[bytes, None, None]:
        with self._guarded() as fs, fs.open(key, "rb", block_size=_BLOCKS[self._place.scheme]) as file:
            if self._place.scheme == "sftp" and size:
                file.prefetch(size, _AHEAD)
            while chunk := file.read(_CHUNK):
                yield chunk

    def _remote(self, fs: Any, folder: str, name: str, info: Info) -> Remote:
        """What is known of one file. A listing does not tell all over SFTP (links) and HTTPS (anything)."""
        place, odd = self._place, unsafe(name) or ("is een map" if info.get("type") == "directory" else None)
        key = f"{folder.rstrip('/')}/{name}"
        if place.scheme == "https":
            key = info.get("name") or key + (f"?{place.query}" if place.query else "")
        if odd is None and (place.one_file or place.scheme in ("sftp", "https")):
            try:
                info, odd = file_detail(fs, place.scheme, key)
            except FileNotFoundError:
                if place.one_file:
                    raise
                odd = "is er niet meer of verwijst naar niets"
        return Remote(
            place=f"{place.scheme}:{place.host}:{folder}?{place.query}",
            key=key,
            name=unquote(name) if place.scheme == "https" and place.one_file else name,
            size=info.get("size"),
            modified=moment_of_change(info),
            etag=info.get("ETag") or info.get("etag"),
            odd=odd,
        )
