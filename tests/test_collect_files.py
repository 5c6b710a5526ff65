"""Exports from S3, SFTP, WebDAV and HTTPS: what comes, waits or is refused, and what is never told."""

import gzip
import hashlib
import json
import logging
import os
import socket
import stat
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from flows.arrivals import Fetched
from flows.collect_files import fetched
from flows.settings import Environment
from flows.source_settings import Source
from tests.served import PASSWORD, USER, Server, Web, digest_header
from warehouse.errors import ConfigurationError, SourceError, WeerklankError

pytest_plugins = ["tests.storage_servers"]
pytestmark = pytest.mark.xdist_group("storage")
NOW = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
PATTERNS = {"s3": "S3", "sftp": "SFTP", "webdav": "DAV", "https": None}


@dataclass
class Place:
    """A folder `uit` on one server, as a source sees it."""

    scheme: str
    server: Server
    inbox: Path
    put: Callable[[str, bytes], None]
    drop: Callable[[str], None]
    told: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def pattern(self, names: str = "*.csv") -> str:
        host = "emmer" if self.scheme == "s3" else self.server.netloc
        return f"{self.scheme}://{host}/uit/{names}"

    def fetched(self, *patterns: str, now: datetime = NOW, **limits: int) -> Fetched:
        source = Source(
            name="balie", mapping="balie.yaml", login=PATTERNS[self.scheme],
            files=list(patterns or [self.pattern()]), settle_seconds=limits.pop("settle_seconds", None),
        )  # fmt: skip
        environment = Environment(self.inbox, None, self.server.variables | self.variables)
        return fetched(source, self.inbox, environment, now, self.told.append, pauses=(0, 0), **limits)

    def names(self, *patterns: str) -> list[str]:
        return sorted(path.name for path in self.fetched(*patterns).paths)

    def failure(self, *patterns: str) -> str:
        with pytest.raises(WeerklankError) as caught:
            self.fetched(*patterns)
        return str(caught.value)


