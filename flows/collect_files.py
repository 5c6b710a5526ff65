"""Export files from S3-compatible storage, SFTP, WebDAV and HTTPS: the front door of fsspec and paramiko."""

import base64
import contextlib
import io
import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]

from flows.addresses import Address, address, is_remote
from flows.arrivals import Fetched, Limits, StorageFailure, arrived
from flows.file_rules import MAX_BYTES, skipped, waits
from flows.inbox import opened_inbox
from flows.settings import Environment
from flows.source_settings import Source
from flows.storage import ServerStorage
from flows.storage_login import Login, login
from warehouse.errors import ConfigurationError, SourceError

_SETTLE_SECONDS = 60
_CONNECT, _READ = 10.0, 60.0
_PAUSES = (1.0, 5.0)
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
            who = login(place, source.login, source.name, environment)
            storage = ServerStorage(place, who.name, partial(_connected, place, who))
            stack.callback(storage.close)
            storages.append(storage)
        try:
            found = arrived(
                storages, opened_inbox(inbox / source.name, now), now, Limits(settle, max_bytes, pauses)
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
        given = seen.response.headers
        if (given.get("Location") or given.get("URI") or "").strip().lower().startswith("http:"):
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
