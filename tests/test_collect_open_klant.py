"""Contacts of Open Klant, newest first: the plainest of the APIs, on which all that can go wrong is tried."""

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest

from flows.collect_pages import forgotten_pages
from flows.settings import Environment
from tests.replay import CANARY, NOW, Asked, Night, Replay, Reply, documents, messages, night, replay
from warehouse.errors import ConfigurationError, SourceError

PATH = "/klantinteracties/api/v1/klantcontacten"
STAMP = "20260310T020000Z"
LAST = 4
LATER = NOW + timedelta(hours=5)


def contact(number: int, days_ago: float) -> dict[str, object]:
    return {
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "kanaal": "telefoon",
        "onderwerp": "Groene container",
        "inhoud": f"Container nummer {number} is niet geleegd.",
        "reactie": "Wij komen donderdag langs.",
        "taal": "nld",
        "vertrouwelijk": False,
        "plaatsgevondenOp": (NOW - timedelta(days=days_ago)).isoformat() + "Z",
    }


def page(number: int, last: int = LAST) -> dict[str, object]:
    onward = f"{{base}}{PATH}?expand=hadBetrokkenen&page={number + 1}&pageSize=100"
    results = [contact(2 * number + step, number) for step in (0, 1)]
    return {"count": 9, "next": onward if number < last else None, "previous": None, "results": results}


def klant(asked: Asked) -> object:
    return page(int(asked.query["page"])) if asked.path == PATH else None


def source(inbox: Path, server: Replay, days: int = 35) -> Night:
    return night(inbox, "open-klant", server.url, "open-klant", days=days)


def pages_asked(server: Replay) -> list[str]:
    return [asked.query["page"] for asked in server.asked]


def test_pages_are_kept_as_they_came_with_the_moment_of_the_pull_in_their_names(tmp_path: Path) -> None:
    with replay(klant) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
    names = [f"{STAMP}/{STAMP}_p000{number}_open-klant.json" for number in (1, 2, 3, 4)]
    assert [path.relative_to(tmp_path / "proef").as_posix() for path in found.paths] == names
    assert tonight.files == set(names)
    expected = [json.loads(json.dumps(page(number)).replace("{base}", server.url)) for number in (1, 2, 3, 4)]
    assert documents(found) == expected
    assert len(messages(found)) == 4 * LAST
    assert (found.complete, found.sentence, set(found.readers)) == (True, None, {"open-klant"})
    assert found.window_start == NOW - timedelta(days=35)
    assert server.asked[0].headers["Authorization"] == f"Token {CANARY}"
    assert all(CANARY not in asked.target for asked in server.asked)


def test_only_the_owner_can_read_the_pages(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 401)}) as server, pytest.raises(SourceError):
        source(tmp_path, server).pull()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "proef").rglob("*")}
    assert modes == {
        STAMP: 0o700,
        "checkpoint.json": 0o600,
        f"{STAMP}_p0001_open-klant.json": 0o600,
        f"{STAMP}_p0002_open-klant.json": 0o600,
    }


def test_it_stops_where_all_is_older_than_the_window(tmp_path: Path) -> None:
    with replay(klant) as server:
        found = source(tmp_path, server, days=2).pull()
    assert pages_asked(server) == ["1", "2", "3"]
    assert found.window_start == NOW - timedelta(days=2)
    assert found.complete


@pytest.mark.parametrize("broken_at", range(LAST))
def test_a_pull_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, broken_at: int) -> None:
    with replay(klant, {broken_at: Reply({}, 401)}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError, match="status 401"):
            tonight.pull()
        found = tonight.pull(LATER)
    expected = [str(number) for number in range(1, LAST + 1)]
    assert pages_asked(server) == [*expected[: broken_at + 1], *expected[broken_at:]]
    assert found.window_start == NOW - timedelta(days=35) + (
        timedelta(hours=5) if not broken_at else timedelta()
    )
    assert found.complete
    uuids = [item["uuid"] for document in documents(found) for item in document["results"]]  # type: ignore[index]
    assert len(uuids) == len(set(uuids)) == 2 * LAST
    assert "checkpoint.json" not in tonight.files


