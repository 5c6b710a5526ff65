"""Export files from S3-compatible storage, SFTP, WebDAV and HTTPS: the front door of fsspec and paramiko."""

import base64
import contextlib
import io
import logging
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import fsspec  # type: ignore[import-untyped]

from flows.addresses import Address, address, is_remote
from flows.arrivals import Fetched, Limits, Remote, StorageFailure, arrived
from flows.file_rules import MAX_BYTES, skipped, unsafe, waits
from flows.inbox import opened_inbox
from flows.settings import Environment
from flows.source_settings import Source
from flows.storage_failures import storage_failure
from flows.storage_listing import (
    Info,
    file_detail,
    found_entries,
    moment_of_change,
    sums_of_s3,
    sums_over_http,
)
from flows.storage_login import Login, login
from warehouse.errors import ConfigurationError, SourceError, WeerklankError

_SETTLE_SECONDS = 60
_CONNECT, _READ = 10.0, 60.0
_PAUSES = (1.0, 5.0)
_CHUNK = 1 << 20
_BLOCKS = {"s3": 8 << 20, "sftp": 32 << 10, "webdav": _CHUNK, "webdavs": _CHUNK, "https": 0}
_AHEAD = 64
_SIDECAR = 64 << 10
# Below a warning these write addresses and headers, and so tokens, to whoever turns logging on.
_TALKATIVE = (
    "aiobotocore", "asyncio", "botocore", "fsspec", "httpcore", "httpx", "paramiko", "s3fs", "webdav4",
)  # fmt: skip


def fetched(
    source: Source,
    inbox: Path,
    environment: Environment,
    now: datetime,
    tell: Callable[[str], None],
    *,
    max_bytes: int = MAX_BYTES,
    pauses: Sequence[float] = _PAUSES,
) -> Fetched:
    """The files that the patterns with s3://, sftp://, webdavs:// or https:// find, in `inbox`/<source>.

    now: UTC without a zone mark. Only new and changed files are downloaded. Raises SourceError when a server
    cannot be used or gives nothing, ConfigurationError for a wrong pattern or login.
    """
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    places = [address(pattern, source.name) for pattern in source.files if is_remote(pattern)]
    settle = _SETTLE_SECONDS if source.settle_seconds is None else source.settle_seconds
    shown = " of ".join(place.shown for place in places)
    with contextlib.ExitStack() as stack:
        storages = []
        for place in places:
            storage = _Storage(place, login(place, source.login, source.name, environment))
            stack.callback(storage.close)
            storages.append(storage)
        try:
            found = arrived(
                storages, opened_inbox(inbox / source.name), now, Limits(settle, max_bytes, pauses)
            )
        except StorageFailure as failure:
            raise SourceError(f"Bron '{source.name}' ({shown}): {failure.complaint}.") from None
        except OSError as error:
            raise SourceError(
                f"Bron '{source.name}': {inbox} is niet te schrijven ({type(error).__name__}); "
                "controleer ruimte en rechten."
            ) from None
    if found.waiting:
        tell(waits(source.name, found.waiting))
    if found.refused:
        tell(skipped(source.name, found.refused))
    if not found.paths:
        raise SourceError(_nothing(source.name, shown, found))
    if not found.listed:
        tell(_nothing(source.name, shown, found))
    return found


def _nothing(source: str, shown: str, found: Fetched) -> str:
    if found.waiting:
        return waits(source, found.waiting)
    if found.refused:
        return skipped(source, found.refused)
    return f"Bron '{source}': geen bestand gevonden voor {shown}; controleer 'files' of zet de export klaar."


class _Storage:
    """One pattern on one server, over fsspec. Connects when first used, and again after a failure."""

    def __init__(self, place: Address, who: Login) -> None:
        self._place = place
        self._who = who
        self._fs: Any = None

    def __repr__(self) -> str:
        return f"_Storage({self._place.shown})"

    def listing(self) -> list[Remote]:
        with self._guarded() as fs:
            fs.invalidate_cache()
            if self._place.one_file:
                return [self._remote(fs, self._folder, self._place.pattern[0], {})]
            found = found_entries(fs, self._place.scheme, self._folder, self._place.pattern)
            return [self._remote(fs, *entry) for entry in found]

    def chunks(self, remote: Remote) -> Generator[bytes, None, None]:
        yield from self._read(remote.key, remote.size)

    def checksums(self, remote: Remote) -> dict[str, str]:
        with self._guarded() as fs:
            if self._place.scheme == "https":
                return sums_over_http(fs.info(remote.key))
            return sums_of_s3(fs, remote.key) if self._place.scheme == "s3" else {}

    def sidecar(self, remote: Remote, suffix: str) -> str | None:
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
                self._fs = _connected(self._place, self._who)
            yield self._fs
        except (StorageFailure, WeerklankError):
            raise
        except Exception as error:  # noqa: BLE001 - four libraries and any server; none of their text is shown
            failure = storage_failure(error, self._place.host, self._who.name)
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


