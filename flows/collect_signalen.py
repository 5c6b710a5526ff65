"""Signalen: all reports that changed within the window, by its private API.

Asked by when they changed, so that an answer to an older report comes along, and in order of when they were
made, which never changes: a report that is changed during the pull moves none of the others to another page.
"""

from flows.collect_api import Answer, Api, Ask, Onward, Scope, bearer, text_at, with_query


def _first(scope: Scope) -> tuple[Ask, ...]:
    url = f"{scope.base}/signals/v1/private/signals/"
    since = scope.since.isoformat(timespec="seconds")
    return (Ask("signalen-api", with_query(url, page_size=100, updated_after=since, ordering="created_at")),)


def _onward(ask: Ask, answer: Answer, _scope: Scope) -> Onward:
    url = text_at(answer.document, "_links", "next", "href")
    return Onward(Ask(ask.reader, url, cursor=True) if url else None)


SIGNALEN = Api(
    name="Signalen",
    home="",
    readers=("signalen-api",),
    first=_first,
    onward=_onward,
    token_headers=bearer,
    rights="meldingen bekijken (sia_read) voor alle afdelingen",
)
