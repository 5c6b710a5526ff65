"""A YouTube channel, replayed in the shape of the Data API."""

from pathlib import Path

import pytest

from tests.replay import CANARY, Asked, Night, Replay, Reply, messages, night, replay
from warehouse.errors import SourceError

CHANNEL, UPLOADS = "UCvechterbeek", "UUvechterbeek"


def spoken(number: str, parent: str | None = None) -> dict[str, object]:
    snippet = {
        "authorDisplayName": "@bedachte-inwoner",
        "authorChannelId": {"value": "UCinwoner"},
        "textDisplay": "Komt er ook een speeltuin?",
        "publishedAt": "2026-03-08T10:00:00Z",
        "updatedAt": "2026-03-08T10:00:00Z",
        **({"parentId": parent} if parent else {}),
    }
    return {"kind": "youtube#comment", "id": number, "snippet": snippet}


def thread(number: str, replies: int, given: int) -> dict[str, object]:
    top = spoken(number)
    return {
        "kind": "youtube#commentThread",
        "id": number,
        "snippet": {
            "channelId": CHANNEL,
            "videoId": "V1",
            "topLevelComment": top,
            "totalReplyCount": replies,
        },
        **(
            {"replies": {"comments": [spoken(f"{number}.{n}", number) for n in range(given)]}}
            if given
            else {}
        ),
    }


def video(number: str, day: str) -> dict[str, object]:
    return {
        "kind": "youtube#playlistItem",
        "id": f"item-{number}",
        "snippet": {
            "channelId": CHANNEL,
            "channelTitle": "Gemeente Vechterbeek",
            "title": "De nieuwe speeltuin",
            "description": "Kijk mee bij de opening.",
            "publishedAt": f"{day}T08:00:00Z",
            "resourceId": {"kind": "youtube#video", "videoId": number},
        },
        "contentDetails": {"videoId": number, "videoPublishedAt": f"{day}T08:00:00Z"},
        "status": {"privacyStatus": "public"},
    }


def youtube(asked: Asked) -> object:
    edge, token = asked.path.rpartition("/")[2], asked.query.get("pageToken", "")
    if edge == "channels":
        items = [{"id": CHANNEL, "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}}}]
        known = asked.query.get("id") == CHANNEL or asked.query.get("forHandle") == "@vechterbeek"
        return {"kind": "youtube#channelListResponse", **({"items": items} if known else {})}
    return {
        ("playlistItems", ""): {"nextPageToken": "V2", "items": [video("V1", "2026-03-01")]},
        ("playlistItems", "V2"): {"nextPageToken": "V3", "items": [video("V0", "2024-01-01")]},
        ("commentThreads", ""): {"nextPageToken": "T2", "items": [thread("a", 2, 2), thread("b", 7, 5)]},
        ("commentThreads", "T2"): {"items": [thread("c", 1, 0)]},
        ("comments", ""): {
            "nextPageToken": "R2" if asked.query.get("parentId") == "b" else None,
            "items": [spoken(f"{asked.query.get('parentId')}.0", asked.query.get("parentId"))],
        },
        ("comments", "R2"): {"items": [spoken("b.6", "b")]},
    }.get((edge, token))


def channel(inbox: Path, server: Replay, account: str = CHANNEL) -> Night:
    return night(inbox, "youtube", server.url, "youtube-comments", account)


def steps(server: Replay) -> list[tuple[str, str, str]]:
    return [
        (asked.path[1:], asked.query.get("parentId", ""), asked.query.get("pageToken", ""))
        for asked in server.asked
    ]


@pytest.mark.parametrize("account", [CHANNEL, "@vechterbeek"])
def test_videos_threads_and_the_replies_that_threads_leave_out(tmp_path: Path, account: str) -> None:
    with replay(youtube) as server:
        found = channel(tmp_path, server, account).pull()
    assert steps(server) == [
        ("channels", "", ""), ("playlistItems", "", ""), ("playlistItems", "", "V2"),
        ("commentThreads", "", ""), ("commentThreads", "", "T2"),
        ("comments", "b", ""), ("comments", "b", "R2"), ("comments", "c", ""),
    ]  # fmt: skip
    videos, threads, replies = "youtube-videos", "youtube-comments", "youtube-comment-replies"
    assert found.readers == (videos, videos, threads, threads, replies, replies, replies)
    known = messages(found, [CHANNEL])
    assert set(known) == {
        "V0",
        "V1",
        "a",
        "a.0",
        "a.1",
        "b",
        *(f"b.{n}" for n in (0, 1, 2, 3, 4, 6)),
        "c",
        "c.0",
    }
    assert known["V1"]["author_kind"] == "municipality"
    assert {known[number]["author_kind"] for number in ("a", "a.0", "b.6")} == {"resident"}
    assert found.complete
    assert server.asked[1].query["playlistId"] == UPLOADS
    assert server.asked[3].query["allThreadsRelatedToChannelId"] == CHANNEL
    assert {asked.headers["X-goog-api-key"] for asked in server.asked} == {CANARY}


def test_a_channel_that_is_not_there_is_said(tmp_path: Path) -> None:
    with replay(youtube) as server, pytest.raises(SourceError, match="kent dit account"):
        channel(tmp_path, server, "UCelders").pull()


def refused(status: int, reason: str) -> Reply:
    return Reply({"error": {"code": status, "errors": [{"reason": reason, "message": "geheim"}]}}, status)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (refused(403, "forbidden"), "mist een recht: een API-sleutel"),
        (refused(400, "keyInvalid"), "weigert het token"),
        (
            Reply({"error": {"errors": [], "details": [{"reason": "API_KEY_INVALID"}]}}, 400),
            "weigert het token",
        ),
    ],
)  # fmt: skip
def test_errors_are_told_apart_by_their_reason(tmp_path: Path, fault: Reply, says: str) -> None:
    with replay(youtube, {0: fault}) as server, pytest.raises(SourceError, match=says):
        channel(tmp_path, server).pull()


def test_when_the_quota_is_used_up_the_rest_comes_the_next_night(tmp_path: Path) -> None:
    with replay(youtube, {number: refused(403, "quotaExceeded") for number in range(4, 9)}) as server:
        tonight = channel(tmp_path, server)
        found = tonight.pull()
        assert (len(found.paths), found.complete) == (3, False)
        assert "komende nacht" in str(found.sentence)
        asked = len(server.asked)
        found = tonight.pull()
    assert found.complete
    assert steps(server)[asked:] == [
        ("commentThreads", "", "T2"), ("comments", "b", ""), ("comments", "c", ""), ("comments", "b", "R2")
    ] or len(steps(server)[asked:]) == 4  # fmt: skip


def test_a_thread_that_went_in_the_meantime_is_counted(tmp_path: Path) -> None:
    with replay(youtube, {5: refused(404, "commentNotFound")}) as server:
        tonight = channel(tmp_path, server)
        assert tonight.pull().complete
    assert tonight.told[-1].endswith("berichten verdwenen voordat hun reacties kwamen: 1.")
