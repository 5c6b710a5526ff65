import itertools
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import GateStop, WeerklankError
from warehouse.gate_rules import FIGURE_RULES, WINDOW_RULES, message_rules
from warehouse.gates import BROKEN_ROW, GateResult, check_figures, check_messages, check_window, together
from warehouse.sources.emit import DRAFT_SCHEMA
from warehouse.tables import AGENDA, GAP, MESSAGE

NOW = datetime(2026, 3, 1, 2, 0)  # noqa: DTZ001 - frames hold UTC without a zone mark
GAP_COUNTS = ("resident_messages", "resident_authors", "resident_voices", "municipality_messages")
CANARY = "mevrouw Kanarie"

Row = Mapping[str, object]


def drafts(*rows: Row) -> pl.DataFrame:
    good = {
        "role": "bericht", "native_id": "123_456", "platform": "facebook", "kind": "comment",
        "author_kind": "resident", "created_at": NOW - timedelta(days=3), "text": "De container zit vol.",
        "likes": 0,
    }  # fmt: skip
    return pl.DataFrame(
        [{**good, "row": number, **row} for number, row in enumerate(rows, start=1)], schema=DRAFT_SCHEMA
    )


def window(*rows: Row) -> pl.DataFrame:
    good = {
        "source_id": "fb", "kind": "comment", "author_kind": "resident", "created_at": NOW,
    }  # fmt: skip
    return pl.DataFrame([{**good, **row} for row in rows], schema=MESSAGE.schema)


POST: Row = {"author_kind": "municipality", "kind": "post"}


def gap(*rows: Row) -> pl.DataFrame:
    good = {
        "resident_messages": 5, "resident_authors": 4, "resident_voices": 4, "municipality_messages": 2,
        "resident_share": 1 / max(1, len(rows)), "resident_share_low": 0.0, "resident_share_high": 1.0,
        "municipality_share": 1 / max(1, len(rows)), "municipality_share_low": 0.0,
        "municipality_share_high": 1.0, "verdict": "te_weinig",
    }  # fmt: skip
    named = [{**good, "theme_id": f"thema-{place}", **row} for place, row in enumerate(rows)]
    return pl.DataFrame(named, schema=GAP.schema)


def agenda(
    residents: float | None = 0.1, municipality: float | None = 0.4, name: str = "report"
) -> pl.DataFrame:
    row = {
        "window": name,
        "unassigned_resident_share": residents,
        "unassigned_municipality_share": municipality,
    }
    return pl.DataFrame([row], schema=AGENDA.schema)


def broken(result: GateResult) -> list[str]:
    return [r.rule.name for r in result.results if not r.passed]


def no_side(side: str, share: float | None) -> dict[str, object]:
    return {f"{side}_share{end}": share for end in ("", "_low", "_high")}


BAD_DRAFTS = [
    ("tijd_in_de_toekomst", "created_at", NOW + timedelta(days=1, seconds=1)),
    ("tijd_in_de_toekomst", "created_at", datetime(9999, 12, 31)),  # noqa: DTZ001
    ("tijd_voor_2004", "created_at", datetime(2003, 12, 31, 23, 59, 59)),  # noqa: DTZ001
    ("tijd_voor_2004", "created_at", datetime(1, 1, 1)),  # noqa: DTZ001
    ("tekst_te_lang", "text", "é" * 20_001),
    ("id_te_lang", "native_id", "9" * 301),
    ("id_met_stuurteken", "native_id", "12\n3"),
    ("id_met_stuurteken", "native_id", "123\x00"),
    ("id_met_stuurteken", "native_id", "123\x85"),
    ("ongeldig_platform", "platform", "Facebook"),
    ("ongeldig_platform", "platform", "facebook\n"),
    ("ongeldig_platform", "platform", "9gag"),
    ("ongeldig_platform", "platform", "my-site"),
    ("ongeldig_platform", "platform", ""),
    ("ongeldig_platform", "platform", None),
    ("ongeldige_afzender", "author_kind", "Resident"),
    ("ongeldige_afzender", "author_kind", None),
    *(("negatief_aantal", name, -1) for name in ("likes", "comments", "shares", "views", "reach")),
]


def test_every_row_that_breaks_a_rule_is_named_with_rule_and_field() -> None:
    bad: list[Row] = [{field: value} for _, field, value in BAD_DRAFTS]
    result = check_messages(drafts(*bad, {}, {"likes": None}), NOW)
    assert result.broken_rows.rows() == [
        (row, "bericht", rule, field) for row, (rule, field, _) in enumerate(BAD_DRAFTS, start=1)
    ]
    first = result.results[0]
    assert (first.gate, first.rule.name, first.rule.strength) == ("berichten", "tijd_in_de_toekomst", "row")
    assert first.observed == f"2 van {len(BAD_DRAFTS) + 2}"
    assert first.sentence.startswith(f"Bij 2 van {len(BAD_DRAFTS) + 2} berichten ")


