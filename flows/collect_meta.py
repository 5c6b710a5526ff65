"""Facebook pages and Instagram accounts, by Meta's Graph API.

Paging (developers.facebook.com/docs/graph-api/results): a page may be shorter than asked or empty; the list
ends only where `next` is absent. Next addresses repeat the token, which goes before anything is kept.
"""

import json

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
    items_at,
    text_at,
    with_query,
    without_query,
)

_COMMENT = "id,message,created_time,from,parent{id},like_count,comment_count,permalink_url,is_private"
_POST = (
    "id,message,story,created_time,from,permalink_url,parent_id,is_published,shares,"
    f"reactions.limit(0).summary(1),comments.filter(stream).limit(100).summary(1){{{_COMMENT}}}"
)
_REPLY = "id,text,timestamp,username,from,user,like_count,parent_id,media"
_BELOW_MEDIA = f"{_REPLY},replies.limit(50){{{_REPLY}}}"
_MEDIA = (
    "id,caption,timestamp,permalink,username,owner,like_count,comments_count,view_count,shares_count,"
    f"comments.limit(50){{{_BELOW_MEDIA}}}"
)
_EXPIRED_TOKEN = (102, 190, 463, 467)
_NO_RIGHT = (3, 10, *range(200, 300))
_LIMITS = (4, 17, 32, 341, 613, 80_001, 80_002)
_GONE_SUBCODE = 33
_NEARLY_USED = 95.0
_COOL_DOWN = 300.0


def _page_posts(scope: Scope) -> tuple[Ask, ...]:
    url = f"{scope.base}/{scope.account}/published_posts"
    return (Ask("meta-graph", with_query(url, fields=_POST, limit=25)),)


def _media(scope: Scope) -> tuple[Ask, ...]:
    return (
        Ask("instagram-graph", with_query(f"{scope.base}/{scope.account}/media", fields=_MEDIA, limit=25)),
    )


def _below_posts(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    """The rest of the comments of posts that have more than fit in the page."""
    if ask.of_item:
        return Onward(_next(ask, answer.document))
    posts = items_at(answer.document, "data")
    below = [_rest(post, "comments", "meta-graph-comments") for post in posts]
    onward = None if _all_old(posts, "created_time", scope) else _next(ask, answer.document)
    return Onward(onward, tuple(rest for rest in below if rest))


def _below_media(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    """The rest of the comments of media, and of the replies to comments."""
    items = items_at(answer.document, "data")
    comments = (
        items if ask.of_item else [item for media in items for item in items_at(media, "comments", "data")]
    )
    below = [_rest(comment, "replies", "instagram-graph") for comment in comments]
    if ask.of_item:
        return Onward(_next(ask, answer.document), tuple(rest for rest in below if rest))
    below += [_rest(media, "comments", "instagram-graph") for media in items]
    onward = None if _all_old(items, "timestamp", scope) else _next(ask, answer.document)
    return Onward(onward, tuple(rest for rest in below if rest))


def _next(ask: Ask, document: object) -> Ask | None:
    url = text_at(document, "paging", "next")
    return Ask(ask.reader, without_query(url, "access_token"), ask.of_item, cursor=True) if url else None


def _rest(item: object, edge: str, reader: str) -> Ask | None:
    url = text_at(item, edge, "paging", "next")
    return Ask(reader, without_query(url, "access_token"), of_item=True, cursor=True) if url else None


def _all_old(items: list[dict[str, object]], time: str, scope: Scope) -> bool:
    return all_before([text_at(item, time) for item in items], scope.since)


def _trouble(status: int, document: object) -> Trouble | None:
    """By the error's code: the status is 400 for nearly all of them."""
    if status == 200 or not isinstance(at(document, "error"), dict):
        return None
    code = at(document, "error", "code")
    if at(document, "error", "error_subcode") == _GONE_SUBCODE:
        return Trouble.ABSENT
    if code in _EXPIRED_TOKEN:
        return Trouble.TOKEN
    if code in _NO_RIGHT:
        return Trouble.RIGHT
    if code in _LIMITS:
        return Trouble.LIMIT
    return Trouble.SERVER if at(document, "error", "is_transient") is True or code in (1, 2) else None


def _pause(answer: Answer) -> float:
    """Meta gives the share of the hour's allowance that is used, in percent, and no moment of reset."""
    used = [_largest(answer.headers.get(name, "")) for name in ("x-app-usage", "x-page-usage")]
    limited = _trouble(answer.status, answer.document) is Trouble.LIMIT
    return _COOL_DOWN if limited or max(used) >= _NEARLY_USED else 0.0


def _largest(written: str) -> float:
    try:
        shares = json.loads(written or "{}")
    except ValueError:
        return 0.0
    given = shares.values() if isinstance(shares, dict) else ()
    return max((float(share) for share in given if isinstance(share, int | float)), default=0.0)


META_PAGE = Api(
    name="Facebook (Graph API)",
    home="https://graph.facebook.com/v25.0",
    readers=("meta-graph", "meta-graph-comments"),
    first=_page_posts,
    onward=_below_posts,
    token_headers=bearer,
    rights="een paginatoken met pages_read_engagement en pages_read_user_content",
    trouble=_trouble,
    pause=_pause,
)
INSTAGRAM = Api(
    name="Instagram (Graph API)",
    home="https://graph.facebook.com/v25.0",
    readers=("instagram-graph",),
    first=_media,
    onward=_below_media,
    token_headers=bearer,
    rights="instagram_basic en instagram_manage_comments (of instagram_business_manage_comments)",
    trouble=_trouble,
    pause=_pause,
)
