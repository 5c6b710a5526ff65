"""The facts of the APIs hold for whatever a server may say."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.collect_address import same_origin
from flows.collect_api import (
    Answer,
    Ask,
    Scope,
    all_before,
    limit_reset,
    retry_after,
    with_query,
    without_query,
)
from flows.collect_apis import APIS
from flows.collect_json import without_token
from tests.replay import CANARY

SINCE = datetime(2026, 2, 1, tzinfo=UTC)
SCOPE = Scope("https://api.example/v1", "440", SINCE)
KEYS = (
    "data",
    "paging",
    "next",
    "comments",
    "replies",
    "items",
    "snippet",
    "id",
    "meta",
    "next_token",
    "feed",
    "post",
    "record",
    "reply",
    "root",
    "uri",
    "thread",
    "cursor",
    "results",
    "_links",
    "href",
    "error",
    "code",
    "errors",
    "reason",
    "contentDetails",
    "relatedPlaylists",
    "uploads",
    "totalReplyCount",
    "public_metrics",
    "reply_count",
    "account",
    "in_reply_to_account_id",
    "created_at",
    "indexedAt",
    "plaatsgevondenOp",
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just("2026-03-01T00:00:00Z"),
    st.sampled_from(["0001-01-01T00:00:00+14:00", "https://api.example", "http://["]),
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "link", "x-rate-limit-remaining", "x-rate-limit-reset", "x-app-usage"]),
    st.text(max_size=12)
    | st.sampled_from(["0", "99999999999", '{"call_count": 99}', "[]", '<x>; rel="next"']),
)


def answer(document: object, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, b"", document, datetime(2026, 3, 10, 2, tzinfo=UTC))


@pytest.mark.parametrize("name", APIS)
@given(document=DOCUMENTS, headers=HEADERS, status=st.sampled_from([200, 400, 403, 429, 500]))
def test_no_answer_breaks_an_api(name: str, document: object, headers: dict[str, str], status: int) -> None:
    api = APIS[name]
    given_answer = answer(document, status, **headers)
    assert api.pause(given_answer) >= 0
    api.trouble(status, document)
    readers = {ask.reader for ask in api.first(SCOPE)} | {"", *api.readers}
    for reader in readers:
        found = api.onward(Ask(reader, "https://api.example/users/1/tweets"), given_answer, SCOPE)
        asks = [*found.below, *([found.next] if found.next else [])]
        assert {ask.reader for ask in asks} <= {"", *api.readers}
        assert all(not ask.of_item for ask in [found.next] if ask)


@given(st.text(max_size=30), st.sampled_from(["https://api.example", "https://api.example:8443/v1"]))
def test_only_the_own_host_is_ever_asked(url: str, base: str) -> None:
    for candidate in (url, f"https://api.example{url}", f"https://{url}/x", f"//{url}"):
        found = same_origin(candidate, urlsplit(base))
        assert found is None or urlsplit(found)[:2] == urlsplit(base)[:2]


@pytest.mark.parametrize(
    "url",
    ["https://api.example@elders.example/", "https://api.example.elders.example/", "https://api.example:444/",
     "https://elders.example/https://api.example/", "https://API.example\\@elders.example/"],
)  # fmt: skip
def test_addresses_that_look_like_the_own_host_are_refused(url: str) -> None:
    assert same_origin(url, urlsplit("https://api.example")) is None


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=8), max_size=4), st.text(max_size=8))
def test_a_parameter_is_set_and_the_others_stay(query: dict[str, str], value: str) -> None:
    url = with_query(with_query("https://api.example/x", **query), cursor=value)
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == {**query, "cursor": value}
    assert "cursor" not in dict(parse_qsl(urlsplit(without_query(url, "cursor")).query))


def test_a_list_stops_only_where_all_is_old() -> None:
    old, new = "2025-12-31T00:00:00+0000", "2026-02-02T00:00:00.000Z"
    assert all_before([old, old], SINCE)
    assert not all_before([], SINCE)
    assert not all_before([old, new], SINCE)
    assert not all_before([old, "gisteren"], SINCE)
    assert not all_before([old, "2025-12-31T00:00:00"], SINCE)


def test_what_a_server_asks_to_wait_is_counted_by_its_own_clock() -> None:
    assert retry_after(answer({}, 429, retry_after="17")) == 17
    assert retry_after(answer({}, 429, retry_after="Tue, 10 Mar 2026 02:00:30 GMT")) == 30
    assert retry_after(answer({}, 429, retry_after="Tue, 10 Mar 2026 01:00:00 GMT")) == 0
    assert retry_after(answer({}, 429, retry_after="straks")) is None
    assert limit_reset(answer({}, 429, x_reset="1773108060"), "x") == 60
    assert limit_reset(answer({}, 200, x_remaining="0", x_reset="2026-03-10T02:00:05Z"), "x") == 5
    assert limit_reset(answer({}, 200, x_remaining="1", x_reset="2026-03-10T02:00:05Z"), "x") == 0
    assert limit_reset(answer({}, 429), "x") == 0


@pytest.mark.parametrize(
    "content",
    [
        f'{{"next": "https://x/y?access_token={CANARY}&limit=2"}}',
        f'{{"next": "https:\\/\\/x\\/y?limit=2\\u0026access_token={CANARY}\\u0026after=Q"}}',
        f'{{"next": "y?u=https%3A%2F%2Fx%3Faccess_token%3D{CANARY}"}}',
        f'{{"echo": "{CANARY}"}}',
        '{"echo": "EAAGkanarie0token%2Bmet%2Ftekens%3D0123456789"}',
    ],
)
def test_the_token_goes_from_a_page(content: str) -> None:
    cleaned = without_token(content.encode(), CANARY).decode()
    assert "EAAGkanarie" not in cleaned
    assert ("limit=2" in cleaned) == ("limit=2" in content)


@given(st.binary(max_size=60).filter(lambda content: b"access_token" not in content))
def test_a_page_without_a_token_stays_as_it_was(content: bytes) -> None:
    assert without_token(content, CANARY) == content
    assert without_token(content, None) == content
