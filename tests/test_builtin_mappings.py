"""The sample town and true answers of platforms, read by the mappings that come along."""

import csv
import json
import tomllib
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.export_reading import Judged, emitted
from warehouse.sources.mapping_file import load_mapping

WAREHOUSE = Path(__file__).parent.parent / "warehouse"
SAMPLE, BUILT_IN = WAREHOUSE / "sample", WAREHOUSE / "sources" / "mappings"
FIXTURES = WAREHOUSE.parent.parent / "shared" / "data" / "platform_fixtures"
SETTINGS = tomllib.loads((SAMPLE / "weerklank.toml").read_text(encoding="utf-8"))
OWNED = SETTINGS["municipality"]["owned_accounts"]
SOURCES = {source["name"]: source for source in SETTINGS["source"]}

needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder with true exports is not here")


def read(content: bytes, mapping: Path, owned: tuple[str, ...] = tuple(OWNED)) -> Judged:
    return emitted(content, load_mapping(mapping), owned)


def files(source: str) -> list[Path]:
    patterns = SOURCES[source]["files"]
    return sorted(
        path
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
        for path in SAMPLE.glob(pattern)
    )


@cache
def sample(source: str) -> dict[str, Judged]:
    """What each file of a source of the sample town gives."""
    mapping = SOURCES[source]["mapping"]
    path = SAMPLE / mapping if mapping.endswith(".yaml") else BUILT_IN / f"{mapping}.yaml"
    return {file.name: read(file.read_bytes(), path) for file in files(source)}


@cache
def town() -> pl.DataFrame:
    """All messages of the sample town."""
    return pl.concat([found.messages for source in SOURCES for found in sample(source).values()])


def message(messages: pl.DataFrame, native_id: str) -> dict[str, Any]:
    """What is known of one message, absent fields left out."""
    (row,) = messages.filter(native_id=native_id).to_dicts()
    return {name: value for name, value in row.items() if value is not None and name != "deleted"}


def raw_count(source: str, file: Path) -> int:
    """Messages in a file, counted from the file itself."""
    if source == "klantcontact":
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return sum(1 + bool(row["Antwoord"]) for row in csv.DictReader(lines, delimiter=";"))
    document = json.loads(file.read_bytes())
    if source == "meldingen":
        handled = [r for r in document["results"] if r["status"]["text"] and r["status"]["state"] in "oai"]
        return len(document["results"]) + len(handled)
    return len(document["data"]) + sum(comments(post) for post in document["data"])


def comments(post: dict[str, Any]) -> int:
    below = post.get("comments", {}).get("data", [])
    return len(below) + sum(comments(comment) for comment in below)


@pytest.mark.parametrize("source", SOURCES)
def test_no_row_of_the_sample_is_lost(source: str) -> None:
    assert files(source)
    for file in files(source):
        found = sample(source)[file.name]
        assert (found.rejected.rows(), found.dropped, found.duplicates) == ([], 0, 0)
        assert found.messages.height == found.read == raw_count(source, file)


def test_the_sample_is_one_conversation_without_loose_ends() -> None:
    assert town().select("platform", "native_id").is_unique().all()
    answers = town().filter(pl.col("parent_id").is_not_null())
    parents = town().select("platform", parent_id="native_id")
    assert answers.height > 0
    assert answers.join(parents, on=["platform", "parent_id"], how="anti").is_empty()
    assert town()["created_at_basis"].value_counts().height == 2


def test_who_speaks_is_what_the_labels_say() -> None:
    with (SAMPLE / "gold.csv").open(encoding="utf-8", newline="") as lines:
        labelled = {row["native_id"]: row["author_kind"] for row in csv.DictReader(lines)}
    spoken = dict(town().select("native_id", "author_kind").rows())
    assert {name: spoken.get(name) for name in labelled} == labelled


def test_every_kind_is_said_by_whom_it_should() -> None:
    said = Counter(town().select("platform", "kind", "author_kind").rows())
    assert set(said) == {
        ("facebook", "post", "municipality"), ("facebook", "comment", "municipality"),
        ("facebook", "comment", "resident"), ("x", "post", "municipality"), ("x", "post", "resident"),
        ("x", "reply", "municipality"), ("x", "reply", "resident"), ("kcc", "contact", "resident"),
        ("kcc", "answer", "municipality"), ("signalen", "report", "resident"),
        ("signalen", "answer", "municipality"),
    }  # fmt: skip