def test_rows_at_the_limits_pass() -> None:
    frame = drafts(
        {"created_at": NOW + timedelta(days=1)},
        {"created_at": datetime(2004, 1, 1)},  # noqa: DTZ001
        {"text": "é" * 20_000},
        {"native_id": "9" * 300},
        {"platform": "a9_"},
        {"author_kind": "unknown", "likes": None},
    )
    result = check_messages(frame, NOW)
    assert broken(result) == []
    assert result.broken_rows.is_empty()
    assert {r.sentence for r in result.results} == {""}


def test_a_row_that_breaks_two_rules_is_set_aside_once_under_the_first() -> None:
    twice = {"likes": -1, "views": -5, "platform": "X!", "role": "reactie", "row": 70}
    result = check_messages(drafts({}, twice, {"row": 70}, {"text": "x" * 20_001, "row": 2}), NOW)
    assert broken(result) == ["tekst_te_lang", "ongeldig_platform", "negatief_aantal"]
    assert result.broken_rows.rows() == [
        (70, "reactie", "ongeldig_platform", "platform"),
        (2, "bericht", "tekst_te_lang", "text"),
    ]


def test_positions_hold_after_absent_values() -> None:
    rows: list[Row] = [{"likes": count} for count in (None, 4, None, -1, None, -2)]
    result = check_messages(drafts(*rows), NOW)
    assert result.broken_rows["row"].to_list() == [4, 6]


def test_now_counts_in_utc_whatever_its_zone() -> None:
    frame = drafts({"created_at": NOW + timedelta(days=1)})
    amsterdam = NOW.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=1)))
    assert broken(check_messages(frame, amsterdam)) == []
    assert broken(check_messages(frame, amsterdam - timedelta(seconds=1))) == ["tijd_in_de_toekomst"]


PLANTED: list[Row] = [
    {}, {"likes": -1}, {"created_at": NOW + timedelta(days=2)}, {"platform": "X!"}, {},
    {"likes": -1, "author_kind": "iedereen"}, {"text": "x" * 20_001},
]  # fmt: skip


@pytest.mark.parametrize("ends", [(3,), (1, 2, 3, 4, 5, 6), (0, 7), (2, 2, 5)])
def test_an_export_judged_in_parts_is_judged_as_a_whole(ends: tuple[int, ...]) -> None:
    every = drafts(*PLANTED)
    whole = check_messages(every, NOW)
    borders = [0, *ends, every.height]
    parts = [every.slice(start, end - start) for start, end in itertools.pairwise(borders)]
    found = together([check_messages(part, NOW) for part in parts])
    assert found.results == whole.results
    assert found.broken_rows.equals(whole.broken_rows)
    assert [r.observed for r in found.results if not r.passed] == ["1 van 7"] * 4 + ["2 van 7"]
    assert found.broken_rows.schema == BROKEN_ROW


def test_an_export_without_messages_passes() -> None:
    result = check_messages(drafts(), NOW)
    assert broken(result) == []
    assert result.broken_rows.schema == {
        "row": pl.Int64, "role": pl.String, "rule": pl.String, "field": pl.String,
    }  # fmt: skip


BAD_WINDOWS: list[tuple[str, list[Row]]] = [
    ("geen_inwoners", [POST]),
    ("geen_gemeente", [{}, {"author_kind": "municipality", "kind": "answer"}]),
    ("bron_zonder_berichten", [{"source_id": "x"}, {**POST, "source_id": "x"}]),
    ("bron_loopt_achter", [{"created_at": NOW - timedelta(days=21, seconds=1)}, {**POST, "source_id": "x"}]),
    ("veel_kopieen", [*[{}] * 5, *[{"dup_of": "x:1"}] * 4, *[POST] * 4]),
    ("veel_onbekende_afzenders", [*[{}] * 3, *[{"author_kind": "unknown"}] * 4, *[POST] * 6]),
    ("veel_onbekende_afzenders", [*[{}] * 3, *[{"author_kind": None}] * 4, *[POST] * 6]),
]


@pytest.mark.parametrize(("rule", "rows"), BAD_WINDOWS)
def test_a_window_that_breaks_a_rule(rule: str, rows: list[Row]) -> None:
    result = check_window(window(*rows), ["fb"])
    assert broken(result) == [rule]
    assert result.broken_rows.is_empty()


