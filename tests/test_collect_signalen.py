"""Reports of Signalen, page by page."""

from pathlib import Path

import pytest

from tests.replay import CANARY, Asked, Reply, documents, messages, night, replay
from warehouse.errors import SourceError

PATH = "/signals/v1/private/signals/"


def signalen(asked: Asked) -> object:
    number = int(asked.query.get("page", "1"))
    # A server behind a proxy that does not know that it is reached encrypted, or by which port.
    onward = f"http://127.0.0.1{PATH}?page={number + 1}&page_size=100" if number < 3 else None
    links = {"self": {"href": "x"}, "next": {"href": onward}, "previous": {"href": None}}
    report = {
        "id": number,
        "text": "Losse stoeptegel bij het plein.",
        "source": "online",
        "created_at": "2026-03-08T10:00:00+01:00",
        "status": {
            "text": "De tegel ligt weer vast.",
            "state": "o",
            "created_at": "2026-03-09T09:00:00+01:00",
        },
        "category": {"main": "Wegen", "sub": "Stoepen", "departments": "Beheer"},
    }
    return {"_links": links, "count": 3, "results": [report]}


def test_all_that_changed_in_the_window_in_an_order_that_stays(tmp_path: Path) -> None:
    with replay(signalen) as server:
        found = night(tmp_path, "signalen", server.url, "signalen-api").pull()
    assert dict(server.asked[0].query) == {
        "page_size": "100", "updated_after": "2026-02-03T02:00:00+00:00", "ordering": "created_at"
    }  # fmt: skip
    assert [asked.query.get("page") for asked in server.asked] == [None, "2", "3"]
    assert [document["results"][0]["id"] for document in documents(found)] == [1, 2, 3]  # type: ignore[index]
    assert server.asked[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert {(row["kind"], row["author_kind"]) for row in messages(found).values()} == {
        ("report", "resident"), ("answer", "municipality")
    }  # fmt: skip
    assert len(messages(found)) == 6
    assert found.complete


def test_an_expired_session_is_said(tmp_path: Path) -> None:
    with replay(lambda _: Reply({"detail": "verlopen"}, 401)) as server:
        tonight = night(tmp_path, "signalen", server.url, "signalen-api")
        with pytest.raises(SourceError, match=r"Signalen \(127.0.0.1, status 401\) weigert het token"):
            tonight.pull()