def _connected(place: Address, who: Login) -> Any:
    """The fsspec file system. None of these is kept by fsspec: they hold secrets."""
    fresh = {"skip_instance_cache": True}
    if place.scheme == "s3":
        return _s3(who, fresh)
    if place.scheme == "sftp":
        return _sftp(place, who, fresh)
    trusted = ssl.create_default_context()  # the machine's certificates, or those in SSL_CERT_FILE
    headers = {"Accept-Encoding": "identity"}
    if who.token:
        headers["Authorization"] = f"Bearer {who.token}"
    elif who.user:
        pair = base64.b64encode(f"{who.user}:{who.password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    if place.scheme == "https":
        return _https(headers, trusted, fresh)
    base = f"{'https' if place.scheme == 'webdavs' else 'http'}://{place.host}"
    timeout = (_CONNECT, _READ, _READ, _CONNECT)
    return fsspec.filesystem(
        "webdav", base_url=base, headers=headers, verify=trusted, timeout=timeout, retry=False, **fresh
    )


def _s3(who: Login, fresh: dict[str, bool]) -> Any:
    config: dict[str, Any] = {
        "connect_timeout": _CONNECT, "read_timeout": _READ, "retries": {"total_max_attempts": 1}
    }  # fmt: skip
    if who.endpoint:
        config["s3"] = {"addressing_style": "path"}
    found = fsspec.filesystem(
        "s3",
        key=who.user,
        secret=who.password,
        endpoint_url=who.endpoint,
        client_kwargs={
            "region_name": who.region or "us-east-1",
            "verify": ssl.get_default_verify_paths().cafile or True,
        },
        config_kwargs=config,
        use_listings_cache=False,
        **fresh,
    )
    found.retries = 1
    return found


def _https(headers: dict[str, str], trusted: ssl.SSLContext, fresh: dict[str, bool]) -> Any:
    import aiohttp

    async def only_to_https(_: object, __: object, seen: aiohttp.TraceRequestRedirectParams) -> None:
        if seen.response.headers.get("Location", "").lower().startswith("http:"):
            raise StorageFailure("de server verwijst door naar een onbeveiligd adres (http); vraag om https")

    redirects = aiohttp.TraceConfig()
    redirects.on_request_redirect.append(only_to_https)
    client = {
        "headers": headers,
        "timeout": aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_READ),
        "trace_configs": [redirects],
        "trust_env": True,
    }
    return fsspec.filesystem("https", client_kwargs=client, ssl=trusted, simple_links=False, **fresh)


def _sftp(place: Address, who: Login, fresh: dict[str, bool]) -> Any:
    import paramiko

    class OnlyKnown(paramiko.MissingHostKeyPolicy):
        """No key is known beforehand, so every key passes here."""

        def missing_host_key(self, client: paramiko.SSHClient, _host: str, key: paramiko.PKey) -> None:
            if key.fingerprint not in who.host_keys:
                client.close()
                raise StorageFailure(
                    f"{place.host} toont sleutel {key.fingerprint} ({key.get_name()}), en die staat niet in "
                    f"WEERKLANK_{who.name}_HOSTKEY; vraag de beheerder of hij klopt en zet hem er dan in"
                )

    found = fsspec.filesystem(
        "sftp",
        host=place.hostname,
        port=place.port or 22,
        username=who.user,
        host_key_policy=OnlyKnown(),
        timeout=_CONNECT,
        banner_timeout=_CONNECT,
        auth_timeout=_CONNECT,
        channel_timeout=_CONNECT,
        allow_agent=False,
        look_for_keys=False,
        **({"pkey": _private_key(who)} if who.private_key else {"password": who.password}),
        **fresh,
    )
    found.ftp.get_channel().settimeout(_READ)
    return found


def _private_key(who: Login) -> Any:
    """The key of the login, opened with its password where it has one."""
    import paramiko

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(who.private_key or ""), password=who.password)
    raise ConfigurationError(
        f"WEERKLANK_{who.name}_KEY is geen sleutel die te openen is (Ed25519, ECDSA of RSA); "
        f"heeft hij een wachtwoord, zet dat dan in WEERKLANK_{who.name}_PASSWORD."
    )
