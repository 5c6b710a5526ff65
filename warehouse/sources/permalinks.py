"""What a public address says: the plain form of it, the platform, and the id of the message there."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

_PLATFORMS = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.watch": "facebook", "instagram.com": "instagram",
    "twitter.com": "x", "x.com": "x", "linkedin.com": "linkedin", "youtube.com": "youtube",
    "youtu.be": "youtube", "tiktok.com": "tiktok", "bsky.app": "bluesky", "reddit.com": "reddit",
    "redd.it": "reddit", "nextdoor.com": "nextdoor", "nextdoor.nl": "nextdoor", "threads.net": "threads",
    "threads.com": "threads",
}  # fmt: skip
_SAME_HOST = {"twitter.com": "x.com", "fb.com": "facebook.com", "threads.net": "threads.com"}
_PREFIX = re.compile(r"^(?:(?:www|m|mobile|mbasic|web|nl-nl|old|touch)\.)+(?=[^.]+\.)")
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|igshid|igsh|ref|ref_src|ref_url|s|si|t|mibextid|__\w+(?:\[\d*\])?|rdid)$"
)
_END = re.compile(r"[/\s]+$")
_X_STATUS = re.compile(r"^/(?:i/(?:web/)?|[^/]+/)status(?:es)?/(\d+)")
_AT_POST = re.compile(r"^at://(did:[^/]+)/app\.bsky\.feed\.post/(\w+)$")
_MASTODON = re.compile(r"^/(?:@[^/]+|users/[^/]+/statuses)/(\d+)$")


def canonical_url(url: str) -> str:
    """An address without what differs between routes to the same page: host prefix, tracking, fragment.

    A post's at:// name becomes its address on bsky.app; what else is no web address stays as it is.
    """
    parts = _web(url)
    if parts is None:
        post = _AT_POST.match(url.strip())
        return f"https://bsky.app/profile/{post[1]}/post/{post[2]}" if post else url.strip()
    host, path = parts
    split = urlsplit(url.strip())
    query = [(k, v) for k, v in parse_qsl(split.query, keep_blank_values=True) if not _TRACKING.match(k)]
    if host == "youtu.be" and len(path) > 1:
        host, path, query = "youtube.com", "/watch", [("v", path[1:]), *query]
    status = _X_STATUS.match(path) if host == "x.com" else None
    if status:
        return f"https://x.com/i/status/{status[1]}"
    return urlunsplit(("https", host, path, urlencode(query), ""))


def platform_of_url(url: str) -> str | None:
    """The platform that an address belongs to; "web" for any other host, None for what is no address."""
    parts = _web(url)
    if parts is None:
        return None
    host, path = parts
    known = next((name for end, name in _PLATFORMS.items() if host == end or host.endswith(f".{end}")), None)
    return known or ("mastodon" if _MASTODON.match(path) else "web")


def id_of_url(url: str) -> str | None:
    """The platform's own id in a permalink; None when an address has none. What is no address stays."""
    parts = _web(url)
    if parts is None:
        return url
    host, path = parts
    platform = platform_of_url(url)
    query = parse_qs(urlsplit(url.strip()).query)
    find = _IDS.get(platform or "")
    return find(host, path, {key: values[0] for key, values in query.items()}) if find else None


def parent_of_url(url: str) -> str | None:
    """The id of what a comment's permalink stands under, as the Graph API of Facebook gives it.

    pageid_postid for a comment, postid_commentid for a reply; None for any other address. What is no
    address stays.
    """
    parts = _web(url)
    if parts is None:
        return url
    if platform_of_url(url) != "facebook":
        return None
    query = {key: values[0] for key, values in parse_qs(urlsplit(url.strip()).query).items()}
    place = re.match(r"^/(\d+)/\w+/(\d+)$", parts[1])
    if "comment_id" not in query or place is None:
        return None
    return f"{place[2]}_{query['comment_id']}" if "reply_comment_id" in query else f"{place[1]}_{place[2]}"


def _web(url: str) -> tuple[str, str] | None:
    """Host and path of an address, in plain form."""
    try:
        split = urlsplit(url.strip())
        host = (split.hostname or "").rstrip(".")
    except ValueError:
        return None
    if split.scheme.lower() not in ("http", "https") or not host or "\\" in split.netloc:
        return None
    host = f"[{host}]" if ":" in host else _PREFIX.sub("", host)
    return _SAME_HOST.get(host, host), _END.sub("", split.path)


def _x_id(_host: str, path: str, _query: dict[str, str]) -> str | None:
    found = _X_STATUS.match(path)
    return found[1] if found else None


def _facebook_id(_host: str, path: str, query: dict[str, str]) -> str | None:
    """pageid_postid where both are in it; of a comment the id that the Graph API gives, postid_commentid."""
    post = query.get("story_fbid") or query.get("fbid") or query.get("v") or _last_number(path)
    comment = query.get("reply_comment_id") or query.get("comment_id")
    if post and comment and comment.isdigit():
        return f"{post}_{comment}"
    owner = query.get("id")
    return f"{owner}_{post}" if post and owner and query.get("story_fbid") else post


def _instagram_id(_host: str, path: str, _query: dict[str, str]) -> str | None:
    found = re.search(r"/(?:p|reel|reels|tv)/([\w-]+)", path)
    return found[1] if found else None


def _youtube_id(host: str, path: str, query: dict[str, str]) -> str | None:
    if "lc" in query:
        return query["lc"]
    short = re.search(r"^/(?:shorts|live|embed)/([\w-]+)", path)
    return query.get("v") or (path[1:] or None if host == "youtu.be" else short[1] if short else None)


def _linkedin_id(_host: str, path: str, query: dict[str, str]) -> str | None:
    if "commentUrn" in query:
        return query["commentUrn"]
    urn = re.search(r"(urn:li:(?:activity|share|ugcPost):\d+)", path)
    slug = re.search(r"-(activity|share|ugcPost)-(\d+)", path)
    return urn[1] if urn else f"urn:li:{slug[1]}:{slug[2]}" if slug else None


def _tiktok_id(_host: str, path: str, _query: dict[str, str]) -> str | None:
    found = re.search(r"/(?:video|photo)/(\d+)", path)
    return found[1] if found else None


def _reddit_id(host: str, path: str, _query: dict[str, str]) -> str | None:
    found = re.search(r"/comments/(\w+)(?:/[^/]*/(\w+))?", path)
    if found:
        return f"t1_{found[2]}" if found[2] else f"t3_{found[1]}"
    return f"t3_{path[1:]}" if host == "redd.it" and len(path) > 1 else None


def _bluesky_id(_host: str, path: str, _query: dict[str, str]) -> str | None:
    found = re.match(r"^/profile/(did:[^/]+)/post/(\w+)", path)
    return f"at://{found[1]}/app.bsky.feed.post/{found[2]}" if found else None


def _mastodon_id(host: str, path: str, _query: dict[str, str]) -> str | None:
    return f"https://{host}{path}"


def _last_number(path: str) -> str | None:
    found = re.search(r"/(\d{5,})$", path) or re.search(r"/(pfbid\w+)$", path)
    return found[1] if found else None


_IDS: dict[str, Callable[[str, str, dict[str, str]], str | None]] = {
    "bluesky": _bluesky_id,
    "facebook": _facebook_id,
    "instagram": _instagram_id,
    "linkedin": _linkedin_id,
    "mastodon": _mastodon_id,
    "reddit": _reddit_id,
    "tiktok": _tiktok_id,
    "x": _x_id,
    "youtube": _youtube_id,
}
