"""The same message by two exports of one vendor: it has one id, and the night does not see it change."""

from pathlib import Path

import polars as pl

from tests.export_reading import emitted
from warehouse.sources.mapping_file import built_in_mapping
from warehouse.sources.parts import part_of

SOURCES = Path(__file__).parent / "sources"
OWNED = ("2233445566", "UCgVechterbeek0000000001")


def messages(mapping: str) -> pl.DataFrame:
    """What the fixture of a built-in mapping gives."""
    (file,) = [path for path in (SOURCES / mapping).iterdir() if path.stem not in ("about", "expected")]
    with part_of(file).open() as stream:
        return emitted(stream.read(), built_in_mapping(mapping), OWNED).messages


def test_a_reply_on_youtube_is_the_same_in_its_thread_and_in_the_list_of_replies() -> None:
    same = ["native_id", "parent_id", "author", "author_id", "author_kind", "text", "created_at"]
    thread = messages("youtube-comments").filter(role="reply").select(same)
    assert thread.height == 2
    assert thread.join(messages("youtube-comment-replies"), on=same, how="anti", nulls_equal=True).is_empty()


def test_a_tweet_has_the_same_id_in_the_archive_and_in_the_api() -> None:
    same = ["native_id", "created_at", "url", "kind"]
    both = messages("x-archive").join(messages("x-api-v2"), on=same)
    assert set(both["native_id"]) == {"2028400000000000001", "2028400000000000003"}
