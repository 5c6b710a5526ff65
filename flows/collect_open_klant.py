"""Open Klant 2: contacts with residents, newest first until older than the window.

The API cannot filter on a period and has no moment of change (klantinteracties 2.18): what is changed in an
older contact is not seen.
"""

from flows.collect_api import Answer, Api, Ask, Onward, Scope, all_before, items_at, text_at, with_query


def _first(scope: Scope) -> tuple[Ask, ...]:
    url = f"{scope.base}/klantinteracties/api/v1/klantcontacten"
    return (Ask("open-klant", with_query(url, page=1, pageSize=100, expand="hadBetrokkenen")),)


def _onward(ask: Ask, answer: Answer, scope: Scope) -> Onward:
    times = [text_at(contact, "plaatsgevondenOp") for contact in items_at(answer.document, "results")]
    url = text_at(answer.document, "next")
    return Onward(Ask(ask.reader, url, cursor=True) if url and not all_before(times, scope.since) else None)


def _token(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


OPEN_KLANT = Api(
    name="Open Klant",
    home="",
    readers=("open-klant",),
    first=_first,
    onward=_onward,
    token_headers=_token,
    rights="klantinteracties lezen",
)
