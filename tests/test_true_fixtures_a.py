"""True answers and downloads of Meta, X and YouTube, read by the mappings that come along."""

from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.export_reading import Judged, emitted
from warehouse.sources.mapping_file import built_in_mapping

FIXTURES = Path(__file__).parent.parent.parent / "shared" / "data" / "platform_fixtures"

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder with true exports is not here")


@cache
def found(mapping: str, file: str, owned: tuple[str, ...] = ()) -> Judged:
    """What a mapping makes of a file in the folder with true exports."""
    return emitted((FIXTURES / file).read_bytes(), built_in_mapping(mapping), owned)


def one(messages: pl.DataFrame, native_id: str) -> dict[str, object]:
    """What is known of one message, absent fields left out."""
    (row,) = messages.filter(native_id=native_id).to_dicts()
    return {name: value for name, value in row.items() if value is not None}


def moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


@pytest.mark.parametrize(
    ("mapping", "file", "spoken", "dropped"),
    [
        ("meta-graph", "facebook_graph/feed_p1.json", {("post", "municipality"): 4}, 1),
        ("meta-graph", "facebook_graph/feeds_default_fields_p1.json", {("post", "municipality"): 5}, 0),
        ("meta-graph-comments", "facebook_graph/comments_p1.json", {("comment", "unknown"): 10}, 0),
        ("meta-graph-comments", "facebook_graph/comments_p2.json", {("comment", "unknown"): 5}, 0),
        ("meta-graph-comments", "facebook_graph/comments_info.json", {("comment", "unknown"): 2}, 0),
        ("instagram-graph", "instagram_graph/medias_p1.json", {}, 2),
        ("instagram-graph", "instagram_graph/tagged_medias.json", {("post", "municipality"): 4}, 1),
        ("instagram-graph", "instagram_graph/comments_p1.json", {("comment", "unknown"): 2}, 0),
        ("instagram-graph", "instagram_graph/replies.json", {("comment", "unknown"): 1}, 0),
        ("facebook-download-posts", "facebook_download/your_posts_1.json", {("post", "municipality"): 6}, 8),
        (
            "facebook-download-comments",
            "facebook_download/comments_and_reactions.json",
            {("comment", "municipality"): 3},
            3,
        ),
        (
            "facebook-download-comments",
            "facebook_download/comments_redacted.json",
            {("comment", "municipality"): 4},
            0,
        ),
        (
            "instagram-download-posts",
            "instagram_download/instagram_post.json",
            {("post", "municipality"): 4},
            1,
        ),
        (
            "instagram-download-posts",
            "instagram_download/instagram_media.json",
            {("post", "municipality"): 4},
            0,
        ),
        ("x-api-v2", "x_api_v2/search_tweets_query.json", {("reply", "resident"): 4}, 0),
        ("youtube-comments", "youtube/comment_thread_api_response.json", {("comment", "resident"): 2}, 0),
        ("youtube-comments", "youtube/comment_threads_all_to_me.json", {("comment", "resident"): 4}, 0),
        (
            "youtube-comments",
            "youtube/comment_threads_by_video_paged_1.json",
            {("comment", "resident"): 5},
            0,
        ),
        ("youtube-comment-replies", "youtube/comments_by_parent_paged_1.json", {("reply", "resident"): 2}, 0),
        ("youtube-comment-replies", "youtube/comments_by_parent_paged_2.json", {("reply", "resident"): 1}, 0),
    ],
)
def test_every_row_of_a_true_file_is_a_message_or_counted_as_left_out(
    mapping: str, file: str, spoken: dict[tuple[str, str], int], dropped: int
) -> None:
    read = found(mapping, file)
    assert Counter(read.messages.select("kind", "author_kind").rows()) == spoken
    assert (read.rejected.rows(), read.dropped, read.duplicates) == ([], dropped, 0)


def test_a_comment_without_id_or_parent_has_both_in_its_permalink() -> None:
    messages = found("meta-graph-comments", "facebook_graph/comments_p1.json").messages
    top = one(messages, "10158407654328553_10158407903973553")
    assert top["parent_id"] == "19292868552_10158407654328553"
    assert (top["likes"], top["comments"], top["created_at"]) == (0, 2, moment("2021-08-10 19:38:44"))
    reply = one(messages, "10158407654328553_10158409983033553")
    assert reply["parent_id"] == "10158407654328553_10158407903973553"


def test_comments_asked_by_their_ids_are_read_like_a_page_of_them() -> None:
    messages = found("meta-graph-comments", "facebook_graph/comments_info.json").messages
    assert one(messages, "10158371815748553_10158372268858553")["comments"] == 1


def test_media_of_instagram_have_their_counts_and_times() -> None:
    media = one(found("instagram-graph", "instagram_graph/tagged_medias.json").messages, "17846368219941692")
    assert (media["likes"], media["comments"]) == (3, 6)
    assert media["created_at"] == moment("2020-02-13 10:35:40")


def test_a_download_of_facebook_is_readable_again() -> None:
    messages = found("facebook-download-comments", "facebook_download/comments_and_reactions.json").messages
    (text,) = messages.filter(created_at=moment("2010-01-23 15:23:49"))["text"]
    assert text.strip() == "T\u00d8S"
    assert messages["native_id"].str.starts_with("h:").all()


def test_a_caption_of_instagram_keeps_its_emoji() -> None:
    messages = found("instagram-download-posts", "instagram_download/instagram_post.json").messages
    (text,) = messages.filter(created_at=moment("2019-04-11 15:20:51"))["text"]
    assert text.endswith("\U0001f64c")


def test_a_comment_below_a_video_is_plain_text_with_an_address() -> None:
    messages = found("youtube-comments", "youtube/comment_thread_single.json").messages
    comment = one(messages, "UgxKREWxIgDrw8w2e_Z4AaABAg")
    assert comment["parent_id"] == "D-lhorsDlUQ"
    assert comment["url"] == "https://www.youtube.com/watch?v=D-lhorsDlUQ&lc=UgxKREWxIgDrw8w2e_Z4AaABAg"
    assert comment["created_at"] == moment("2019-04-20 01:03:39")
    assert "edited_at" not in comment
    assert "<br" not in str(comment["text"])


def test_a_comment_on_a_channel_itself_has_no_video_and_no_address() -> None:
    comment = one(
        found("youtube-comments", "youtube/comment_threads_all_to_me.json").messages,
        "Ugy0FhSzKMNMT9qs6zt4AaABAg",
    )
    assert {"parent_id", "url"}.isdisjoint(comment)


def test_replies_hang_below_their_comment() -> None:
    messages = found("youtube-comment-replies", "youtube/comments_by_parent_paged_1.json").messages
    assert set(messages["parent_id"]) == {"Ugw5zYU6n9pmIgAZWvN4AaABAg"}


def test_the_owner_of_a_channel_is_known_by_the_list_of_own_accounts() -> None:
    owned = ("UCNvMBmCASzTNNX8lW3JRMbw",)
    messages = found("youtube-comment-replies", "youtube/comments_by_parent_paged_2.json", owned).messages
    assert messages.select("author_kind", "author_kind_basis").rows() == [("municipality", "owned_account")]
