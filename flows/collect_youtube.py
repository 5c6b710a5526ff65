"""A YouTube channel: its videos, all comments on them, and the replies that a thread leaves out.

commentThreads.list gives some replies of a thread only; comments.list has them all
(developers.google.com/youtube/v3/docs/comments). Asked per channel, so that a comment on an old video
counts and a video with comments switched off gives no error.
"""

from flows.collect_api import (
    Answer,
    Api,
    Ask,
    Onward,
    Scope,
    Trouble,
    all_before,
    at,
    count_at,
    items_at,
    text_at,
    with_query,
)

_VIDEOS, _THREADS, _REPLIES = "youtube-videos", "youtube-comments", "youtube-comment-replies"
_LIMITS = ("quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded")
_GONE = ("commentThreadNotFound", "commentNotFound", "videoNotFound")


def _channel(scope: Scope) -> tuple[Ask, ...]:
    by = {"forHandle": scope.account} if scope.account.startswith("@") else {"id": scope.account}
    return (Ask("", with_query(f"{scope.base}/channels", part="contentDetails", **by)),)


def _onward(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    items = items_at(answer.document, "items")
    if not ask.reader:
        return Onward(below=tuple(found for item in items for found in _lists(item, scope)))
    return {_VIDEOS: _after_videos, _THREADS: _after_threads, _REPLIES: _after_replies}[ask.reader](
        ask, answer, scope
    )


def _lists(channel: dict[str, object], scope: Scope) -> tuple[Ask, ...]:
    uploads = text_at(channel, "contentDetails", "relatedPlaylists", "uploads")
    videos = with_query(
        f"{scope.base}/playlistItems", part="snippet,contentDetails,status", playlistId=uploads, maxResults=50
    )
    threads = with_query(
        f"{scope.base}/commentThreads", part="snippet,replies", maxResults=100, order="time",
        allThreadsRelatedToChannelId=text_at(channel, "id"), textFormat="plainText",
    )  # fmt: skip
    return Ask(_VIDEOS, videos), Ask(_THREADS, threads)


def _after_videos(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    times = [
        text_at(item, "contentDetails", "videoPublishedAt") for item in items_at(answer.document, "items")
    ]
    return Onward(None if all_before(times, scope.since) else _next(ask, answer))


def _after_threads(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    threads = items_at(answer.document, "items")
    times = [text_at(thread, "snippet", "topLevelComment", "snippet", "publishedAt") for thread in threads]
    below = tuple(
        Ask(
            _REPLIES,
            with_query(
                f"{scope.base}/comments", part="snippet", parentId=text_at(thread, "id"), maxResults=100,
                textFormat="plainText",
            ),
            of_item=True,
        )
        for thread in threads
        if count_at(thread, "snippet", "totalReplyCount") > len(items_at(thread, "replies", "comments"))
    )  # fmt: skip
    return Onward(None if all_before(times, scope.since) else _next(ask, answer), below)


def _after_replies(ask: Ask, answer: Answer, _scope: Scope) -> Onward:
    return Onward(_next(ask, answer))


def _next(ask: Ask, answer: Answer) -> Ask | None:
    token = text_at(answer.document, "nextPageToken")
    return Ask(ask.reader, with_query(ask.url, pageToken=token), ask.of_item, cursor=True) if token else None


def _trouble(status: int, document: object) -> Trouble | None:
    """403 stands for a used-up quota too, and an unknown channel is an empty list."""
    if status == 200:
        channels = at(document, "kind") == "youtube#channelListResponse"
        return Trouble.ABSENT if channels and not items_at(document, "items") else None
    reasons = {text_at(error, "reason") for error in items_at(document, "error", "errors")}
    if reasons & set(_LIMITS):
        return Trouble.LIMIT
    if reasons & set(_GONE):
        return Trouble.ABSENT
    details = {text_at(detail, "reason") for detail in items_at(document, "error", "details")}
    return Trouble.TOKEN if "API_KEY_INVALID" in details or reasons & {"keyInvalid", "keyExpired"} else None


def _key(token: str) -> dict[str, str]:
    """An API key in a header: in the address it would end up in the logs of proxies."""
    return {"X-goog-api-key": token}


YOUTUBE = Api(
    name="YouTube (Data API v3)",
    home="https://www.googleapis.com/youtube/v3",
    readers=(_THREADS, _REPLIES, _VIDEOS),
    first=_channel,
    onward=_onward,
    token_headers=_key,
    rights="een API-sleutel waarvoor YouTube Data API v3 aanstaat",
    trouble=_trouble,
)