def test_a_facebook_post_comment_and_answer() -> None:
    messages = sample("facebook")["posts_p1.json"].messages
    post = message(messages, "104857600112233_122100097000095787")
    assert {**post, "text": post["text"][:29]} == {
        "row": 1, "role": "post", "kind": "post", "platform": "facebook", "author_kind": "municipality",
        "author_kind_basis": "source_rule", "native_id": "104857600112233_122100097000095787",
        "author": "Gemeente Meerwold", "author_id": "104857600112233", "channel_name": "pagina",
        "text": "Ruil je tegel voor een plant!", "text_truncated": False, "likes": 9, "shares": 4,
        "created_at": datetime.fromisoformat("2026-09-30 07:30:08"), "created_at_basis": "explicit_offset",
        "url": "https://www.facebook.com/104857600112233/posts/122100097000095787",
    }  # fmt: skip
    comment = message(messages, "122100097000095787_900117504844474")
    assert (comment["parent_id"], comment["author_kind"], comment["kind"]) == (
        post["native_id"],
        "resident",
        "comment",
    )
    assert (comment["likes"], comment["comments"], "shares" in comment) == (8, 0, False)
    answer = message(messages, "122100095000021916_900119317514418")
    assert (answer["parent_id"], answer["author_kind"]) == (
        "122100095000021916_900096439798471",
        "municipality",
    )
    assert answer["created_at"] == datetime.fromisoformat("2026-09-29 08:10:15")


def test_a_post_and_a_reply_on_x() -> None:
    messages = sample("x")["timeline_p1.json"].messages
    post = message(messages, "2104936784851896004")
    assert (post["kind"], post["author_kind"], "parent_id" in post) == ("post", "municipality", False)
    assert (post["likes"], post["comments"], post["shares"], post["views"]) == (18, 5, 2, 592)
    assert (post["language"], post["url"]) == ("nl", "https://x.com/i/status/2104936784851896004")
    assert post["created_at"] == datetime.fromisoformat("2026-09-29 14:10:12")
    reply = message(messages, "2105195489522614652")
    assert (reply["kind"], reply["parent_id"]) == ("reply", "2104942107423671013")
    asked = message(town(), "2105249356968887055")
    assert (asked["author_kind"], asked["parent_id"]) == ("resident", "2104936784851896004")


def test_a_question_at_the_contact_centre_and_its_answer() -> None:
    messages = sample("klantcontact")["klantcontacten_2026.csv"].messages
    question, answer = message(messages, "KCC-2026-00001"), message(messages, "KCC-2026-00001:answer")
    assert question["created_at"] == datetime.fromisoformat("2026-04-02 07:15")
    assert answer["created_at"] == datetime.fromisoformat("2026-04-02 07:24")
    assert {question["created_at_basis"], answer["created_at_basis"]} == {"configured_zone"}
    assert (question["kind"], question["author_kind"], question["title"]) == (
        "contact",
        "resident",
        "Paspoort kwijt",
    )
    assert (answer["kind"], answer["author_kind"], answer["parent_id"]) == (
        "answer",
        "municipality",
        "KCC-2026-00001",
    )
    assert (question["channel_name"], question["department"], answer["row"]) == ("Telefoon", "Burgerzaken", 1)
    assert messages.filter(native_id="KCC-2026-00002:answer").is_empty()


def test_a_report_of_the_public_space_and_its_answer() -> None:
    messages = sample("meldingen")["meldingen_p1.json"].messages
    report = message(messages, "20624")
    assert {**report, "text": report["text"][:21]} == {
        "row": 1, "role": "report", "kind": "report", "platform": "signalen", "author_kind": "resident",
        "author_kind_basis": "source_rule", "native_id": "20624", "text": "Hier dus ook ratten. ",
        "text_truncated": False, "area_name": "Waterkant", "area_code": "waterkant",
        "source_category": "Ongedierte > Ratten",
        "department": "OR", "created_at": datetime.fromisoformat("2026-09-28 16:44"),
        "created_at_basis": "explicit_offset",
    }  # fmt: skip
    answer = message(messages, "20602:answer")
    assert (answer["parent_id"], answer["author_kind"], answer["kind"]) == ("20602", "municipality", "answer")
    assert answer["created_at"] == datetime.fromisoformat("2026-09-24 09:35")


