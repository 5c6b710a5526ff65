"""An account on Mastodon: statuses by Link header, and the thread of each."""

from pathlib import Path

import pytest

from tests.replay import CANARY, Asked, Night, Replay, Reply, messages, night, replay
from warehouse.errors import SourceError


def status(
    number: str, day: str = "2026-03-08", parent: str | None = None, author: str = "1"
) -> dict[str, object]:
    return {
        "id": number,
        "created_at": f"{day}T10:00:00.000Z",
        "in_reply_to_id": parent,
        "in_reply_to_account_id": None if parent is None else author,
        "content": "<p>De brug is weer open.</p>",
        "visibility": "public",
        "account": {"id": "1", "acct": "vechterbeek", "url": "https://social.example/@vechterbeek"},
    }


def mastodon(asked: Asked) -> object:
    statuses = "/api/v1/accounts/1/statuses"
    if asked.path == "/api/v1/accounts/lookup":
        return {"id": "1"} if asked.query["acct"] == "vechterbeek" else None
    if asked.path == statuses and "max_id" not in asked.query:
        onward = (
            f'<{{base}}{statuses}?limit=40&max_id=30>; rel="next", <{{base}}{statuses}?min_id=33>; rel="prev"'
        )
        page = [status("33"), status("32", parent="33"), status("31", parent="9", author="2")]
        return Reply(page, headers={"Link": onward})
    if asked.path == statuses:
        return {"30": [status("30")]}[asked.query["max_id"]]
    if asked.path.endswith("/context") and "/33/" in asked.path:
        return {"ancestors": [], "descendants": [status("32", parent="33")]}
    return {"ancestors": [], "descendants": []} if asked.path.endswith("/context") else None


def account(inbox: Path, server: Replay, name: str = "@vechterbeek", token: str = "PROEF") -> Night:  # noqa: S107
    return night(inbox, "mastodon", server.url, "mastodon", name, token=token)


def test_statuses_and_the_thread_of_each_that_is_not_an_own_continuation(tmp_path: Path) -> None:
    with replay(mastodon) as server:
        found = account(tmp_path, server).pull()
    assert server.paths == [
        "/api/v1/accounts/lookup", "/api/v1/accounts/1/statuses", "/api/v1/accounts/1/statuses",
        "/api/v1/statuses/33/context", "/api/v1/statuses/31/context", "/api/v1/statuses/30/context",
    ]  # fmt: skip
    assert found.readers == ("mastodon",) * 2 + ("mastodon-context",) * 3
    assert found.complete
    assert set(messages(found)) == {"30", "31", "32", "33"}
    assert server.asked[0].headers["Authorization"] == f"Bearer {CANARY}"


def test_without_a_token_threads_may_be_cut(tmp_path: Path) -> None:
    with replay(mastodon) as server:
        found = account(tmp_path, server, "1", token="").pull()
    assert (found.complete, found.sentence) == (False, None)
    assert "Authorization" not in server.asked[0].headers


def test_an_account_that_is_not_there_is_said(tmp_path: Path) -> None:
    with replay(mastodon) as server, pytest.raises(SourceError, match="kent dit account"):
        account(tmp_path, server, "elders").pull()


def test_a_limit_with_a_moment_of_reset_is_waited_for(tmp_path: Path) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-03-10T02:04:00.123456Z"}
    with replay(mastodon, {2: Reply({}, 429, headers)}) as server:
        tonight = account(tmp_path, server)
        assert tonight.pull().complete
    assert tonight.waited == [pytest.approx(240.123456)]


def test_a_status_that_went_or_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    with replay(mastodon, {3: Reply({}, 404), 4: Reply({}, 422)}) as server:
        tonight = account(tmp_path, server)
        found = tonight.pull()
    assert len(found.paths) == 3
    assert tonight.told[-1].endswith("berichten verdwenen voordat hun reacties kwamen: 1.")
    assert not found.complete
    assert "geweigerd bij berichten: 1" in str(found.sentence)


def test_a_continuation_of_a_thread_from_before_the_window_is_asked_for_itself(tmp_path: Path) -> None:
    def site(asked: Asked) -> object:
        if asked.path.endswith("/statuses"):
            return [status("33", parent="5")]
        return {"ancestors": [], "descendants": []}

    with replay(site) as server:
        account(tmp_path, server, "1").pull()
    assert server.paths == ["/api/v1/accounts/1/statuses", "/api/v1/statuses/33/context"]
