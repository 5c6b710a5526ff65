"""A Facebook page and an Instagram account, replayed in the shape of the Graph API."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.replay import CANARY, Asked, Night, Replay, Reply, documents, messages, night, replay
from warehouse.errors import SourceError

PAGE = "2300000001"


def paging(path: str, after: str | None, **query: str) -> dict[str, object]:
    """What Meta writes below a list: the token stands in the address of the next page."""
    cursors = {"before": "QVFI", "after": after or "QVFJ"}
    if after is None:
        return {"cursors": cursors}
    asked = urlencode({"access_token": CANARY, "pretty": "0", **query, "limit": "25", "after": after})
    return {"cursors": cursors, "next": f"{{base}}/v25.0/{path}?{asked}"}


def comment(number: int) -> dict[str, object]:
    return {
        "id": f"900_{number}",
        "message": f"Reactie {number}: de glasbak zit vol 😡",
        "created_time": "2026-03-08T10:00:00+0000",
        "from": {"id": f"77{number}", "name": "Sanne de Invented"},
    }


def post(number: int, day: str = "2026-03-07", more: str | None = None) -> dict[str, object]:
    own = f"{PAGE}_{number}"
    return {
        "id": own,
        "message": "Zaterdag is de milieustraat open.",
        "created_time": f"{day}T09:00:00+0000",
        "from": {"id": PAGE, "name": "Gemeente Vechterbeek"},
        "comments": {"data": [comment(number)], "paging": paging(f"{own}/comments", more, filter="stream")},
    }


FEED: Mapping[str, object] = {
    "": {"data": [post(1, more="K1"), post(2)], "paging": paging(f"{PAGE}/published_posts", "A2")},
    # Short and even empty pages are not the end: only the absence of `next` is.
    "A2": {"data": [], "paging": paging(f"{PAGE}/published_posts", "A3")},
    "A3": {"data": [post(3)], "paging": paging(f"{PAGE}/published_posts", None)},
}
COMMENTS: Mapping[str, object] = {
    "K1": {"data": [comment(11)], "paging": paging(f"{PAGE}_1/comments", "K2", filter="stream")},
    "K2": {"data": [comment(12)], "paging": paging(f"{PAGE}_1/comments", None)},
}


def facebook(asked: Asked) -> object:
    after = asked.query.get("after", "")
    if asked.path == f"/v25.0/{PAGE}/published_posts":
        return FEED[after]
    return COMMENTS[after] if asked.path == f"/v25.0/{PAGE}_1/comments" else None


def page(inbox: Path, server: Replay) -> Night:
    return night(inbox, "meta-page", f"{server.url}/v25.0", "meta-graph", PAGE)


def steps(server: Replay) -> list[tuple[str, str]]:
    return [(asked.path.rpartition("/")[2], asked.query.get("after", "")) for asked in server.asked]


def test_posts_come_first_then_the_comments_that_did_not_fit(tmp_path: Path) -> None:
    with replay(facebook) as server:
        found = page(tmp_path, server).pull()
    assert steps(server) == [
        ("published_posts", ""), ("published_posts", "A2"), ("published_posts", "A3"),
        ("comments", "K1"), ("comments", "K2"),
    ]  # fmt: skip
    assert found.readers == ("meta-graph",) * 3 + ("meta-graph-comments",) * 2
    assert found.complete
    known = messages(found, [PAGE])
    own, theirs = {f"{PAGE}_{n}" for n in (1, 2, 3)}, {f"900_{n}" for n in (1, 2, 3, 11, 12)}
    assert set(known) == own | theirs
    assert {known[number]["author_kind"] for number in theirs} == {"resident"}
    assert re.match(r"id,message,.*comments\.filter\(stream\)", server.asked[0].query["fields"])


def test_the_token_travels_in_the_header_and_stands_in_no_page(tmp_path: Path) -> None:
    with replay(facebook) as server:
        found = page(tmp_path, server).pull()
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {CANARY}"}
    assert [target for target in server.targets if "access_token" in target] == []
    for path in found.paths:
        assert b"access_token" not in path.read_bytes()
    first: Any = documents(found)[0]
    assert first["paging"]["next"].startswith(f"{server.url}/v25.0/{PAGE}/published_posts?pretty=0&limit=25")
    assert first["data"][1]["message"] == "Zaterdag is de milieustraat open."


def test_a_pinned_post_does_not_end_the_pull_but_a_page_of_old_posts_does(tmp_path: Path) -> None:
    old = "2025-01-01"
    feed = {
        "": {"data": [post(1, old), post(2)], "paging": paging(f"{PAGE}/published_posts", "A2")},
        "A2": {"data": [post(3, old), post(4, old)], "paging": paging(f"{PAGE}/published_posts", "A3")},
    }
    with replay(lambda asked: feed[asked.query.get("after", "")]) as server:
        assert page(tmp_path, server).pull().complete
    assert steps(server) == [("published_posts", ""), ("published_posts", "A2")]


def error(code: int, status: int = 400, **more: object) -> Reply:
    return Reply({"error": {"message": "Een zin van een inwoner", "code": code, **more}}, status)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (error(190), "weigert het token; vernieuw het"),
        (error(200, 403), "mist een recht: een paginatoken met pages_read_engagement"),
        (error(10), "mist een recht"),
        (error(100, error_subcode=33), "kent dit account of adres niet"),
        (error(100), "weigert de vraag"),
    ],
)
def test_errors_are_told_apart_by_their_code(tmp_path: Path, fault: Reply, says: str) -> None:
    with replay(facebook, {0: fault}) as server, pytest.raises(SourceError, match=says) as raised:
        page(tmp_path, server).pull()
    assert "inwoner" not in str(raised.value)
    assert f"status {fault.status}" in str(raised.value)


def test_a_used_up_allowance_is_waited_for(tmp_path: Path) -> None:
    usage = {"X-App-Usage": json.dumps({"call_count": 97, "total_time": 20, "total_cputime": 3})}
    faults = {0: error(4), 2: Reply(FEED["A2"], headers=usage), 3: error(1, 500, is_transient=True)}
    with replay(facebook, faults) as server:
        tonight = page(tmp_path, server)
        assert tonight.pull().complete
    assert tonight.waited == [300, 300, 1]
    assert steps(server)[:2] == [("published_posts", "")] * 2


def test_a_post_that_went_in_the_meantime_is_counted(tmp_path: Path) -> None:
    with replay(facebook, {3: error(100, error_subcode=33)}) as server:
        tonight = page(tmp_path, server)
        assert tonight.pull().complete
    assert tonight.told[-1].endswith("berichten verdwenen voordat hun reacties kwamen: 1.")


def test_one_post_whose_comments_are_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    with replay(facebook, {3: error(100), 7: error(100)}) as server:
        found = page(tmp_path, server).pull()
    assert [edge for edge, _ in steps(server)] == ["published_posts"] * 3 + ["comments"] + (
        ["published_posts"] * 3 + ["comments"]
    )
    assert (len(found.paths), found.complete) == (3, False)
    assert "geweigerd bij berichten: 1" in str(found.sentence)


def reply(number: int) -> dict[str, object]:
    when = "2026-03-08T12:00:00+0000"
    return {"id": f"5{number}", "text": "Dank je wel!", "timestamp": when, "username": "inwoner_x"}


def media(asked: Asked) -> object:
    name, after = asked.path.rpartition("v25.0/")[2], asked.query.get("after", "")
    spoken = {**reply(1), "replies": {"data": [reply(2)], "paging": paging("51/replies", "R1")}}
    pages = {
        ("178/media", ""): {
            "data": [
                {
                    "id": "M1",
                    "caption": "Lente in het park",
                    "timestamp": "2026-03-07T09:00:00+0000",
                    "comments": {"data": [spoken], "paging": paging("M1/comments", "C1")},
                }
            ],
            "paging": paging("178/media", None),
        },
        ("51/replies", "R1"): {"data": [reply(3)]},
        ("M1/comments", "C1"): {
            "data": [{**reply(4), "replies": {"data": [], "paging": paging("54/replies", "R4")}}]
        },
        ("54/replies", "R4"): {"data": [reply(5)]},
    }
    return pages.get((name, after))


def test_comments_and_replies_below_media_are_followed(tmp_path: Path) -> None:
    with replay(media) as server:
        found = night(tmp_path, "instagram", f"{server.url}/v25.0", "instagram-graph", "178").pull()
    assert steps(server) == [("media", ""), ("replies", "R1"), ("comments", "C1"), ("replies", "R4")]
    assert set(found.readers) == {"instagram-graph"}
    assert set(messages(found)) == {"M1", "51", "52", "53", "54", "55"}
    assert found.complete
