"""What the listings of S3, SFTP, WebDAV and HTTPS servers say, in one form; `fs` is one of fsspec."""

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from flows.file_rules import not_a_file, unsafe

Info = Mapping[str, Any]
Entry = tuple[str, str, Info]
_DEEPEST = 12


def found_entries(
    fs: Any, scheme: str, folder: str, pattern: Sequence[str], depth: int = 0
) -> Iterator[Entry]:
    """What a pattern finds, folder by folder: the folder, the name and what the listing says of it."""
    head, rest = pattern[0], pattern[1:]
    if head == "**" and rest:
        yield from found_entries(fs, scheme, folder, rest, depth)
    for info in fs.ls(folder, detail=True):
        name = _name(scheme, info["name"], folder)
        if not name:
            continue
        inside = info["name"] if scheme == "https" else f"{folder.rstrip('/')}/{name}"
        enters = info["type"] == "directory" and not unsafe(name) and depth < _DEEPEST
        if head == "**" and rest:
            if enters:
                yield from found_entries(fs, scheme, inside, pattern, depth + 1)
        elif fnmatchcase(name, head):
            if not rest:
                yield folder, name, info
            elif enters:
                yield from found_entries(fs, scheme, inside, rest, depth + 1)


def _name(scheme: str, full: str, folder: str) -> str:
    """The name of an entry within its folder; empty for the folder itself, all of it for one elsewhere."""
    base, full = folder.strip("/"), full.strip("/")
    name = full[len(base) :].lstrip("/") if base == full or full.startswith(f"{base}/") or not base else full
    if scheme != "https":
        return name
    return "" if name.startswith(("?", "#")) else unquote(name)


def file_detail(fs: Any, scheme: str, key: str) -> tuple[Info, str | None]:
    """What a server says of one file, and why it is none."""
    if scheme == "sftp":
        found = fs.ftp.stat(key)
        modified = datetime.fromtimestamp(found.st_mtime, UTC)
        return {"size": found.st_size, "mtime": modified}, not_a_file(found.st_mode)
    info: Info = fs.info(key)
    return info, "is een map" if info.get("type") == "directory" else None


def moment_of_change(info: Info) -> datetime | None:
    """When the file changed, UTC without a zone mark."""
    told = info.get("LastModified") or info.get("mtime") or info.get("modified")
    if told is None and info.get("Last-Modified"):
        try:
            told = parsedate_to_datetime(info["Last-Modified"])
        except (ValueError, OverflowError):
            return None
    return told.astimezone(UTC).replace(tzinfo=None) if isinstance(told, datetime) else None


def sums_over_http(info: Info) -> dict[str, str]:
    """The checksums in Content-MD5 (RFC 1864) and Digest (RFC 3230)."""
    told = [f"md5={info['Content-MD5']}"] if info.get("Content-MD5") else []
    told += str(info.get("Digest", "")).split(",")
    kinds = {"md5": ("md5", 16), "sha-256": ("sha256", 32)}
    found: dict[str, str] = {}
    for one in told:
        kind, _, value = one.strip().partition("=")
        if kind.lower() in kinds:
            ours, length = kinds[kind.lower()]
            with contextlib.suppress(binascii.Error):
                digest = base64.b64decode(value, validate=True)
                found |= {ours: digest.hex()} if len(digest) == length else {}
    return found


def sums_of_s3(fs: Any, key: str) -> dict[str, str]:
    """The checksum of the whole object, when it has one; an ETag is its MD5 unless it is encrypted with a key
    of its own or came in parts (Amazon S3 API reference, Object)."""
    bucket, _, name = key.partition("/")
    head = fs.call_s3("head_object", Bucket=bucket, Key=name, ChecksumMode="ENABLED")
    sha256, etag = head.get("ChecksumSHA256", ""), head.get("ETag", "").strip('"').lower()
    found: dict[str, str] = {}
    if sha256 and "-" not in sha256:
        found["sha256"] = base64.b64decode(sha256).hex()
    plain = head.get("ServerSideEncryption") in (None, "AES256") and "SSECustomerAlgorithm" not in head
    if plain and re.fullmatch("[0-9a-f]{32}", etag):
        found["md5"] = etag
    return found
