"""An account on X, replayed in the shape of API v2."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.replay import CANARY, NOW, Asked, Night, Replay, Reply, messages, night, replay
from warehouse.errors import SourceError

USER = "440000001"


def tweet(number: int, replies: int = 0, conversation: int | None = None) -> dict[str, object]:
    return {
        "id": str(number),
        "text": "De weekmarkt is zaterdag op het plein.",
        "author_id": USER,
        "conversation_id": str(conversation or number),
        "created_at": "2026-03-08T10:00:00.000Z",
        "public_metrics": {"reply_count": replies, "like_count": 1, "retweet_count": 0, "quote_count": 0},
    }


ROOT = 1_900_000_000_000_000_000


def x(asked: Asked) -> object:
    token = asked.query.get("pagination_token", "") + asked.query.get("next_token", "")
    if asked.path == "/2/users/by/username/vechterbeek":
        return {"data": {"id": USER, "name": "Gemeente Vechterbeek", "username": "vechterbeek"}}
    if asked.path.startswith("/2/users/by/username/"):
        gone = {"type": "https://api.twitter.com/2/problems/resource-not-found", "title": "Not Found Error"}
        return {"errors": [gone]}
    roots = [tweet(ROOT + number, replies=2) for number in range(15)]
    return {
        (f"/2/users/{USER}/tweets", ""): {"data": roots, "meta": {"result_count": 15, "next_token": "t2"}},
        (f"/2/users/{USER}/tweets", "t2"): {
            "data": [tweet(5), tweet(6, replies=3, conversation=4)],
            "meta": {"result_count": 2},
        },
        (f"/2/users/{USER}/mentions", ""): {"meta": {"result_count": 0}},
        ("/2/tweets/search/recent", ""): {
            "data": [tweet(7)],
            "meta": {"result_count": 1, "next_token": "s2"},
        },
        ("/2/tweets/search/recent", "s2"): {"data": [tweet(8)], "meta": {"result_count": 1}},
    }.get((asked.path, token))


def account(inbox: Path, server: Replay, name: str = USER) -> Night:
    return night(inbox, "x", f"{server.url}/2", "x-api-v2", name)


def steps(server: Replay) -> list[str]:
    return [asked.path.rpartition("/")[2] for asked in server.asked]


def test_timeline_mentions_and_conversations(tmp_path: Path) -> None:
    with replay(x) as server:
        found = account(tmp_path, server).pull()
    assert steps(server) == ["tweets", "tweets", "mentions", "recent", "recent", "recent", "recent"]
    assert server.asked[0].query["start_time"] == "2026-02-03T02:00:00Z"
    assert server.asked[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert {asked.query["tweet.fields"] for asked in server.asked} == {
        "author_id,conversation_id,created_at,in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets"
    }
    queries = [
        asked.query["query"]
        for asked in server.asked
        if "next_token" not in asked.query and "query" in asked.query
    ]
    assert all(len(query) <= 512 for query in queries)
    assert " OR ".join(queries).split(" OR ") == [f"conversation_id:{ROOT + number}" for number in range(15)]
    assert (len(found.paths), set(found.readers), found.sentence) == (7, {"x-api-v2"}, None)
    assert len(messages(found, [USER])) == 19
    assert not found.complete  # search looks back seven days: what is not found may still exist


def test_an_account_may_be_given_by_name(tmp_path: Path) -> None:
    with replay(x) as server:
        assert len(account(tmp_path, server, "@vechterbeek").pull().paths) == 7
    assert steps(server)[0] == "vechterbeek"


def test_an_account_that_is_not_there_is_said(tmp_path: Path) -> None:
    with replay(x) as server, pytest.raises(SourceError, match="kent dit account"):
        account(tmp_path, server, "elders").pull()


def test_a_limit_is_waited_for_until_its_reset_by_the_clock_of_the_server(tmp_path: Path) -> None:
    later = NOW + timedelta(hours=3)
    reset = str(int(later.replace(tzinfo=UTC).timestamp()) + 120)
    limited = Reply({}, 429, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}, now=later)
    last_one = Reply(
        x(Asked(f"/2/users/{USER}/mentions", {}, {}, "")), headers=dict(limited.headers), now=later
    )
    with replay(x, {1: limited, 3: last_one}) as server:
        tonight = account(tmp_path, server)
        tonight.pull()
    assert tonight.waited == [120, 120]


def test_the_window_in_the_address_is_asked_again_when_the_clock_is_wrong(tmp_path: Path) -> None:
    later = NOW + timedelta(days=1)

    def ahead(asked: Asked) -> Reply:
        return Reply(x(asked), now=later)

    with replay(ahead) as server:
        found = account(tmp_path, server).pull()
    assert [asked.query["start_time"] for asked in server.asked[:2]] == [
        "2026-02-03T02:00:00Z",
        "2026-02-04T02:00:00Z",
    ]
    assert steps(server) == ["tweets", "tweets", "tweets", "mentions", "recent", "recent", "recent", "recent"]
    assert len(found.paths) == 7
    assert found.window_start == later - timedelta(days=35)
