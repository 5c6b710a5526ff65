"""An account on Bluesky: its feed, and the thread of each post."""

from pathlib import Path

import pytest

from tests.replay import Asked, Night, Replay, Reply, messages, night, replay
from warehouse.errors import SourceError

OWN, OTHER = "did:plc:vechterbeek", "did:plc:inwoner"


def uri(did: str, key: str) -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


def item(
    key: str, day: str = "2026-03-08", root: str | None = None, repost: str | None = None
) -> dict[str, object]:
    record: dict[str, object] = {"text": "Het zwembad gaat open.", "createdAt": f"{day}T10:00:00.000Z"}
    if root:
        record["reply"] = {"root": {"uri": root}, "parent": {"uri": root}}
    author = OTHER if repost else OWN
    post = {
        "uri": uri(author, key),
        "author": {"did": author},
        "record": record,
        "indexedAt": f"{day}T10:00:01Z",
    }
    reason = {"reason": {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": f"{repost}T12:00:00Z"}}
    return {"post": post, **(reason if repost else {})}


def thread(key: str, replies: int = 0, below: object = None) -> dict[str, object]:
    record = {"text": "Eindelijk!", "createdAt": "2026-03-09T10:00:00.000Z"}
    post = {"uri": uri(OTHER, key), "author": {"did": OTHER, "handle": "inwoner.example"}, "record": record}
    found: dict[str, object] = {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": {**post, "replyCount": replies, "indexedAt": "2026-03-09T10:00:01.000Z"},
    }
    return found if below is None else {**found, "replies": [below]}


def bluesky(asked: Asked) -> object:
    if asked.path.endswith("getAuthorFeed"):
        return {
            "": {
                "cursor": "c2",
                "feed": [item("a"), item("b", root=uri(OWN, "a")), item("c", root=uri(OTHER, "z"))],
            },
            # All that was reposted here is old, but not the reposting.
            "c2": {"cursor": "c3", "feed": [item("r", "2020-01-01", repost="2026-03-01")]},
            "c3": {"cursor": "c4", "feed": [item("d", "2025-01-01")]},
        }[asked.query.get("cursor", "")]
    if asked.query["uri"] == uri(OWN, "a"):
        deep = thread("deep25", replies=2)
        for number in range(24, -1, -1):
            deep = thread(f"deep{number}", 1, deep)
        return {"thread": deep}
    return {"thread": thread("leaf")}


def account(inbox: Path, server: Replay, name: str = "@vechterbeek.example") -> Night:
    return night(inbox, "bluesky", server.url, "bluesky-feed", name, token="")


def test_feed_and_threads_each_once_and_deeper_where_they_are_cut(tmp_path: Path) -> None:
    with replay(bluesky) as server:
        found = account(tmp_path, server).pull()
    assert [asked.query.get("cursor") or asked.query.get("uri") for asked in server.asked] == [
        None, "c2", "c3", uri(OWN, "a"), uri(OWN, "c"), uri(OWN, "d"), uri(OTHER, "deep25"),
    ]  # fmt: skip
    assert server.asked[0].query == {
        "actor": "vechterbeek.example",
        "limit": "100",
        "filter": "posts_with_replies",
    }
    known = messages(found, [OWN])
    assert {key for key in known if OWN in key} == {uri(OWN, key) for key in "abcd"}
    assert len(known) == 4 + 26 + 1
    assert known[uri(OTHER, "deep25")]["author_kind"] == "resident"
    assert found.readers == ("bluesky-feed",) * 3 + ("bluesky-thread",) * 4
    assert found.complete


def named(name: str) -> Reply:
    return Reply({"error": name, "message": "een zin van een inwoner"}, 400)


def test_a_post_that_went_in_the_meantime_is_counted(tmp_path: Path) -> None:
    with replay(bluesky, {3: named("NotFound")}) as server:
        tonight = account(tmp_path, server)
        assert tonight.pull().complete
    assert tonight.told[-1].endswith("berichten verdwenen voordat hun reacties kwamen: 1.")


@pytest.mark.parametrize(
    ("name", "says"), [("InvalidRequest", "weigert de vraag"), ("ExpiredToken", "het token")]
)
def test_errors_are_told_apart_by_their_name(tmp_path: Path, name: str, says: str) -> None:
    with replay(bluesky, {0: named(name)}) as server, pytest.raises(SourceError, match=says) as raised:
        account(tmp_path, server).pull()
    assert "inwoner" not in str(raised.value)
