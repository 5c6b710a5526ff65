"""Which files are taken, wait or are refused: the same on disk as on a server."""

import re
import stat
from datetime import datetime

MAX_BYTES = 4 * 2**30
_LONGEST_NAME = 200
_UNFINISHED = re.compile(
    r"""
    \.(part|partial|tmp|temp|filepart|crdownload|download|upload|uploading|incomplete|opdownload|sw[op]|lock)$
    | ^~\$ | ^\.~ | ~$            # Office and LibreOffice while a file is open; editors
    | ^\..+\.[A-Za-z0-9]{6}$      # rsync
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_KINDS = {
    stat.S_IFDIR: "is een map",
    stat.S_IFIFO: "is een FIFO",
    stat.S_IFSOCK: "is een socket",
    stat.S_IFCHR: "is een apparaat",
    stat.S_IFBLK: "is een apparaat",
}


def unfinished(name: str) -> bool:
    """True when the name says that the file is still being written, or is open in an editor."""
    return _UNFINISHED.search(name) is not None


def invisible(name: str) -> str | None:
    """Why a name cannot stand in a log or on a terminal; None when it can."""
    return "heeft een onzichtbaar teken in de naam" if _UNPRINTABLE.search(name) else None


def unsafe(name: str) -> str | None:
    """Why a name that a server gives cannot be the name of a file here; None when it can."""
    if reason := invisible(name):
        return reason
    if "/" in name or "\\" in name or name in ("", ".", "..") or re.match(r"[A-Za-z]:", name):
        return "wijst naar een andere map"
    if len(name.encode()) > _LONGEST_NAME:
        return "heeft een te lange naam"
    return None


def not_a_file(mode: int) -> str | None:
    """What a path with this st_mode is, when it is no regular file."""
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "is geen bestand")


def too_large(size: int | None, max_bytes: int) -> str | None:
    """Why a file of this size in bytes is refused; None when it is not, or when the size is unknown."""
    if size is None or size <= max_bytes:
        return None
    return f"is groter dan {max_bytes / 2**30:.1f} GiB".replace(".", ",")


def unsettled(modified: datetime | None, now: datetime, settle_seconds: int) -> bool:
    """True when a file changed less than so many seconds from `now` (both UTC, without a zone mark)."""
    return modified is not None and abs((now - modified).total_seconds()) < settle_seconds


def shown(name: str) -> str:
    """A name as it may stand in a sentence: nothing invisible, not endless."""
    seen = visible(name)
    return seen if len(seen) <= 80 else f"{seen[:77]}..."


def visible(line: str) -> str:
    """A line with nothing in it that steers a terminal or turns what is around it."""
    return _UNPRINTABLE.sub("?", line)


def skipped(source: str, refused: tuple[str, ...]) -> str:
    """One sentence on what was refused: how many, and the first few with the reason."""
    rest = f" en nog {len(refused) - 3}" if len(refused) > 3 else ""
    return f"Bron '{source}': overgeslagen: {len(refused)} ({'; '.join(refused[:3])}{rest})."


def waits(source: str, waiting: tuple[str, ...]) -> str:
    """One sentence on the files that are still being written."""
    rest = f" en nog {len(waiting) - 3}" if len(waiting) > 3 else ""
    return (
        f"Bron '{source}': {', '.join(map(shown, waiting[:3]))}{rest} wordt nog geschreven; "
        "wat heel is komt de volgende nacht mee."
    )