@pytest.fixture
def trusted(web_server: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    monkeypatch.setenv("SSL_CERT_FILE", web_server.variables["SSL_CERT_FILE"])
    return web_server


def on_disk(scheme: str, server: Server, inbox: Path) -> Place:
    (server.empty().folder / "uit").mkdir()

    def put(name: str, content: bytes) -> None:
        path = server.folder / "uit" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    return Place(scheme, server, inbox, put, lambda name: (server.folder / "uit" / name).unlink())


@pytest.fixture
def s3(s3_server: Server, tmp_path: Path) -> Place:
    client = boto3.client(
        "s3", endpoint_url=s3_server.variables["WEERKLANK_S3_ENDPOINT"], region_name="us-east-1",
        aws_access_key_id=USER, aws_secret_access_key=PASSWORD,
    )  # fmt: skip
    client.create_bucket(Bucket="emmer")
    for held in client.list_objects_v2(Bucket="emmer").get("Contents", []):
        client.delete_object(Bucket="emmer", Key=held["Key"])
    return Place(
        "s3", s3_server, tmp_path / "inbox",
        lambda name, content: client.put_object(Bucket="emmer", Key=f"uit/{name}", Body=content),
        lambda name: client.delete_object(Bucket="emmer", Key=f"uit/{name}"),
    )  # fmt: skip


@pytest.fixture
def sftp(sftp_server: Server, tmp_path: Path) -> Place:
    return on_disk("sftp", sftp_server, tmp_path / "inbox")


@pytest.fixture
def web(trusted: Web, tmp_path: Path) -> Place:
    return on_disk("https", trusted, tmp_path / "inbox")


@pytest.fixture
def dav(dav_server: Server, tmp_path: Path) -> Place:
    return on_disk("webdav", dav_server, tmp_path / "inbox")


@pytest.fixture(params=["s3", "sftp", "dav", "web"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def served(place: Place) -> Web:
    assert isinstance(place.server, Web)
    return place.server


def test_what_the_pattern_finds_comes_whole_and_only_its_owner_reads_it(place: Place) -> None:
    big = os.urandom(3_000_000)
    place.put("a.csv", b"inhoud")
    place.put("groot b.csv", big)
    place.put("lees.txt", b"niet gevraagd")
    place.put("maart/c.csv", b"dieper")
    found = place.fetched()
    assert {path.name: path.read_bytes() for path in found.paths} == {"a.csv": b"inhoud", "groot b.csv": big}
    assert (found.waiting, found.refused, place.told) == ((), (), [])
    [folder] = {path.parent for path in found.paths}
    assert folder.parent == place.inbox / "balie"
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.paths} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, "files.json"}


def test_files_of_two_folders_never_meet(place: Place) -> None:
    for folder in ("april", "maart"):
        place.put(f"{folder}/a.csv", folder.encode())
    for pattern in (place.pattern("**/*.csv"), place.pattern("*/a.csv")):
        assert [path.read_bytes() for path in sorted(place.fetched(pattern).paths)] != []
        assert {path.read_bytes() for path in place.fetched(pattern).paths} == {b"april", b"maart"}


def test_one_file_may_be_named(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    place.put("b.csv", b"inhoud")
    assert place.names(place.pattern("a.csv")) == ["a.csv"]


def test_a_file_that_is_here_is_not_fetched_again_until_it_changes(place: Place) -> None:
    place.put("a.csv", b"eerst")
    place.put("b.csv", b"blijft")
    first = {path.name: path.stat() for path in place.fetched().paths}
    place.put("a.csv", b"daarna meer")
    second = {path.name: path.stat() for path in place.fetched().paths}
    assert second["b.csv"].st_ino == first["b.csv"].st_ino
    assert second["a.csv"].st_size == len(b"daarna meer")


def test_a_file_keeps_the_time_of_its_source(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    os.utime(sftp.server.folder / "uit" / "a.csv", (1_700_000_000, 1_700_000_000))
    [path] = sftp.fetched().paths
    assert path.stat().st_mtime == 1_700_000_000


def test_a_file_that_went_here_is_fetched_again(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    place.fetched().paths[0].unlink()
    assert place.names() == ["a.csv"]


def test_a_memory_that_cannot_be_read_means_fetching_again(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    place.fetched()
    for broken in ("{", "[]", '{"x": 1}', '{"x": {"grootte": 1}}'):
        (place.inbox / "balie" / "files.json").write_text(broken)
        assert place.names() == ["a.csv"]


def test_what_a_broken_night_left_goes(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    (place.inbox / "balie" / ".onderweg").mkdir(parents=True)
    (place.inbox / "balie" / ".onderweg" / "0").write_bytes(b"half")
    place.fetched()
    assert not (place.inbox / "balie" / ".onderweg").exists()


def test_a_file_that_a_broken_night_put_in_place_is_read_though_its_source_dropped_it(place: Place) -> None:
    place.put("lees.txt", b"S3 knows no folder without files")
    place.put("a.csv", b"inhoud")
    place.put("b.csv", b"inhoud")
    place.fetched()
    (place.inbox / "balie" / "files.json").unlink()  # as when the night ended before it was written
    (place.inbox / "balie" / ".files.json.half").write_text("{")
    place.drop("a.csv")
    assert place.names() == ["a.csv", "b.csv"]
    assert not (place.inbox / "balie" / ".files.json.half").exists()
    assert [path.name for path in place.fetched(now=NOW + timedelta(days=8)).paths] == ["b.csv"]
    assert [path.name for path in place.inbox.rglob("*.csv")] == ["b.csv"]


def test_a_file_gone_at_its_source_stays_a_week(place: Place) -> None:
    place.put("lees.txt", b"S3 knows no folder without files")
    place.put("a.csv", b"inhoud")
    place.put("b.csv", b"inhoud")
    place.fetched()
    place.drop("b.csv")
    assert place.names() == ["a.csv", "b.csv"]
    later = place.fetched(now=NOW + timedelta(days=8))
    assert [path.name for path in later.paths] == ["a.csv"]
    assert len(list(place.inbox.rglob("*.csv"))) == 1
    place.told.clear()
    place.drop("a.csv")
    assert place.names() == ["a.csv"]
    assert "geen bestand gevonden" in place.told[0]


def test_a_file_that_was_touched_a_moment_ago_waits(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    just_now = datetime.now(UTC).replace(tzinfo=None)
    with pytest.raises(SourceError, match=r"Bron 'balie': a\.csv wordt nog geschreven"):
        place.fetched(now=just_now)
    assert [path.name for path in place.fetched(now=just_now, settle_seconds=0).paths] == ["a.csv"]


@pytest.mark.parametrize(
    "name", ["b.csv.part", "~$b.csv", "b.tmp", "b.csv.filepart", ".b.csv.Xa1_Zz", "b.swp"]
)
def test_a_name_that_says_unfinished_waits(name: str, sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    sftp.put(name.replace("_", "9"), b"half")
    found = sftp.fetched(sftp.pattern("*"))
    assert [path.name for path in found.paths] == ["a.csv"]
    assert found.waiting == (name.replace("_", "9"),)
    assert "wordt nog geschreven" in sftp.told[0]


def test_a_file_that_grows_while_it_is_fetched_waits(web: Place) -> None:
    web.put("a.csv", b"inhoud")
    web.put("b.csv", b"groeit")
    served(web).grows.add("/uit/b.csv")
    found = web.fetched()
    assert ([path.name for path in found.paths], found.waiting) == (["a.csv"], ("b.csv",))
    served(web).grows.clear()
    assert web.names() == ["a.csv", "b.csv"]


def test_while_a_new_version_grows_the_whole_one_stays(web: Place) -> None:
    web.put("a.csv", b"oud")
    web.fetched()
    web.put("a.csv", b"nieuw, en nog niet heel")
    served(web).grows.add("/uit/a.csv")
    found = web.fetched()
    assert ([path.read_bytes() for path in found.paths], found.waiting) == ([b"oud"], ("a.csv",))


def test_what_is_no_file_is_refused_and_counted(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    uit = sftp.server.folder / "uit"
    os.mkfifo(uit / "fifo.csv")
    (uit / "map.csv").mkdir()
    (uit / "link.csv").symlink_to("a.csv")
    (uit / "los.csv").symlink_to("nergens")
    found = sftp.fetched()
    assert [path.name for path in found.paths] == ["a.csv", "link.csv"]
    assert sorted(found.refused) == [
        "fifo.csv is een FIFO", "los.csv is er niet meer of verwijst naar niets", "map.csv is een map",
    ]  # fmt: skip
    assert sftp.told == [f"Bron 'balie': overgeslagen: 3 ({'; '.join(found.refused)})."]


def test_a_name_that_climbs_out_of_its_folder_is_refused(s3: Place) -> None:
    s3.put("a.csv", b"inhoud")
    s3.put("..\\..\\b.csv", b"kwaad")
    s3.put("c\x07.csv", b"kwaad")
    s3.put("../d.csv", b"kwaad")
    found = s3.fetched(s3.pattern("*"))
    assert [path.name for path in found.paths] == ["a.csv"]
    assert sorted(found.refused) == [
        ".. wijst naar een andere map", "..\\..\\b.csv wijst naar een andere map",
        "c?.csv heeft een onzichtbaar teken in de naam",
    ]  # fmt: skip
    assert sum(path.is_file() for path in s3.inbox.parent.rglob("*")) == 2


def test_a_link_on_a_page_to_elsewhere_is_not_followed(web: Place) -> None:
    page = '<a href="a.csv"></a><a href="..%2f..%2fb.csv"></a><a href="https://elders.invalid/c.csv"></a>'
    web.put("a.csv", b"inhoud")
    web.put("index.html", page.encode())
    found = web.fetched()
    assert [path.name for path in found.paths] == ["a.csv"]
    assert all("wijst naar een andere map" in why for why in found.refused)


def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(place: Place) -> None:
    place.put("a.csv", b"inhoud")
    place.put("b.csv", b"x" * 5000)
    found = place.fetched(max_bytes=4000)
    assert [path.name for path in found.paths] == ["a.csv"]
    assert found.refused == ("b.csv is groter dan 0,0 GiB",)


def test_a_server_that_hides_the_size_cannot_fill_the_disk(web: Place) -> None:
    web.put("a.csv", gzip.compress(b"x" * 3_000_000))
    served(web).headers["/uit/a.csv"] = {"Content-Encoding": "gzip"}
    with pytest.raises(SourceError, match=r"a\.csv is groter dan 0,0 GiB"):
        web.fetched(max_bytes=1_000_000)
    assert not list(web.inbox.rglob("*.csv"))


@pytest.mark.parametrize("suffix", ["sha256", "md5"])
def test_a_checksum_beside_the_file_must_fit(suffix: str, place: Place) -> None:
    right = hashlib.new(suffix, b"inhoud").hexdigest()
    for name in ("a.csv", "b.csv"):
        place.put(name, b"inhoud")
    place.put(f"a.csv.{suffix}", f"{right.upper()}  a.csv\n".encode())
    place.put(f"b.csv.{suffix}", f"{hashlib.new(suffix, b'anders').hexdigest()} *b.csv\n".encode())
    found = place.fetched(place.pattern("*.csv*"))
    assert [path.name for path in found.paths] == ["a.csv"]
    assert found.refused == ("b.csv kwam niet heel over: de controlesom klopt niet",)


def test_a_checksum_that_cannot_be_read_is_not_taken_for_a_good_one(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    sftp.put("a.csv.sha256", b"volgt")
    assert "a.csv heeft een onleesbare controlesom in a.csv.sha256" in sftp.failure()


def test_the_checksum_that_a_server_sends_must_fit(web: Place) -> None:
    web.put("a.csv", b"inhoud")
    served(web).headers["/uit/a.csv"] = {"Digest": digest_header(b"anders")}
    assert "de controlesom klopt niet" in web.failure()
    served(web).headers["/uit/a.csv"] = {"Digest": digest_header(b"inhoud")}
    assert web.names() == ["a.csv"]


def test_what_may_pass_is_tried_again(web: Place) -> None:
    web.put("a.csv", b"inhoud")
    served(web).statuses["/uit/a.csv"] = [503, 503, 429, 429]
    assert web.names(web.pattern("a.csv")) == ["a.csv"]
    served(web).statuses["/uit/a.csv"] = [503] * 6
    assert "geeft status 503; probeer het later" in web.failure(web.pattern("a.csv"))


def test_half_a_file_is_never_taken(web: Place) -> None:
    web.put("a.csv", b"x" * 100_000)
    served(web).broken.add("/uit/a.csv")
    assert "brak af" in web.failure()
    assert served(web).asked.count("GET /uit/a.csv") == 3
    assert not list(web.inbox.rglob("*.csv"))


def test_a_way_from_https_to_http_is_not_taken(web: Place) -> None:
    web.put("a.csv", b"inhoud")
    served(web).headers["/uit/a.csv"] = {"Location": "http://127.0.0.1/a.csv"}
    served(web).statuses["/uit/a.csv"] = [302] * 20
    assert "verwijst door naar een onbeveiligd adres" in web.failure(web.pattern("a.csv"))


def test_a_folder_that_is_not_there_or_holds_nothing_is_said_so(place: Place) -> None:
    place.put("lees.txt", b"niet gevraagd")
    nothing = f"Bron 'balie': geen bestand gevonden voor {place.pattern()}; "
    assert place.failure() == f"{nothing}controleer 'files' of zet de export klaar."
    for pattern in ("nee/*.csv", "nee.csv"):
        assert place.failure(place.pattern(pattern)) == (
            f"Bron 'balie' ({place.pattern(pattern)}): dat pad (map, bucket of bestand) is er niet; "
            "controleer 'files'."
        )
    if place.scheme == "s3":
        assert "dat pad (map, bucket of bestand) is er niet" in place.failure("s3://andere-emmer/uit/*.csv")


def test_a_server_that_is_not_there_is_said_so(place: Place, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        for host, said in (
            (f"127.0.0.1:{port}", "weigert de verbinding"),
            ("server.invalid", "is niet gevonden"),
        ):
            secure = "s" if host == "server.invalid" else ""
            place.variables = {"WEERKLANK_S3_ENDPOINT": f"http{secure}://{host}"}
            shown = "emmer" if place.scheme == "s3" else host
            scheme = f"webdav{secure}" if place.scheme == "webdav" else place.scheme
            complaint = place.failure(f"{scheme}://{shown}/uit/*.csv")
            assert said in complaint, tmp_path
            assert shown in complaint


def test_a_server_that_says_nothing_is_not_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.collect_files._CONNECT", 0.3)
    monkeypatch.setattr("flows.collect_files._READ", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        place.variables = {"WEERKLANK_S3_ENDPOINT": f"http://{host}"}
        shown = "emmer" if place.scheme == "s3" else host
        complaint = place.failure(f"{place.scheme}://{shown}/uit/*.csv")
    assert "antwoordt niet op tijd" in complaint or "brak af" in complaint


def test_a_certificate_that_nobody_trusts_is_refused(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificaat" in web.failure()
    assert "SSL_CERT_FILE" in web.failure(web.pattern().replace("https", "webdavs"))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("SHA256:" + "x" * 43, "toont sleutel SHA256:"),
        ("", "WEERKLANK_SFTP_HOSTKEY is niet gezet"),
        ("geen sleutel", "WEERKLANK_SFTP_HOSTKEY is geen sleutel van een server"),
    ],
)
def test_an_unknown_host_key_is_refused_and_shown(wanted: str, said: str, sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    sftp.variables = {"WEERKLANK_SFTP_HOSTKEY": wanted}
    complaint = sftp.failure()
    assert said in complaint
    shown = sftp.server.variables["WEERKLANK_SFTP_HOSTKEY"]
    assert (shown in complaint) == wanted.startswith("SHA256:")


def test_a_host_key_may_be_given_whole_and_beside_others(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    whole = f"SHA256:{'y' * 43},\n[server]:22 {sftp.server.variables['PUBLIC_KEY']}"
    sftp.variables = {"WEERKLANK_SFTP_HOSTKEY": whole}
    assert sftp.names() == ["a.csv"]


def test_a_private_key_opens_the_door_too(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    keys = sftp.server.folder.parent
    for variables in (
        {"WEERKLANK_SFTP_KEY": str(keys / "id"), "WEERKLANK_SFTP_PASSWORD": ""},
        {"WEERKLANK_SFTP_KEY": (keys / "id").read_text(), "WEERKLANK_SFTP_PASSWORD": ""},
        {"WEERKLANK_SFTP_KEY": str(keys / "id-locked")},
    ):
        sftp.variables = variables
        assert sftp.names() == ["a.csv"]
    for variables, said in (
        ({"WEERKLANK_SFTP_KEY": str(keys / "nee")}, "wijst naar een onleesbare sleutel"),
        (
            {"WEERKLANK_SFTP_KEY": str(keys / "id-locked"), "WEERKLANK_SFTP_PASSWORD": ""},
            "heeft hij een wachtwoord",
        ),
        ({"WEERKLANK_SFTP_PASSWORD": ""}, "zet een van beide"),
    ):
        sftp.variables = variables
        assert said in sftp.failure()


def test_a_login_is_needed_and_names_what_is_missing(place: Place) -> None:
    name = PATTERNS[place.scheme]
    source = Source(name="balie", mapping="m", files=[place.pattern()], login=name or "WEB")
    with pytest.raises(ConfigurationError, match=f"WEERKLANK_{name or 'WEB'}_[A-Z]+ (is niet|en)"):
        fetched(source, place.inbox, Environment(place.inbox, None, {}), NOW, place.told.append)


CANARY = "kanarie-geheim-8842"


@pytest.mark.parametrize("scheme", ["sftp", "webdav", "https"])
def test_a_wrong_password_is_said_and_never_shown(
    scheme: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    place: Place = request.getfixturevalue({"webdav": "dav", "https": "web"}.get(scheme, scheme))
    place.put("a.csv", b"inhoud")
    name = PATTERNS[scheme] or "WEB"
    variables = {f"WEERKLANK_{name}_USER": USER, f"WEERKLANK_{name}_PASSWORD": CANARY}
    pattern = (
        place.pattern() if scheme != "https" else f"https://{place.server.netloc}/secret/a.csv?sig={CANARY}"
    )
    source = Source(name="balie", mapping="m", files=[pattern], login=name)
    environment = Environment(place.inbox, None, place.server.variables | variables)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SourceError, match=r"inloggen bij .* lukt niet") as caught:
        fetched(source, place.inbox, environment, NOW, place.told.append, pauses=(0, 0))
    shown = [*traceback.format_exception(caught.value), repr(environment), *place.told]
    shown += [
        record.getMessage() for record in caplog.records if record.name.startswith(("paramiko", "flows"))
    ]
    held = [path.read_text() for path in place.inbox.rglob("*") if path.is_file()]
    assert CANARY not in "".join(shown + held)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("address", ["http://opslag.example", "https://naam:geheim@opslag.example", "opslag"])
def test_an_endpoint_of_s3_is_encrypted(address: str, s3: Place) -> None:
    s3.variables["WEERKLANK_S3_ENDPOINT"] = address
    assert "WEERKLANK_S3_ENDPOINT is geen beveiligd adres" in (said := s3.failure())
    assert "geheim" not in said


def test_the_secrets_of_s3_are_never_shown(s3: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    s3.variables = {"WEERKLANK_S3_SECRET": CANARY}
    s3.put("a.csv", b"inhoud")
    s3.fetched()
    with pytest.raises(SourceError) as caught:
        s3.fetched("s3://andere-emmer/*.csv")
    logged = [record.getMessage() for record in caplog.records]
    assert CANARY not in "".join([*logged, *traceback.format_exception(caught.value), *s3.told])


def test_an_address_with_a_token_leaves_no_trace_of_it(web: Place) -> None:
    web.put("a.csv", b"inhoud")
    [path] = web.fetched(web.pattern(f"a.csv?sig={CANARY}")).paths
    assert path.name == "a.csv"
    memory = (web.inbox / "balie" / "files.json").read_text()
    assert CANARY not in memory
    assert [known["size"] for known in json.loads(memory).values()] == [6]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("http://host/a.csv", "http is niet beveiligd; gebruik https"),
        ("webdav://host/a.csv", "webdav is niet beveiligd; gebruik webdavs"),
        ("ftp://host/a.csv", "'ftp://' wordt niet gelezen; kies uit s3, sftp"),
        ("sftp://jan:geheim@host/a.csv", "zet gebruiker en wachtwoord niet in het adres"),
        ("sftp://host", "het patroon 'host' kan niet"),
        ("sftp://host/map/", "het patroon 'host/map/' kan niet"),
        ("sftp://host:x/a.csv", "kan niet"),
        ("s3:///a.csv", "kan niet"),
        ("webdavs://host/%2e%2e/a.csv", "kan niet"),
        ("sftp://host/../a.csv", "kan niet"),
        ("sftp://host/a\n.csv", "kan niet"),
    ],
)
def test_a_pattern_that_cannot_be_is_wrong_configuration(pattern: str, said: str, sftp: Place) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sftp.fetched(pattern)
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_disk_that_cannot_be_written_is_not_blamed_on_the_server(sftp: Place) -> None:
    sftp.put("a.csv", b"inhoud")
    sftp.inbox.write_text("geen map")
    assert "is niet te schrijven" in sftp.failure()
