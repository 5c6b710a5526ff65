"""What a server may say to do harm: addresses that are none, endless numbers and threads, and bombs."""

import gzip
from pathlib import Path

import pytest

from tests.replay import Asked, Reply, night, replay
from warehouse.errors import ConfigurationError, SourceError


def klant(onward: str, **headers: str) -> Reply:
    contact = {"uuid": "1", "plaatsgevondenOp": "2026-03-09T10:00:00Z"}
    return Reply({"results": [contact], "next": onward}, 200, headers)


@pytest.mark.parametrize(
    "onward",
    ["{base}/\x01", "{base}/" + "a" * 70_000, "{base}/\ud800", "https://[elders", "{base}:x/", "\x00"],
)
def test_a_next_page_at_an_address_that_is_none_is_refused(onward: str, tmp_path: Path) -> None:
    with replay(lambda _: klant(onward)) as server:
        tonight = night(tmp_path, "open-klant", server.url, "open-klant")
        with pytest.raises(SourceError, match="andere host"):
            tonight.pull()
    assert len(server.asked) == 1


@pytest.mark.parametrize("onward", ["https://[elders", "{base}/\ud800?access_token=x", "http://[?a=b"])
def test_so_is_one_whose_parameters_are_looked_at(onward: str, tmp_path: Path) -> None:
    def site(_: Asked) -> object:
        return {"data": [{"id": "1"}], "paging": {"next": onward}}

    with replay(site) as server:
        tonight = night(tmp_path, "meta-page", server.url, "meta-graph", account="1")
        with pytest.raises(SourceError, match="andere host"):
            tonight.pull()
    assert "access_token" not in "".join(
        path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()
    )


def test_so_is_a_redirect_to_one(tmp_path: Path) -> None:
    with replay(lambda _: Reply({}, 302, {"Location": "http://["})) as server:
        tonight = night(tmp_path, "open-klant", server.url, "open-klant")
        with pytest.raises(SourceError, match="andere host"):
            tonight.pull()


def test_a_port_that_goes_without_saying_may_be_said(tmp_path: Path) -> None:
    """A server behind a proxy writes :80 or :443 in its links."""

    def site(asked: Asked) -> object:
        return klant("http://127.0.0.1:80/x?page=2" if asked.query.get("page") == "1" else "")

    with replay(site) as server:
        found = night(tmp_path, "open-klant", server.url, "open-klant").pull()
    assert [asked.query["page"] for asked in server.asked] == ["1", "2"]
    assert found.complete


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999999999999"]
)
def test_a_date_that_cannot_be_is_no_date(date: str, tmp_path: Path) -> None:
    with replay(lambda _: klant("", Date=date)) as server:
        assert night(tmp_path, "open-klant", server.url, "open-klant").pull().complete


def test_a_count_without_end_is_no_count(tmp_path: Path) -> None:
    def site(asked: Asked) -> object:
        if asked.path.endswith("getAuthorFeed"):
            post = {"uri": "at://did:a/p/1", "author": {"did": "did:a"}, "record": {}}
            return {"feed": [{"post": post}]}
        thread: dict[str, object] = {"post": {"uri": "at://did:a/p/2", "replyCount": "9" * 5000}}
        for _ in range(25):
            thread = {"post": {"uri": "at://did:a/p/1"}, "replies": [thread]}
        return {"thread": thread}

    with replay(site) as server:
        found = night(tmp_path, "bluesky", server.url, "bluesky-feed", account="meerwold.example").pull()
    assert len(found.paths) == 2


def test_threads_below_threads_without_end_are_a_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.collect_pages._MOST_ASKS", 20)

    def site(asked: Asked) -> object:
        if asked.path.endswith("getAuthorFeed"):
            post = {"uri": "at://did:a/p/1", "author": {"did": "did:a"}, "record": {}}
            return {"feed": [{"post": post}]}
        number = len(server.asked)
        thread: dict[str, object] = {"post": {"uri": f"at://did:a/p/{number}", "replyCount": 1}}
        for _ in range(25):
            thread = {"post": {"uri": "x"}, "replies": [thread]}
        return {"thread": thread}

    with replay(site) as server:
        tonight = night(tmp_path, "bluesky", server.url, "bluesky-feed", account="meerwold.example")
        with pytest.raises(SourceError, match="eindeloos nieuwe"):
            tonight.pull()
    assert len(server.asked) <= 21


def test_pages_never_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.collect_pages._MOST_BYTES", 1_000)

    def site(_: Asked) -> object:
        return klant(f"{{base}}/x?page={len(server.asked)}")

    with replay(site) as server:
        tonight = night(tmp_path, "open-klant", server.url, "open-klant")
        with pytest.raises(SourceError, match="meer dan"):
            tonight.pull()
    assert len(server.asked) < 20


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd"])
def test_a_page_packed_twice_or_in_an_odd_way_is_not_unpacked(packing: str, tmp_path: Path) -> None:
    bomb = gzip.compress(gzip.compress(b"{" + b" " * 1_000_000 + b"}"))
    with replay(lambda _: Reply(bomb, headers={"Content-Encoding": packing})) as server:
        tonight = night(tmp_path, "open-klant", server.url, "open-klant")
        with pytest.raises(SourceError, match="te groot of vreemd ingepakt"):
            tonight.pull()


@pytest.mark.parametrize("token", ["met spatie", "regel\neinde", "caf\u00e9"])
def test_a_token_that_cannot_be_one_is_said_and_never_shown(token: str, tmp_path: Path) -> None:
    from flows.collect_pages import pulled
    from flows.settings import Environment
    from tests.replay import NOW

    source = night(tmp_path, "open-klant", "https://klant.example", "open-klant").source
    environment = Environment(tmp_path, None, {"WEERKLANK_PROEF": token})
    with pytest.raises(ConfigurationError, match="'PROEF' heeft spaties") as caught:
        pulled(source, tmp_path, environment, NOW, print)
    assert token not in str(caught.value)
