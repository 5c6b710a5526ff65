"""An account on X: its own posts, posts that mention it, and the conversations below its posts.

Every post that is read costs money, and every user too: no expansions are asked for, a post names its author
by id. Search covers the last seven days only, so what a pull does not hold may still exist.
"""

from datetime import UTC
from urllib.parse import quote, urlsplit

from flows.collect_api import (
    Answer,
    Api,
    Ask,
    Onward,
    Scope,
    Trouble,
    bearer,
    count_at,
    items_at,
    limit_reset,
    text_at,
    with_query,
)

_READER = "x-api-v2"
_FIELDS = (
    "author_id,conversation_id,created_at,in_reply_to_user_id,lang,note_tweet,public_metrics,"
    "referenced_tweets"
)
_LONGEST_QUERY = 512
_SEARCH = "/tweets/search/recent"


def _first(scope: Scope) -> tuple[Ask, ...]:
    if scope.account.isdecimal():
        return _lists(scope.account, scope)
    name = quote(scope.account.removeprefix("@"), safe="")
    return (Ask("", f"{scope.base}/users/by/username/{name}"),)


def _lists(user: str, scope: Scope) -> tuple[Ask, ...]:
    since = scope.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {"max_results": "100", "start_time": since, "tweet.fields": _FIELDS}
    own = with_query(f"{scope.base}/users/{user}/tweets", **wanted, exclude="retweets")
    return Ask(_READER, own), Ask(_READER, with_query(f"{scope.base}/users/{user}/mentions", **wanted))


def _onward(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    if not ask.reader:
        return Onward(below=_lists(text_at(answer.document, "data", "id"), scope))
    path = urlsplit(ask.url).path
    token = text_at(answer.document, "meta", "next_token")
    place = "next_token" if path.endswith(_SEARCH) else "pagination_token"
    onward = Ask(_READER, with_query(ask.url, **{place: token}), cursor=True) if token else None
    return Onward(onward, _conversations(answer, scope) if path.endswith("/tweets") else ())


def _conversations(answer: Answer, scope: Scope) -> tuple[Ask, ...]:
    """Searches for what was said below the posts of a page, as many conversations in one as fit."""
    queries: list[str] = []
    for tweet in items_at(answer.document, "data"):
        number = text_at(tweet, "id")
        if number != text_at(tweet, "conversation_id") or not count_at(
            tweet, "public_metrics", "reply_count"
        ):
            continue
        term = f"conversation_id:{number}"
        if queries and len(queries[-1]) + len(" OR ") + len(term) <= _LONGEST_QUERY:
            queries[-1] += f" OR {term}"
        else:
            queries.append(term)
    url = with_query(f"{scope.base}{_SEARCH}", **{"max_results": "100", "tweet.fields": _FIELDS})
    return tuple(Ask(_READER, with_query(url, query=query)) for query in queries)


def _trouble(status: int, document: object) -> Trouble | None:
    """An account that is not there is a 200 without data."""
    missing = status == 200 and not text_at(document, "data", "id") and not items_at(document, "data")
    not_found = any("resource-not-found" in text_at(error, "type") for error in items_at(document, "errors"))
    return Trouble.ABSENT if missing and not_found else None


def _pause(answer: Answer) -> float:
    return limit_reset(answer, "x-rate-limit")


X = Api(
    name="X (API v2)",
    home="https://api.x.com/2",
    readers=(_READER,),
    first=_first,
    onward=_onward,
    token_headers=bearer,
    rights="tweet.read en users.read, en genoeg tegoed in het ontwikkelaarsaccount",
    trouble=_trouble,
    pause=_pause,
    whole="never",
)