def test_a_window_at_the_limits_passes() -> None:
    rows: list[Row] = [
        {"created_at": NOW - timedelta(days=21), "dup_of": "x:1"},
        *[{"dup_of": "x:1", "author_kind": "unknown"}] * 2,
        *[{}] * 4,
        {**POST, "kind": "share", "source_id": "x"},
        {**POST, "source_id": "x"},
        {**POST, "author_kind": "unknown"},
    ]
    frame = window(*rows).with_columns(
        created_at=pl.when(pl.col("source_id") == "fb").then(pl.lit(NOW - timedelta(days=21))).otherwise(NOW)
    )
    result = check_window(frame, ["fb", "x", "fb"])
    assert broken(result) == []
    result.raise_if_stopped()


def test_warnings_name_the_sources_and_count() -> None:
    rows: list[Row] = [
        *[{}] * 6,
        *[{"dup_of": "x:1"}] * 3,
        {**POST, "source_id": "x", "created_at": NOW - timedelta(days=50)},
    ]
    more: list[Row] = [{"dup_of": "x:1"}]
    result = check_window(window(*rows, *more), ["fb", "x", "kcc", "nextdoor"])
    result.raise_if_stopped()
    assert result.warnings == (
        "Zonder berichten in dit venster: kcc, nextdoor; controleer of deze export nog wordt aangeleverd.",
        "Het nieuwste bericht is meer dan 21 dagen ouder dan bij andere bronnen: x; vraag een verse export.",
        "Meer dan 30 % van de berichten is een kopie (4 van 11); "
        "controleer of een export dubbel is aangeleverd.",
    )


def test_an_empty_window_stops_with_one_sentence() -> None:
    result = check_window(window(), ["fb"])
    assert broken(result) == ["geen_inwoners", "geen_gemeente", "bron_zonder_berichten"]
    with pytest.raises(GateStop) as stop:
        result.raise_if_stopped()
    assert str(stop.value) == (
        "In dit venster staat geen enkel bericht van inwoners; "
        "controleer of de exports zijn aangeleverd en of de periode klopt; "
        "het rapport en de database van gisteren blijven staan."
    )


def test_many_silent_sources_are_not_all_listed() -> None:
    result = check_window(window({}, POST), ["fb", *(f"bron-{n}" for n in range(7))])
    assert "bron-0, bron-1, bron-2, bron-3, bron-4 en nog 2;" in result.warnings[0]


BAD_GAPS: list[tuple[str, str, list[Row]]] = [
    ("geen_themas", "0", []),
    ("thema_dubbel", "2 van 3", [{"theme_id": "t"}, {"theme_id": "t"}, {}]),
    (
        "aandeel_buiten_marge",
        "5 van 6",
        [
            {"resident_share_low": 0.2},
            {"resident_share_high": 0.1},
            {"municipality_share_low": 0.2},
            {"municipality_share_high": 0.1},
            {"municipality_share_high": None},
            {},
        ],
    ),
    (
        "aandeel_buiten_0_en_1",
        "5 van 6",
        [
            {"resident_share_low": -0.01},
            {"resident_share_high": 1.01},
            {"municipality_share_low": -0.01},
            {"municipality_share_high": 1.01},
            {"municipality_share_high": float("nan")},
            {},
        ],
    ),
    ("aandelen_geen_geheel", "1 van 2", [{"resident_share": 0.50001}, {}]),
    ("aandelen_geen_geheel", "1 van 2", [{"municipality_share": 0.4}, {}]),
    ("negatief_aantal", "4 van 5", [*({name: -1} for name in GAP_COUNTS), {}]),
    ("onbekend_oordeel", "2 van 3", [{"verdict": "gelijk"}, {"verdict": None}, {}]),
]


@pytest.mark.parametrize(("rule", "observed", "rows"), BAD_GAPS)
def test_figures_that_cannot_be_right_stop_the_night(rule: str, observed: str, rows: list[Row]) -> None:
    result = check_figures(gap(*rows), agenda())
    assert [(r.rule.name, r.observed) for r in result.results if not r.passed] == [(rule, observed)]
    with pytest.raises(GateStop, match="het rapport en de database van gisteren blijven staan"):
        result.raise_if_stopped()


def test_a_share_above_one_or_not_a_number_stops() -> None:
    above = gap({**no_side("resident", 1.5)}, {**no_side("resident", -0.5)})
    assert broken(check_figures(above, agenda())) == ["aandeel_buiten_0_en_1"]
    nan = gap({**no_side("resident", float("nan"))}, {})
    assert set(broken(check_figures(nan, agenda()))) == {"aandeel_buiten_0_en_1", "aandelen_geen_geheel"}


def test_figures_that_add_up_pass() -> None:
    thirds: list[Row] = [
        {
            "resident_share": 1 / 3,
            "resident_share_low": -1e-15,
            "municipality_share": share,
            "municipality_share_low": share + 1e-12,
            "municipality_share_high": share - 1e-12,
            "verdict": verdict,
        }
        for share, verdict in ((0.1, "stil"), (0.2, "overschot"), (0.7, "onzeker"))
    ]
    result = check_figures(gap(*thirds), agenda())
    assert broken(result) == []
    result.raise_if_stopped()


