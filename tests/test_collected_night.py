"""Whole nights over an API, an SFTP server and zips: overlap, edits, counts,
deletions and a failing source."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from tests.deployment import COLUMNS, written_export
from tests.replay import CANARY, Asked, Replay, Reply, replay
from tests.served import PASSWORD, Server
from tests.test_joins import PLACES, REPORTS
from tests.town import AS_OF, day, written_town
from warehouse.store import open_store, query_published
from warehouse.tables import TABLES

pytest_plugins = ["tests.storage_servers"]
pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

SERVER_TIME = datetime.fromisoformat("2026-06-28 02:00")
NAME, HANDLE, PHONE = "Kornelis Zwartewaterman", "zwartewaterman_k", "06-48291735"
SAID = "zakkenzwam"  # a word that only residents in this test use
PARTNER = "Politie Proefstad"
PARTNER_SAID = "Politie Proefstad kijkt naar de kapotte lamp"  # an organisation: its name may be said
SETTINGS = """
[[source]]
name = "mastodon"
mapping = "mastodon"
gone_after = 1
[source.collect]
api = "mastodon"
url = "{api}"
account = "1"
token = "MASTODON_TOKEN"

[[source]]
name = "leverancier"
mapping = "mappings/inwoners.yaml"
files = "sftp://{sftp}/uit/*.csv"
login = "SFTP"
settle_seconds = 0

