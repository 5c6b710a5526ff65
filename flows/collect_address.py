"""Where a token may travel, and what can be one."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_ADDRESS = 16_384
_PORTS = {"http": 80, "https": 443}


def same_origin(url: str, base: SplitResult, seen_on: str = "") -> str | None:
    """`url`, as it stands on page `seen_on`, with the scheme and port of `base`; None when it is another's.

    A server behind a proxy often writes http in its links to itself, or the port that goes with that.
    """
    try:
        parts = urlsplit(urljoin(seen_on, url))
        port = None if parts.port == _PORTS.get(parts.scheme) else parts.port
        own = None if base.port == _PORTS.get(base.scheme) else base.port
    except ValueError:
        return None
    if parts.hostname != base.hostname or port not in (None, own) or parts.username is not None:
        return None
    odd = len(url) > _LONGEST_ADDRESS or not url.isprintable()
    if odd or parts.scheme not in ("http", "https"):
        return None
    return urlunsplit(parts._replace(scheme=base.scheme, netloc=base.netloc))


def is_token(written: str) -> bool:
    """Whether this can travel in a header: visible ASCII and nothing else."""
    return re.fullmatch(r"[!-~]+", written) is not None


def is_safe(base: str) -> bool:
    """Whether a token may travel there: encrypted, or to this machine itself; and nothing secret in it."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    private = parts.hostname is not None and parts.username is None and not parts.query
    return private and (parts.scheme == "https" or parts.hostname in LOOPBACK)