@pytest.mark.parametrize("share", [None, 0.0])
@pytest.mark.parametrize("side", ["resident", "municipality"])
def test_a_side_without_any_share_is_absent_and_passes(side: str, share: float | None) -> None:
    assert broken(check_figures(gap(no_side(side, share), no_side(side, share)), agenda())) == []


def test_messages_without_a_theme_warn_by_side_in_the_whole_window_only() -> None:
    months = agenda(0.9, 0.9, "2026-02")
    assert check_figures(gap({}, {}), pl.concat([agenda(0.4, None), months])).warnings == ()
    result = check_figures(gap({}, {}), pl.concat([months, agenda(0.41, 0.2)]))
    result.raise_if_stopped()
    assert broken(result) == ["veel_zonder_thema"]
    assert "heeft geen thema bij inwoners;" in result.warnings[0]


def test_figures_of_a_run_that_are_wrong_name_the_theme() -> None:
    result = check_figures(gap({}, {"verdict": "?"}), agenda())
    found = next(r for r in result.results if not r.passed)
    assert (found.gate, found.observed) == ("cijfers", "1 van 2")
    assert found.sentence.startswith("Het oordeel is onbekend bij thema-1; ")


def test_every_rule_has_a_case_a_dutch_name_and_says_what_to_do() -> None:
    cases = (
        (message_rules(NOW.replace(tzinfo=UTC)), {case[0] for case in BAD_DRAFTS}),
        (WINDOW_RULES, {case[0] for case in BAD_WINDOWS}),
        (FIGURE_RULES, {case[0] for case in BAD_GAPS} | {"veel_zonder_thema"}),
    )
    for rules, tried in cases:
        assert sorted(rule.name for rule in rules) == sorted(tried)
        for rule in rules:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.name)
            assert re.fullmatch(r"[A-Z].+; .+\.", rule.sentence)


def test_words_of_residents_stay_out_of_results_logs_and_output(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    bad: Row = {"text": CANARY * 2_000, "native_id": f"{CANARY}\n", "platform": CANARY, "author_kind": CANARY}
    result = check_messages(drafts({"text": CANARY}, bad), NOW)
    assert len(broken(result)) == 4
    printed = capfd.readouterr()
    for shown in (repr(result.results), result.broken_rows.write_json(), caplog.text, *printed):
        assert CANARY not in shown


def test_a_rule_that_cannot_be_judged_is_an_error_without_values(caplog: pytest.LogCaptureFixture) -> None:
    frame = drafts({}).with_columns(likes=pl.lit(CANARY))
    with pytest.raises(WeerklankError, match="regel negatief_aantal kon niet worden beoordeeld") as error:
        check_messages(frame, NOW)
    assert CANARY not in "".join(traceback.format_exception(error.value)) + caplog.text


WATCHED = """
import json, os, socket, sys
kept = os.environ["TMPDIR"]
seen = []

def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        seen.append(event)
    elif event == "open" and isinstance(args[0], str) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if args[0] != os.devnull and not args[0].startswith(kept):
            seen.append(f"open {args[0]}")
    elif event == "os.mkdir" and not str(args[0]).startswith(kept):
        seen.append(f"mkdir {args[0]}")

sys.addaudithook(watch)
from tests.test_gates import NOW, agenda, drafts, gap, window
from warehouse.gates import check_figures, check_messages, check_window

assert "great_expectations" not in sys.modules, "imported before it is needed"
check_messages(drafts({}, {"platform": "?"}), NOW)
check_window(window({}), ["fb"])
check_figures(gap({}), agenda())
during = list(seen)
with socket.socket() as probe:
    probe.connect_ex(("127.0.0.1", 9))
open("proof", "w").close()
print(json.dumps([during, seen[len(during):]]))
"""


def test_gates_open_no_connection_and_write_nothing(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("cwd", "home", "tmp")}
    for folder in folders.values():
        folder.mkdir()
    root = Path(__file__).parents[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GX_", "XDG_"))}
    env |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"HOME": str(folders["home"]), "TMPDIR": str(folders["tmp"])}
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED],
        cwd=folders["cwd"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    during, proof = json.loads(ran.stdout)
    assert during == []
    assert proof == ["socket.connect", "open proof"], "the watch must see what it watches for"
    assert ran.stderr == "", "no progress bars"
    assert [path.name for path in folders["cwd"].iterdir()] == ["proof"]
    assert list(folders["home"].iterdir()) == []
    assert list(folders["tmp"].iterdir()) == []