def test_no_field_holds_an_address_or_a_reporter() -> None:
    for document in (json.loads(file.read_bytes()) for file in files("meldingen")):
        addresses = {report["location"]["address_text"] for report in document["results"]}
        found = town().filter(platform="signalen").select(pl.exclude("text")).cast(pl.String)
        assert addresses.isdisjoint(value for column in found for value in column)


@needs_fixtures
@pytest.mark.parametrize(
    ("file", "kinds", "dropped"),
    [
        ("search_tweets_query.json", {"reply": 4}, 0),
        ("tweets_resp.json", {"post": 2}, 0),
        ("tweet_quote_tweets_resp.json", {"post": 15}, 0),
        ("edited.jsonl", {"post": 1}, 0),
        ("media_tweet.jsonl", {"post": 1}, 0),
        ("two_tweets.jsonl", {}, 1),
        ("mentions_tweet.jsonl", {}, 1),
    ],
)
def test_true_answers_of_x(file: str, kinds: dict[str, int], dropped: int) -> None:
    content = (FIXTURES / "x_api_v2" / file).read_bytes()
    found = read(content, BUILT_IN / "x-api-v2.yaml", owned=("17200003",))
    assert (Counter(found.messages["kind"]), found.rejected.height, found.dropped) == (kinds, 0, dropped)
    written = {tweet["id"]: tweet for tweet in json.loads(content)["data"]}
    for row in found.messages.to_dicts():
        tweet = written[row["native_id"]]
        assert row["created_at"] == datetime.fromisoformat(tweet["created_at"]).replace(tzinfo=None)
        assert row["likes"] == tweet.get("public_metrics", {}).get("like_count")
        assert row["author_kind"] == ("municipality" if tweet["author_id"] == "17200003" else "resident")
        replied = [
            other["id"] for other in tweet.get("referenced_tweets", []) if other["type"] == "replied_to"
        ]
        assert row["parent_id"] == (replied[0] if replied else None)


@needs_fixtures
def test_true_pages_of_posts_on_facebook() -> None:
    folder = FIXTURES / "facebook_graph"
    posts = read((folder / "feeds_default_fields_p1.json").read_bytes(), BUILT_IN / "meta-graph.yaml")
    assert (posts.messages.height, posts.rejected.height, posts.dropped) == (5, 0, 0)
    first = message(posts.messages, "19292868552_10158349356748553")
    assert first["created_at"] == datetime.fromisoformat("2021-07-09 19:09:52")
    assert (first["likes"], first["comments"], first["shares"]) == (125, 13, 10)
    feed = read((folder / "feed_p1.json").read_bytes(), BUILT_IN / "meta-graph.yaml")
    assert (feed.messages.height, feed.rejected.height, feed.dropped) == (4, 0, 1)


@needs_fixtures
def test_a_true_comment_on_facebook_below_a_true_post() -> None:
    folder = FIXTURES / "facebook_graph"
    comment = json.loads((folder / "model_comment.json").read_bytes())
    post = {
        **json.loads((folder / "feeds_default_fields_p1.json").read_bytes())["data"][0],
        "comments": {"data": [comment]},
    }
    found = read(json.dumps({"data": [post]}).encode(), BUILT_IN / "meta-graph.yaml")
    row = message(found.messages, comment["id"])
    assert (row["parent_id"], row["author_id"], row["author"]) == (post["id"], "2711636948859886", "Kun Liu")
    assert (row["likes"], row["comments"], row["text"]) == (0, 0, comment["message"])


@needs_fixtures
def test_true_reports_of_signalen() -> None:
    folder = FIXTURES / "signalen_api"
    reports = json.loads((folder / "incidents.json").read_bytes())
    reports.append(json.loads((folder / "incident.json").read_bytes()))
    found = read(json.dumps({"results": reports}).encode(), BUILT_IN / "signalen-api.yaml")
    assert (found.rejected.height, found.dropped, found.duplicates) == (0, 0, 1)
    assert found.messages.select("native_id", "kind", "parent_id", "author_kind").sort(
        "native_id"
    ).rows() == [
        ("1667", "report", None, "resident"),
        ("1668", "report", None, "resident"),
        ("1668:answer", "answer", "1668", "municipality"),
        ("4440", "report", None, "resident"),
    ]
    row = message(found.messages, "1668")
    assert row["created_at"] == datetime.fromisoformat("2018-12-03 09:41:43.012139")
    assert (row["source_category"], row["department"]) == (
        "Overlast in de openbare ruimte > Wegsleep",
        "ASC, CCA, THO",
    )
