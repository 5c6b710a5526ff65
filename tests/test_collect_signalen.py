"""Reports of Signalen, page by page."""

import base64
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from pydantic import ValidationError

from tests.replay import CANARY, Asked, Night, Replay, Reply, Site, documents, messages, night, replay
from warehouse.errors import ConfigurationError, SourceError

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


LOGIN_PATH = "/realms/meerwold/protocol/openid-connect/token"


def of_minutes(lives: int) -> tuple[Site, list[str]]:
    """A Signalen whose tokens are good for so many pages, and the tokens that it gave."""
    given: list[str] = []
    left = 0

    def site(asked: Asked) -> object:
        nonlocal left
        if asked.path == LOGIN_PATH:
            given.append(f"jwt.{len(given)}.{CANARY}")
            left = lives
            return {"access_token": given[-1], "token_type": "Bearer", "expires_in": 300}
        if asked.headers.get("Authorization") != f"Bearer {given[-1]}" or not left:
            return Reply({"detail": "verlopen"}, 401)
        left -= 1
        found = signalen(asked)
        assert isinstance(found, dict)
        return {**found, "echo": given[-1]}

    return site, given


def with_client(inbox: Path, server: Replay, **other: str) -> Night:
    wanted = {"token_url": f"{server.url}{LOGIN_PATH}", "client": "weerklank/1", **other}
    return night(inbox, "signalen", server.url, "signalen-api", **wanted)


def test_a_token_of_minutes_is_asked_for_and_again_when_it_runs_out(tmp_path: Path) -> None:
    site, given = of_minutes(2)
    with replay(site) as server:
        tonight = with_client(tmp_path, server)
        found = tonight.pull()
    asked = [(one.path == LOGIN_PATH, one.query.get("page")) for one in server.asked]
    assert asked == [(True, None), (False, None), (False, "2"), (False, "3"), (True, None), (False, "3")]
    login = server.asked[0]
    pair = base64.b64decode(login.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == f"weerklank%2F1:{quote_plus(CANARY)}"
    assert login.form == {"grant_type": "client_credentials"}
    assert len(given) == 2
    assert found.complete
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert len(found.paths) == 3
    assert CANARY not in kept
    assert "jwt" not in kept
    assert CANARY not in "".join(server.targets)
    assert tonight.waited == []


def test_a_new_token_that_is_refused_too_lacks_a_right(tmp_path: Path) -> None:
    site, given = of_minutes(0)
    with replay(site) as server, pytest.raises(SourceError, match=r"status 401.*mist een recht") as caught:
        with_client(tmp_path, server).pull()
    assert len(given) == 2
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({"error": "unauthorized_client"}, 401), "status 401.*token_url en client.*WEERKLANK_PROEF"),
        (Reply({"error": "invalid_client"}, 400), "status 400.*token_url en client"),
        (Reply({}, 302, {"Location": "{base}/elders"}), "status 302.*token_url en client"),
        (Reply({"access_token": "a b"}), "token_url en client"),
        (Reply(["x"]), "token_url en client"),
        (Reply(b"<html>Log in</html>"), "geeft een webpagina"),
        (Reply({}, 503), "status 503.*storing"),
    ],
)
def test_a_login_that_fails_is_said_without_the_secret(reply: Reply, said: str, tmp_path: Path) -> None:
    def site(_: Asked) -> object:
        return reply

    with replay(site) as server:
        tonight = with_client(tmp_path, server)
        with pytest.raises(SourceError, match=said) as caught:
            tonight.pull()
    assert CANARY not in f"{caught.value!r} {tonight.told}"
    assert all(asked.path == LOGIN_PATH for asked in server.asked)
    assert tonight.files == set()


@pytest.mark.parametrize(
    ("collect", "said"),
    [
        ({"token_url": "https://login.example/token"}, "horen bij elkaar"),
        ({"client": "weerklank"}, "horen bij elkaar"),
        (
            {"token_url": "https://login.example/token", "client": "weerklank", "token": ""},
            "horen bij elkaar",
        ),
        ({"token_url": "login.example/token", "client": "weerklank"}, "token_url"),
    ],
)
def test_a_client_its_address_and_its_secret_belong_together(
    collect: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match=said):
        night(tmp_path, "signalen", "https://meldingen.example", "signalen-api", **collect)


def test_other_apis_know_no_client(tmp_path: Path) -> None:
    known = {"token_url": "https://login.example/token", "client": "weerklank"}
    with pytest.raises(ValidationError, match="kent geen token_url"):
        night(tmp_path, "open-klant", "https://klant.example", "open-klant", **known)


def test_a_secret_only_travels_encrypted(tmp_path: Path) -> None:
    known = {"token_url": "http://login.example/token", "client": "weerklank"}
    tonight = night(tmp_path, "signalen", "https://meldingen.example", "signalen-api", **known)
    with pytest.raises(ConfigurationError, match="schrijf bij token_url een adres met https"):
        tonight.pull()