def test_a_pull_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Also when a page came on disk of which the checkpoint does not know yet."""
    ticks = iter([0.0] * 5)

    def killed() -> float:
        try:
            return next(ticks)
        except StopIteration as error:
            raise KeyboardInterrupt from error

    with replay(klant) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(KeyboardInterrupt):
            tonight.pull(monotonic=killed)
        (tmp_path / "proef" / STAMP / f"{STAMP}_p0003_open-klant.json").write_text("{")
        found = tonight.pull()
    assert pages_asked(server) == ["1", "2", "3", "3", "4"]
    assert len(messages(found)) == 4 * LAST


def test_the_next_night_goes_on_where_this_one_stopped(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 503, {"Retry-After": "99999"})}) as server:
        tonight = source(tmp_path, server)
        assert not tonight.pull().complete
        tomorrow = NOW + timedelta(hours=24, minutes=1)
        forgotten_pages(tmp_path, tonight.source, 1, tomorrow)
        assert tonight.pull(tomorrow).complete
    assert pages_asked(server) == ["1", "2", "3", "3", "4"]


def test_after_three_nights_a_pull_begins_anew(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 401)}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError):
            tonight.pull()
        tonight.pull(NOW + timedelta(hours=60))
    assert pages_asked(server) == ["1", "2", "3", "1", "2", "3", "4"]


def test_other_settings_begin_anew(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 401)}) as server:
        with pytest.raises(SourceError):
            source(tmp_path, server).pull()
        source(tmp_path, server, days=60).pull()
    assert pages_asked(server) == ["1", "2", "3", "1", "2", "3", "4"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"started": "gisteren"}', b"[]"])
def test_a_damaged_checkpoint_begins_anew(tmp_path: Path, content: bytes) -> None:
    with replay(klant, {2: Reply({}, 401)}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError):
            tonight.pull()
        (tmp_path / "proef" / "checkpoint.json").write_bytes(content)
        found = tonight.pull()
    assert pages_asked(server) == ["1", "2", "3", "1", "2", "3", "4"]
    assert len(found.paths) == LAST


def test_a_page_that_was_removed_by_hand_begins_anew(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 401)}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError):
            tonight.pull()
        next((tmp_path / "proef").rglob("*_p0001_*")).unlink()
        assert all(path.is_file() for path in tonight.pull().paths)
    assert pages_asked(server) == ["1", "2", "3", "1", "2", "3", "4"]


@pytest.mark.parametrize("status", [400, 410])
def test_an_expired_cursor_begins_anew_once(tmp_path: Path, status: int) -> None:
    with replay(klant, {2: Reply({"title": "weg"}, status)}) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
    assert pages_asked(server) == ["1", "2", "3", "1", "2", "3", "4"]
    assert (len(found.paths), found.complete) == (LAST, True)
    assert "begint opnieuw" in tonight.told[0]


def test_a_cursor_that_expires_each_time_is_an_error(tmp_path: Path) -> None:
    with replay(klant, {2: Reply({}, 410), 5: Reply({}, 410)}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError, match="ook niet na opnieuw beginnen"):
            tonight.pull()
    assert pages_asked(server) == ["1", "2", "3"] * 2


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Reply({}, 429, {"Retry-After": "7"}), [7.0]),
        (Reply({}, 429, {"Retry-After": "Tue, 10 Mar 2026 02:00:42 GMT"}), [42.0]),
        (Reply({}, 503, {"Retry-After": "3"}), [3.0]),
        (Reply({}, 429), [1.0]),
        (Reply({}, 500), [1.0]),
        (Reply(page(2), cut=40), [1.0]),
        (Reply(b"", cut=0, headers={"Content-Encoding": "gzip"}, status=502), [1.0]),
    ],
)
def test_what_passes_is_asked_again(tmp_path: Path, fault: Reply, waits: list[float]) -> None:
    with replay(klant, {1: fault}) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
    assert pages_asked(server) == ["1", "2", "2", "3", "4"]
    assert tonight.waited == waits
    assert (found.complete, len(found.paths)) == (True, LAST)


def test_the_waits_grow_and_end(tmp_path: Path) -> None:
    with replay(klant, dict.fromkeys(range(1, 9), Reply({}, 500))) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
        assert tonight.waited == [1, 2, 4, 8]
        assert pages_asked(server) == ["1"] + ["2"] * 5
        assert (len(found.paths), found.complete) == (1, False)
        assert found.sentence is not None
        assert re.search(
            r"Bron 'proef': Open Klant \(127\.0\.0\.1, status 500\) .*komende nacht", found.sentence
        )
        server.faults.clear()
        rest = tonight.pull(NOW + timedelta(hours=23))
    assert (len(rest.paths), rest.complete) == (LAST, True)
    assert rest.paths[0] == found.paths[0]


def test_a_first_page_that_does_not_come_is_an_error(tmp_path: Path) -> None:
    says = r"127\.0\.0\.1, status 503\) antwoordt met een storing"
    with replay(lambda _: Reply({}, 503)) as server, pytest.raises(SourceError, match=says):
        source(tmp_path, server).pull()
    assert len(server.asked) == 5


@pytest.mark.parametrize("asked_wait", ["100000", "Wed, 11 Mar 2026 02:00:00 GMT"])
def test_a_wait_that_is_too_long_ends_the_night(tmp_path: Path, asked_wait: str) -> None:
    with replay(klant, {1: Reply({}, 429, {"Retry-After": asked_wait})}) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
        assert (tonight.waited, found.complete, len(found.paths)) == ([], False, 1)
        assert "komende nacht" in str(found.sentence)
        assert tonight.pull().complete


def test_all_waits_of_a_night_together_have_an_end(tmp_path: Path) -> None:
    faults = {number: Reply({}, 429, {"Retry-After": "60"}) for number in (1, 3, 5)}
    with replay(klant, faults) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull(whole=150)
    assert tonight.waited == [60, 60]
    assert (len(found.paths), found.complete) == (3, False)


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with replay(lambda _: Reply(hang=True)) as server, pytest.raises(SourceError, match="te traag"):
        source(tmp_path, server).pull(read=0.05, attempts=2)
    assert len(server.asked) == 2


def test_a_page_that_drips_is_given_up(tmp_path: Path) -> None:
    ticks = iter(range(0, 10_000, 400))
    with replay(klant) as server, pytest.raises(SourceError, match="antwoordt te traag"):
        source(tmp_path, server).pull(monotonic=lambda: float(next(ticks)), attempts=2)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with replay(klant) as server:
        tonight = source(tmp_path, server)
    with pytest.raises(SourceError, match=r"Open Klant \(127\.0\.0\.1\) is niet te bereiken"):
        tonight.pull()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Reply({}, 401), "status 401) weigert het token; vernieuw het en zet het nieuwe in WEERKLANK_PROEF"),
        (Reply({}, 403), "status 403) geeft geen toegang; het token in WEERKLANK_PROEF mist een recht: "),
        (Reply({}, 404), "status 404) kent dit account of adres niet; controleer account en url"),
        (Reply({}, 400), "status 400) weigert de vraag; controleer account en url"),
        (Reply(b"<html>Storing</html>"), "geeft een webpagina in plaats van JSON"),
        (Reply(b'"tekst"'), "geeft een webpagina in plaats van JSON"),
        (Reply(b"", 302, {"Location": "https://elders.example/in"}), "verwijst door naar een andere host"),
        (Reply(b"", 302), "verwijst door naar een andere host"),
    ],
)  # fmt: skip
def test_what_a_person_must_mend_is_said_at_once(tmp_path: Path, fault: Reply, says: str) -> None:
    with replay(lambda _: fault) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError, match=re.escape(says)):
            tonight.pull()
    assert tonight.waited == []


def test_a_redirect_within_the_host_is_followed(tmp_path: Path) -> None:
    def moved(asked: Asked) -> object:
        if asked.path == PATH:
            return Reply(b"", 308, {"Location": f"{PATH}/?page={asked.query['page']}"})
        return page(int(asked.query["page"]))

    with replay(moved) as server:
        assert len(source(tmp_path, server).pull().paths) == LAST


def test_a_page_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with replay(klant) as server, pytest.raises(SourceError, match="te groot"):
        source(tmp_path, server).pull(most_bytes=50)


@pytest.mark.parametrize(
    "onward",
    ["https://elders.example/x?page=2", "http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://[", "x"],
)
def test_a_next_page_on_another_host_is_refused(tmp_path: Path, onward: str) -> None:
    with replay(lambda _: {**page(1), "next": onward}) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError, match="andere host, waar het token niet heen mag"):
            tonight.pull()
    assert len(server.asked) == 1


def test_pages_that_go_round_are_refused(tmp_path: Path) -> None:
    def round_and_round(asked: Asked) -> object:
        number = int(asked.query["page"]) % 3
        onward = f"{{base}}{PATH}?page={number + 1}"
        return {**page(number), "next": onward}

    with replay(round_and_round) as server:
        tonight = source(tmp_path, server)
        with pytest.raises(SourceError, match="eindeloos"):
            tonight.pull()
    assert len(server.asked) == 4
    assert "checkpoint.json" not in tonight.files


def test_an_empty_page_is_not_the_end_and_pages_may_overlap_or_shrink(tmp_path: Path) -> None:
    def odd(asked: Asked) -> object:
        number = int(asked.query["page"])
        results = {1: [contact(1, 1), contact(2, 1)], 2: [], 3: [contact(2, 1)], 4: []}[number]
        return {**page(number), "results": results}

    with replay(odd) as server:
        found = source(tmp_path, server).pull()
    assert pages_asked(server) == ["1", "2", "3", "4"]
    assert found.complete


def test_the_window_is_counted_from_the_clock_of_the_server(tmp_path: Path) -> None:
    later = NOW + timedelta(hours=6)
    with replay(lambda asked: Reply(klant(asked), now=later)) as server:
        tonight = source(tmp_path, server)
        found = tonight.pull()
    assert found.window_start == later - timedelta(days=35)
    [line] = [line for line in tonight.told if "klok" in line]
    assert "de klok van deze machine loopt 360 minuten achter op die van Open Klant; zet hem gelijk" in line


def test_a_clock_that_is_some_minutes_off_is_not_worth_telling(tmp_path: Path) -> None:
    with replay(lambda asked: Reply(klant(asked), now=NOW - timedelta(minutes=4))) as server:
        tonight = source(tmp_path, server)
        assert tonight.pull().window_start == NOW - timedelta(days=35)
    assert tonight.told == []


def test_no_token_leaves_the_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Even where the server writes it back, in a page and in an error."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    faults = (Reply({"detail": f"bad token {CANARY}"}, 401), Reply(f"<p>{CANARY}</p>".encode()))
    for number in range(3):
        now = dict(enumerate(faults[number:]))
        with replay(lambda _: {**page(LAST), "echo": f"?t={CANARY}"}, now) as server:
            tonight = source(tmp_path, server)
            try:
                said.append(repr(tonight.pull()))
            except SourceError as error:
                said += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
            said += [*tonight.told, repr(tonight.source)]
    written = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file())
    names = " ".join(str(path) for path in tmp_path.rglob("*"))
    for text in (*said, written, names, caplog.text):
        assert CANARY not in text
        assert CANARY[:12] not in text
    assert "Container" not in "".join(said) + caplog.text
    assert "Container" in written


@pytest.mark.parametrize("url", ["http://klant.example", "https://naam:geheim@klant.example", "https://["])
def test_a_token_is_never_sent_unencrypted(tmp_path: Path, url: str) -> None:
    tonight = night(tmp_path, "open-klant", url, "open-klant")
    with pytest.raises(ConfigurationError, match="schrijf bij url een adres met https") as raised:
        tonight.pull()
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    ("mapping", "token", "says"),
    [
        ("meta-graph", "PROEF", "leest geen pagina's van Open Klant; schrijf mapping = \"open-klant\""),
        ("open-klant", "", "Open Klant vraagt een token"),
        ("open-klant", "ANDER", "WEERKLANK_ANDER is niet gezet"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_said_before_anything_is_asked(
    tmp_path: Path, mapping: str, token: str, says: str
) -> None:
    with replay(klant) as server:
        tonight = night(tmp_path, "open-klant", server.url, mapping, token=token)
        with pytest.raises(ConfigurationError, match=re.escape(says)):
            tonight.pull()
    assert server.asked == []


def test_a_mapping_of_ones_own_reads_the_pages(tmp_path: Path) -> None:
    with replay(klant) as server:
        found = night(tmp_path, "open-klant", server.url, "mappings/eigen.yaml").pull()
    assert set(found.readers) == {"mappings/eigen.yaml"}


def test_old_pages_go_and_nothing_else(tmp_path: Path) -> None:
    with replay(klant) as server:
        tonight = source(tmp_path, server)
        tonight.pull()
        found = tonight.pull(NOW + timedelta(days=6))
    beside = tmp_path / "proef" / "files.json"
    beside.write_text("{}")
    (tmp_path / "proef" / "20200101T000000Z-bewaard").mkdir()
    assert forgotten_pages(tmp_path, tonight.source, 7, NOW + timedelta(days=7)) == 0
    assert forgotten_pages(tmp_path, tonight.source, 7, NOW + timedelta(days=7, seconds=1)) == 1
    assert all(path.is_file() for path in found.paths)
    assert beside.is_file()
    assert not (tmp_path / "proef" / STAMP).exists()
    assert (tmp_path / "proef" / "20200101T000000Z-bewaard").is_dir()
    assert forgotten_pages(tmp_path / "leeg", tonight.source, 7, NOW) == 0


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "proef").write_text("geen map")
    with replay(klant) as server, pytest.raises(SourceError, match="niet te bewaren"):
        source(tmp_path, server).pull()


def test_the_environment_hides_what_it_knows(tmp_path: Path) -> None:
    assert CANARY not in repr(Environment(tmp_path, None, {"WEERKLANK_PROEF": CANARY}))
