"""What is pulled is read: true answers of platforms where they are at hand, and what is no page at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.replay import NOW, Asked, Reply, messages, night, replay
from tests.storage_servers import Web, web_server
from warehouse.errors import ConfigurationError, SourceError

__all__ = ["web_server"]
FIXTURES = Path(__file__).parents[2] / "shared" / "data" / "platform_fixtures"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder with true answers is not here")
IN_2021 = NOW.replace(year=2021)


def true_page(name: str) -> Any:
    return json.loads((FIXTURES / name).read_bytes())


@needs_fixtures
def test_a_true_facebook_feed_is_followed_by_the_address_that_meta_writes(tmp_path: Path) -> None:
    first = true_page("facebook_graph/feeds_default_fields_p1.json")
    first["paging"]["next"] = first["paging"]["next"].replace("https://graph.facebook.com", "{base}")
    with replay(lambda asked: {"data": []} if "after" in asked.query else first) as server:
        found = night(tmp_path, "meta-page", f"{server.url}/v25.0", "meta-graph", "19292868552").pull(IN_2021)
    assert server.paths == ["/v25.0/19292868552/published_posts", "/v10.0/19292868552/feed"]
    assert "access_token" not in server.asked[1].query
    assert b"access_token" not in found.paths[0].read_bytes()
    assert set(messages(found, ["19292868552"])) == {post["id"] for post in first["data"]}


@needs_fixtures
def test_true_youtube_threads_are_followed_by_their_page_token(tmp_path: Path) -> None:
    pages = [true_page(f"youtube/comment_threads_by_video_paged_{number}.json") for number in (1, 2)]
    replies = [true_page(f"youtube/comments_by_parent_paged_{number}.json") for number in (1, 2)]
    channel = {"id": "UCx", "contentDetails": {"relatedPlaylists": {"uploads": "UUx"}}}

    def site(asked: Asked) -> object:
        edge, second = asked.path.rpartition("/")[2], "pageToken" in asked.query
        return {"channels": {"items": [channel]}, "playlistItems": {"items": []},
                "commentThreads": pages[second], "comments": replies[second]}[edge]  # fmt: skip

    with replay(site) as server:
        found = night(tmp_path, "youtube", server.url, "youtube-comments", "UCx", days=400).pull(
            NOW.replace(year=2020)
        )
    threads = [asked for asked in server.asked if asked.path == "/commentThreads"]
    assert [asked.query.get("pageToken") for asked in threads] == [None, pages[0]["nextPageToken"]]
    tops = {item["id"] for page in pages for item in page["items"]}
    assert tops <= set(messages(found))


@needs_fixtures
def test_a_true_timeline_of_x_is_followed_by_its_token(tmp_path: Path) -> None:
    first = true_page("x_api_v2/timeline_tweets.json")

    def site(asked: Asked) -> object:
        own = asked.path.endswith("/users/1/tweets") and "pagination_token" not in asked.query
        return first if own else {"meta": {"result_count": 0}}

    with replay(site) as server:
        found = night(tmp_path, "x", server.url, "x-api-v2", "1").pull(IN_2021)
    assert server.asked[1].query["pagination_token"] == first["meta"]["next_token"]
    assert len(found.paths) == 3


@needs_fixtures
def test_true_instagram_media_are_followed_by_the_address_that_meta_writes(tmp_path: Path) -> None:
    first = true_page("instagram_graph/medias_p1.json")
    first["paging"]["next"] = first["paging"]["next"].replace("https://graph.facebook.com", "{base}")
    with replay(lambda asked: {"data": []} if "after" in asked.query else first) as server:
        found = night(tmp_path, "instagram", f"{server.url}/v25.0", "instagram-graph", "1").pull(IN_2021)
    assert server.paths == ["/v25.0/1/media", "/v6.0/17841406338772941/media"]
    assert len(found.paths) == 2


CHANNEL = {"id": "UCx", "contentDetails": {"relatedPlaylists": {"uploads": "UUx"}}}
EMPTY: dict[tuple[str, str], object] = {
    ("meta-page", "meta-graph"): {"data": []},
    ("instagram", "instagram-graph"): {"data": []},
    ("youtube", "youtube-comments"): {"items": []},
    ("x", "x-api-v2"): {"meta": {"result_count": 0}},
    ("mastodon", "mastodon"): [],
    ("bluesky", "bluesky-feed"): {"feed": []},
    ("signalen", "signalen-api"): {"_links": {"next": {"href": None}}, "count": 0, "results": []},
    ("open-klant", "open-klant"): {"count": 0, "next": None, "previous": None, "results": []},
}


@pytest.mark.parametrize(("api", "mapping"), EMPTY)
def test_a_quiet_month_is_no_error(tmp_path: Path, api: str, mapping: str) -> None:
    def site(asked: Asked) -> object:
        return {"items": [CHANNEL]} if asked.path.endswith("/channels") else EMPTY[api, mapping]

    with replay(site) as server:
        found = night(tmp_path, api, server.url, mapping, "1").pull()
    assert found.paths
    assert messages(found) == {}


def test_a_certificate_must_be_trusted(
    tmp_path: Path, web_server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    tonight = night(tmp_path, "open-klant", f"https://{web_server.netloc}", "open-klant")
    with pytest.raises(SourceError, match="certificaat dat niet te vertrouwen is"):
        tonight.pull()
    for name, value in web_server.variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SourceError, match="status 404"):
        tonight.pull()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "is-er-niet.pem"))
    with pytest.raises(ConfigurationError, match="controleer SSL_CERT_FILE"):
        tonight.pull()
    assert tonight.waited == []


def test_a_page_that_is_not_text_is_refused(tmp_path: Path) -> None:
    with (
        replay(lambda _: Reply(b"\xff\xfe\x00")) as server,
        pytest.raises(SourceError, match="webpagina"),
    ):
        night(tmp_path, "open-klant", server.url, "open-klant").pull()
