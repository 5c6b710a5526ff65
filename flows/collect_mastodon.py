"""An account on Mastodon: its own statuses, and for each thread what was said in it.

A server shows what it knows: replies from other servers that never reached it are not there. Without a
token it gives 60 replies per thread at most (docs.joinmastodon.org/methods/statuses).
"""

import re

from flows.collect_api import (
    Answer,
    Api,
    Ask,
    Onward,
    Scope,
    all_before,
    bearer,
    limit_reset,
    text_at,
    with_query,
)

_STATUSES, _CONTEXT = "mastodon", "mastodon-context"
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next"?')


def _first(scope: Scope) -> tuple[Ask, ...]:
    if scope.account.isdecimal():
        return (_statuses(scope.account, scope),)
    name = scope.account.removeprefix("@")
    return (Ask("", with_query(f"{scope.base}/api/v1/accounts/lookup", acct=name)),)


def _statuses(account: str, scope: Scope) -> Ask:
    url = f"{scope.base}/api/v1/accounts/{account}/statuses"
    return Ask(_STATUSES, with_query(url, limit=40, exclude_reblogs="true"))


def _onward(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    if not ask.reader:
        return Onward(below=(_statuses(text_at(answer.document, "id"), scope),))
    if ask.reader == _CONTEXT or not isinstance(answer.document, list):
        return Onward()
    statuses = [status for status in answer.document if isinstance(status, dict)]
    here = {text_at(status, "id") for status in statuses}
    below = tuple(
        Ask(_CONTEXT, f"{scope.base}/api/v1/statuses/{text_at(status, 'id')}/context", of_item=True)
        for status in statuses
        if not (_answers_itself(status) and text_at(status, "in_reply_to_id") in here)
    )
    old = all_before([text_at(status, "created_at") for status in statuses], scope.since)
    link = _NEXT.search(answer.headers.get("link", ""))
    return Onward(None if old or not link else Ask(_STATUSES, link[1], cursor=True), below)


def _answers_itself(status: dict[str, object]) -> bool:
    """The rest of a thread of its own: the context of the status before it has it, when that is asked for."""
    return text_at(status, "in_reply_to_account_id") == text_at(status, "account", "id") != ""


def _pause(answer: Answer) -> float:
    return limit_reset(answer, "x-ratelimit")


MASTODON = Api(
    name="Mastodon",
    home="",
    readers=(_STATUSES, _CONTEXT),
    first=_first,
    onward=_onward,
    token_headers=bearer,
    rights="read:statuses en read:accounts",
    needs_token=False,
    pause=_pause,
    whole="with a token",
)