[[source]]
name = "meldingen"
mapping = "mappings/meldingen.yaml"
files = "exports/meldingen_*.zip"
gone_after = 1
"""


def status(number: int, text: str, parent: int | None = None, likes: int = 0) -> dict[str, Any]:
    """A status of the municipality, or of a resident when it stands under another."""
    ours = parent is None
    who = "meerwold" if ours else HANDLE
    return {
        "id": str(number), "created_at": f"2026-06-{number % 20 + 1:02}T10:00:00.000Z",
        "content": f"<p>{text}</p>",
        "in_reply_to_id": None if ours else str(parent), "in_reply_to_account_id": None if ours else "1",
        "visibility": "public", "favourites_count": likes,
        "account": {"id": "1" if ours else "7", "acct": who, "url": f"https://social.example/@{who}",
                    "display_name": "Meerwold" if ours else NAME},
    }  # fmt: skip


@dataclass
class Social:
    """An account on Mastodon: its posts, two to a page, and what stands under each."""

    posts: list[dict[str, Any]]
    under: dict[str, list[dict[str, Any]]]
    refuses: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> object:
        assert asked.headers["Authorization"] == f"Bearer {CANARY}"
        if self.refuses:
            return Reply({"error": f"{NAME}: {SAID}"}, 401, now=SERVER_TIME)
        number = asked.path.split("/")[-2]
        if asked.path.endswith("/context"):
            thread = {"ancestors": [], "descendants": self.under.get(number, [])}
            return Reply(thread, now=SERVER_TIME)
        start = int(asked.query.get("max_id", "0"))
        more = f'<{{base}}{asked.path}?limit=40&max_id={start + 2}>; rel="next"'
        last = start + 2 >= len(self.posts)
        page = self.posts[start : start + 2]
        return Reply(page, headers={} if last else {"Link": more}, now=SERVER_TIME)


@dataclass
class Place:
    """A municipality that gets its messages from everywhere."""

    settings: Path
    home: Path
    sftp: Server
    social: Social
    api: Replay

    def night(self) -> int:
        return main(["nightly", "--config", str(self.settings), "--as-of", AS_OF.isoformat()])

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        return query_published(self.home / "published" / "weerklank.duckdb", sql).rows()

    def versions(self, source: str) -> list[tuple[Any, ...]]:
        """Of a source: number, version, text, likes, and whether it is gone; what is current last."""
        return self.published(
            "SELECT native_id, version, is_current, text, likes, deleted_at IS NOT NULL AS gone "
            f"FROM core.message WHERE source_id = '{source}' ORDER BY native_id, version"
        )

    def upload(self, name: str, rows: list[list[str]]) -> None:
        folder = self.sftp.folder / "uit"
        folder.mkdir(exist_ok=True)
        written_export(folder / name, rows, (*COLUMNS, "likes"))

    def reports(self, name: str, lines: str) -> None:
        with zipfile.ZipFile(self.settings.parent / "exports" / name, "w") as archive:
            archive.writestr("meldingen.csv", f"nummer;datum;melding;plaats\n{lines}")
            archive.writestr("plaatsen.csv", PLACES)


@pytest.fixture
def place(
    prefect_api: None, home: Path, tmp_path: Path, sftp_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    del prefect_api
    settings = written_town(tmp_path / "plaats")
    (settings.parent / "mappings" / "meldingen.yaml").write_text(REPORTS, encoding="utf-8")
    (settings.parent / "gebieden.csv").write_text("naam;code\nNoord;N1\nZuid;Z1\n", encoding="utf-8")
    social = Social(
        [status(101, "De bibliotheek is open", likes=3), status(102, "Concert in het theater"),
         status(103, "Nieuwe tentoonstelling in het museum")],
        {"101": [status(201, f"Mooi, maar de container zit vol, {SAID}", 101),
                 status(202, f"Groeten van {NAME}, bel {PHONE}", 101)],
         "103": [status(203, f"En de volle container dan, {SAID}?", 103)]},
    )  # fmt: skip
    sftp_server.empty()
    for name, value in sftp_server.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WEERKLANK_MASTODON_TOKEN", CANARY)
    with replay(social) as api:
        text = settings.read_text(encoding="utf-8")
        text = text.replace("[report]", SETTINGS.format(api=api.url, sftp=sftp_server.netloc) + "\n[report]")
        more = f'areas = "gebieden.csv"\npartner_accounts = ["{PARTNER}"]\n'
        named = text.replace("[municipality]\n", f"[municipality]\n{more}")
        settings.write_text(named, encoding="utf-8")
        found = Place(settings, home, sftp_server, social, api)
        found.upload("inwoners_2026-06-26.csv", [
            ["s1", day(1), NAME, "", f"Container vol, {SAID}", "1"],
            ["s2", day(2), PARTNER, "", PARTNER_SAID, "2"],
        ])  # fmt: skip
        found.reports(
            "meldingen_2026-06-26.zip",
            f"1;02-06-2026;Volle container {SAID};10\n2;10-06-2026;Losse tegel;20\n"
            "3;11-06-2026;Zwerfvuil;99\n",
        )
        yield found


def prefect_database() -> bytes:
    """All that Prefect wrote down, its log of writes included."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    path = Path(str(PREFECT_API_DATABASE_CONNECTION_URL.value()).partition(":///")[2])
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_nights_over_an_api_a_server_and_zips(
    place: Place, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    check = ["check", "--config", str(place.settings)]
    assert main(check) == 0
    said = capsys.readouterr().out
    assert "mastodon wordt in de nacht opgehaald" in said
    assert "meldingen_2026-06-26.zip: 3 berichten, 0 in quarantaine" in said
    assert place.api.asked == []
    assert not (place.home / "inbox").exists()

    assert place.night() == 0
    assert place.published(
        "SELECT native_id, author_kind, parent_id FROM mart.message WHERE source_id = 'mastodon' ORDER BY 1"
    ) == [
        ("101", "municipality", None), ("102", "municipality", None), ("103", "municipality", None),
        ("201", "resident", "mastodon:101"), ("202", "resident", "mastodon:101"),
        ("203", "resident", "mastodon:103"),
    ]  # fmt: skip
    assert place.published(
        "SELECT native_id, area_name FROM mart.message WHERE source_id = 'meldingen' ORDER BY 1"
    ) == [("1", "Noord"), ("2", "Zuid"), ("3", None)]
    assert [(row[0], row[4]) for row in place.versions("leverancier")] == [("s1", 1), ("s2", 2)]
    assert main(check) == 0
    said = capsys.readouterr().out
    assert "inwoners_2026-06-26.csv: 2 berichten" in said
    assert "_p0001_mastodon.json: 2 berichten" in said
    assert "wordt in de nacht opgehaald" not in said

    _second_day(place)
    assert place.night() == 0
    assert place.versions("mastodon") == [
        ("101", 1, True, "De bibliotheek is open", 9, False),
        ("102", 1, True, "Concert in het theater", 0, False),
        ("103", 1, True, "Nieuwe tentoonstelling in het museum", 0, False),
        ("104", 1, True, "Voorleesochtend", 0, False),
        ("201", 1, False, f"Mooi, maar de container zit vol, {SAID}", 0, False),
        ("201", 2, True, f"Mooi, en de container is nu leeg, {SAID}", 2, False),
        ("202", 1, True, "", None, True),
        ("203", 1, True, f"En de volle container dan, {SAID}?", 0, False),
    ]
    assert place.versions("leverancier") == [
        ("s1", 1, False, f"Container vol, {SAID}", 1, False),
        ("s1", 2, True, f"Container weer vol, {SAID}", 5, False),
        ("s2", 1, True, PARTNER_SAID, 7, False),
        ("s3", 1, True, "Volle container", 0, False),
    ]
    assert place.versions("meldingen") == [
        ("1", 1, True, f"Volle container {SAID}", None, False),
        ("2", 1, True, "", None, True),
        ("3", 1, True, "Zwerfvuil", None, False),
        ("4", 1, True, "Kapotte bank", None, False),
    ]

    before = place.versions("mastodon")
    place.social.refuses = True
    place.upload("inwoners_2026-06-28.csv", [["s4", day(0), "Anja", "", "Nog een volle container", "0"]])
    capsys.readouterr()
    assert place.night() == 4
    told = capsys.readouterr()
    assert "Bron 'mastodon'" in told.out
    assert "MASTODON_TOKEN" in told.out
    assert place.versions("mastodon") == before
    first = told.out + told.err
    assert [row[0] for row in place.versions("leverancier")][-1] == "s4"
    assert place.published("SELECT status FROM mart.run WHERE status = 'incomplete'") == [("incomplete",)]
    assert main(check) == 0

    place.social.refuses = False
    place.social.under["101"] = [{**status(201, f"Bel {PHONE}", 101), "created_at": f"gisteren door {NAME}"}]
    capsys.readouterr()
    assert place.night() == 4
    told = capsys.readouterr()
    assert "onleesbare datum" in told.out
    assert place.versions("mastodon") == before  # of the page that was left out nothing is taken for gone
    _is_discreet(place, first + told.out + told.err, caplog.text)


def _second_day(place: Place) -> None:
    """One reply edited, one gone, one thread as it was; a new post; files that overlap with the first."""
    social = place.social
    social.posts = [
        status(104, "Voorleesochtend"),
        {**social.posts[0], "favourites_count": 9},
        *social.posts[1:],
    ]
    social.under["101"] = [status(201, f"Mooi, en de container is nu leeg, {SAID}", 101, likes=2)]
    place.upload("inwoners_2026-06-27.csv", [
        ["s1", day(1), NAME, "", f"Container weer vol, {SAID}", "5"], ["s2", day(2), PARTNER, "",
         PARTNER_SAID, "7"],
        ["s3", day(0), NAME, "s1", "Volle container", "0"],
    ])  # fmt: skip
    place.reports(
        "meldingen_2026-06-27.zip",
        f"1;02-06-2026;Volle container {SAID};10\n3;11-06-2026;Zwerfvuil;99\n4;12-06-2026;Kapotte bank;20\n",
    )


def _is_discreet(place: Place, said: str, logged: str) -> None:
    """No token, password, name or number anywhere but in the inbox; no words in what is told or logged."""
    inbox = place.home / "inbox"
    everything = {"said": said.encode(), "logged": logged.encode(), "prefect": prefect_database()}
    assert b"weerklank-nacht" in everything["prefect"]
    told = dict(everything)
    for path in place.home.rglob("*"):
        if path.is_file() and not path.is_relative_to(inbox):
            everything[str(path)] = path.read_bytes()
    with open_store(place.home / "warehouse.duckdb") as store:
        for table in TABLES:
            rows = store.table(table)
            lists = [name for name, dtype in rows.schema.items() if dtype.is_nested()]
            everything[table.name] = rows.drop(lists).write_csv().encode()
    for value in (CANARY, PASSWORD, NAME, HANDLE, PHONE):
        for where, content in everything.items():
            assert value.casefold().encode() not in content.lower(), (value, where)
    for where, content in told.items():
        assert SAID.encode() not in content.lower(), where
    kept = [path for path in inbox.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        assert CANARY.encode() not in content, path
        assert PASSWORD.encode() not in content, path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path
