"""True answers of Mastodon and Bluesky, and what other networks give at the edges, read by our mappings."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.export_reading import Judged, emitted
from warehouse.errors import SourceError
from warehouse.sources.mapping_file import built_in_mapping

FIXTURES = Path(__file__).parent.parent.parent / "shared" / "data" / "platform_fixtures"

needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder with true exports is not here")


def found(mapping: str, document: object, owned: tuple[str, ...] = ()) -> Judged:
    """What a mapping makes of a document."""
    return emitted(json.dumps(document), built_in_mapping(mapping), owned)


def true_document(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FIXTURES / file).read_bytes())
    return document


def submission(**more: object) -> dict[str, object]:
    """A post on Reddit as it stands in a listing."""
    data = {"name": "t3_1", "title": "Titel", "selftext": "", "author": "iemand", "created_utc": 1773165600.0}
    return {"kind": "t3", "data": {**data, **more}}


@needs_fixtures
def test_true_posts_on_mastodon() -> None:
    posts = [{**true_document(f"mastodon/status_{n}.json"), "visibility": "public"} for n in ("one", "two")]
    messages = found("mastodon", posts).messages
    assert messages.select("native_id", "kind", "likes", "shares", "comments").rows() == [
        (post["id"], "post", None, post.get("reblogs_count"), post.get("replies_count")) for post in posts
    ]
    first = messages.row(0, named=True)
    assert first["created_at"] == datetime.fromisoformat("2021-12-20 19:46:29.073")
    assert (first["author"], first["author_id"]) == ("finn", "https://mastodon.ooo/@finn")


@needs_fixtures
def test_a_true_thread_on_bluesky() -> None:
    thread = true_document("bluesky/thread_view_post_with_embed_media.json")
    only_a_picture = found("bluesky-thread", thread)
    assert (only_a_picture.messages.height, only_a_picture.dropped) == (0, 1)
    post = thread["thread"]["post"]
    post["record"]["text"] = "Met een foto erbij"
    row = found("bluesky-thread", thread, (post["author"]["did"],)).messages.row(0, named=True)
    assert (row["native_id"], row["kind"], row["author_kind"]) == (post["uri"], "post", "municipality")
    assert row["created_at"] == datetime.fromisoformat("2023-09-28 12:49:36.735")
    assert row["url"] == "https://bsky.app/profile/did:plc:kvwvcn5iqfooopmyzvb4qzba/post/3kaheyt6vpc22"
    assert (row["language"], row["likes"], row["parent_id"]) == ("en", 0, None)


@needs_fixtures
def test_the_same_true_post_is_one_message_by_either_answer_of_bluesky() -> None:
    thread = true_document("bluesky/thread_view_post_with_embed_media.json")
    thread["thread"]["post"]["record"]["text"] = "Met een foto erbij"
    by_thread = found("bluesky-thread", thread, ("test.marshal.dev",)).messages
    by_feed = found("bluesky-feed", {"feed": [{"post": thread["thread"]["post"]}]}).messages
    assert by_feed.drop("author_kind_basis").equals(by_thread.drop("author_kind_basis"))


@needs_fixtures
def test_the_columns_that_4cat_writes_are_all_the_mappings_ask_for() -> None:
    columns = true_document("4cat_csv_columns.json")
    written = {
        "4cat-facebook": columns["facebook"]["map_item"],
        "4cat-instagram": columns["instagram"]["parse_polaris_item"],
        "4cat-tiktok-comments": columns["tiktok_comments"]["map_item"],
        "4cat-x": columns["twitter-import"]["map_item_legacy"],
        "4cat-bluesky": columns["bsky"]["map_item"],
    }
    times = {"unix_timestamp": "1773165600", "created_at": "2026-03-10T18:00:00+00:00"}
    for mapping, header in written.items():
        out = io.StringIO()
        row = {**dict.fromkeys(header, "1"), "timestamp": "2026-03-10 18:00:00", **times}
        csv.writer(out).writerows([header, [row[name] for name in header]])
        messages = emitted(out.getvalue(), built_in_mapping(mapping)).messages
        assert messages["created_at"].to_list() == [datetime.fromisoformat("2026-03-10 18:00")], mapping


@pytest.mark.parametrize(
    ("mapping", "nothing"),
    [
        ("mastodon", []),
        ("mastodon-context", {"ancestors": [], "descendants": []}),
        ("bluesky-feed", {"feed": []}),
        ("reddit", {"kind": "Listing", "data": {"children": []}}),
        ("tiktok-research-comments", {"data": {"comments": [], "has_more": False}}),
        ("nextdoor", {"posts": []}),
        ("talkwalker-json", {"status_code": "0", "result_content": {"data": []}}),
    ],
)
def test_an_answer_without_messages_is_no_fault(mapping: str, nothing: object) -> None:
    assert found(mapping, nothing).read == 0


def test_a_thread_on_bluesky_whose_first_post_is_gone_says_only_that() -> None:
    uri = "at://did:plc:iemand/app.bsky.feed.post/3labc"
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
    rows = found("bluesky-thread", {"thread": gone}).messages
    assert rows.select("native_id", "deleted", "text").rows() == [(uri, True, None)]


def test_a_link_on_reddit_has_its_title_for_text() -> None:
    listing = {"kind": "Listing", "data": {"children": [submission(title="Nieuwe brug &amp; kade")]}}
    row = found("reddit", listing).messages.row(0, named=True)
    assert (row["text"], row["title"], row["kind"]) == ("Nieuwe brug & kade", None, "post")


def test_a_post_that_reddit_emptied_is_gone() -> None:
    children = [submission(selftext="[removed]", author="[deleted]")]
    row = found("reddit", {"kind": "Listing", "data": {"children": children}}).messages.row(0, named=True)
    assert (row["deleted"], row["author"]) == (True, None)


def test_an_export_of_comments_that_names_no_platform_is_set_aside() -> None:
    content = "Id,SubId,Name,Profile ID,Date,Likes,Comment\n1,,Jan,7,2026-03-01 10:00:00,0,Hallo\n"
    with pytest.raises(SourceError, match="onbekende waarde in 'platform'"):
        emitted(content, built_in_mapping("exportcomments-csv"))
