"""An account on Bluesky: its posts, and the thread of each, by the public API (no token needed).

Lexicons: app.bsky.feed.getAuthorFeed and app.bsky.feed.getPostThread.
"""

from collections.abc import Iterator

from flows.collect_api import (
    Answer,
    Api,
    Ask,
    Onward,
    Scope,
    Trouble,
    all_before,
    at,
    bearer,
    count_at,
    items_at,
    limit_reset,
    text_at,
    with_query,
)

_FEED, _THREAD = "bluesky-feed", "bluesky-thread"
_GONE = ("NotFound", "BlockedActor", "BlockedByActor")
_DEPTH = 25  # What is nested deeper in one file, the reader refuses.
_TOKEN = ("ExpiredToken", "InvalidToken", "AuthenticationRequired", "AuthMissing")


def _first(scope: Scope) -> tuple[Ask, ...]:
    url = f"{scope.base}/xrpc/app.bsky.feed.getAuthorFeed"
    actor = scope.account.removeprefix("@")
    return (Ask(_FEED, with_query(url, actor=actor, limit=100, filter="posts_with_replies")),)


def _onward(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    if ask.reader == _THREAD:
        return Onward(below=tuple(_deeper(at(answer.document, "thread"), scope)))
    feed = items_at(answer.document, "feed")
    threads = (_thread(item, scope) for item in feed if at(item, "reason") is None)
    cursor = text_at(answer.document, "cursor")
    old = all_before([_placed(item) for item in feed], scope.since)
    onward = Ask(_FEED, with_query(ask.url, cursor=cursor), cursor=True) if cursor and not old else None
    return Onward(onward, tuple(threads))


def _placed(item: object) -> str:
    """When it came into the feed: of a repost when it was reposted."""
    return text_at(item, "reason", "indexedAt") or (
        text_at(item, "post", "indexedAt") if at(item, "reason") is None else ""
    )


def _thread(item: object, scope: Scope) -> Ask:
    """The whole thread when the account began it; else only what is below its own post."""
    uri, root = text_at(item, "post", "uri"), text_at(item, "post", "record", "reply", "root", "uri")
    own = root.startswith(f"at://{text_at(item, 'post', 'author', 'did')}/")
    return _below(root if own else uri, scope)


def _below(uri: str, scope: Scope) -> Ask:
    url = f"{scope.base}/xrpc/app.bsky.feed.getPostThread"
    return Ask(_THREAD, with_query(url, uri=uri, depth=_DEPTH, parentHeight=0), of_item=True)


def _deeper(thread: object, scope: Scope) -> Iterator[Ask]:
    """The threads below the deepest posts of a thread that has more layers than were asked for."""
    layer = [thread]
    for _ in range(_DEPTH):
        layer = [reply for post in layer for reply in items_at(post, "replies")]
    for post in layer:
        if count_at(post, "post", "replyCount"):
            yield _below(text_at(post, "post", "uri"), scope)


def _trouble(status: int, document: object) -> Trouble | None:
    """Errors have a name, and mostly status 400."""
    name = text_at(document, "error")
    if status == 200 or not name:
        return None
    return Trouble.ABSENT if name in _GONE else Trouble.TOKEN if name in _TOKEN else None


def _pause(answer: Answer) -> float:
    return limit_reset(answer, "ratelimit")


BLUESKY = Api(
    name="Bluesky",
    home="https://public.api.bsky.app",
    readers=(_FEED, _THREAD),
    first=_first,
    onward=_onward,
    token_headers=bearer,
    rights="geen; laat token weg voor openbare berichten",
    needs_token=False,
    trouble=_trouble,
    pause=_pause,
)
