"""A night after people decided: labels, merges and hidden themes in marts and report, and back again."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tests.conftest import Town
from tests.deployment import written_export
from tests.town import AS_OF, day
from warehouse.store import query_published

pytestmark = pytest.mark.xdist_group("prefect")
WASTE, CULTURE, EVENTS, DOGS = "afvalinzameling", "cultuur-en-bibliotheek", "evenementen", "honden"
_ABOUT_DOGS = (
    "Weer hondenpoep op de stoep, baasjes ruimen niks op",
    "Losloopveld voor honden staat vol met honden zonder riem",
)


def night(town: Town, later: int) -> None:
    """A night so many days after the first one."""
    as_of = (AS_OF + timedelta(days=later)).isoformat()
    assert main(["nightly", "--config", str(town.settings), "--as-of", as_of]) == 0


def themes(*arguments: str) -> None:
    assert main(["themes", *arguments, "--who", "adviseur"]) == 0


def published(town: Town, sql: str) -> pl.DataFrame:
    return query_published(town.home / "published" / "weerklank.duckdb", sql)


def page(town: Town) -> str:
    return (town.home / "reports" / "latest" / "index.html").read_text("utf-8")


def theme(town: Town, theme_id: str) -> tuple[object, ...]:
    """label, department, status and merged_into in mart.theme."""
    rows = published(town, "SELECT theme_id, label, department, status, merged_into FROM mart.theme")
    return rows.row(by_predicate=pl.col("theme_id") == theme_id)[1:]


def runs_of(town: Town, theme_id: str) -> list[tuple[object, ...]]:
    """as_of, label, voices and posts of a theme in mart.gap_history, the oldest run first."""
    rows = published(
        town,
        "SELECT theme_id, as_of, theme_label, resident_voices, municipality_messages FROM mart.gap_history",
    )
    return rows.filter(pl.col("theme_id") == theme_id).sort("as_of").drop("theme_id").rows()


def written_dogs(folder: Path) -> None:
    rows = [[f"h{n}", day(n % 8, 1), f"Baas {n}", "", f"{_ABOUT_DOGS[n % 2]} ({n})"] for n in range(16)]
    written_export(folder / "exports" / "inwoners_honden.csv", rows)


def test_a_night_applies_what_was_decided_and_another_takes_it_back(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    written_dogs(town.settings.parent)
    night(town, 1)
    before = {name: theme(town, name) for name in (WASTE, CULTURE, EVENTS, DOGS)}
    history = {name: runs_of(town, name) for name in (WASTE, CULTURE)}
    [(_, label_before, *_), _] = history[CULTURE]
    assert str(label_before) in page(town)
    assert str(before[DOGS][0]) in page(town)
    shares = published(town, "SELECT theme_id, resident_share FROM mart.gap ORDER BY theme_id")
    assert DOGS in shares["theme_id"]

    themes("rename", WASTE, "Zakken naast de bak")
    themes("department", WASTE, "Wijkteam Noord")
    themes("merge", CULTURE, EVENTS)
    themes("hide", DOGS)
    themes("rename", EVENTS, "Iets anders")
    themes("undo")
    assert theme(town, WASTE) == before[WASTE]
    night(town, 2)

    assert theme(town, WASTE) == ("Zakken naast de bak", "Wijkteam Noord", "active", None)
    assert theme(town, CULTURE) == (*before[CULTURE][:2], "merged", EVENTS)
    assert theme(town, EVENTS) == before[EVENTS]
    assert theme(town, DOGS) == (*before[DOGS][:2], "hidden", None)
    # Backwards too: every run has the new label, and the merged theme under its target.
    assert [row[1] for row in runs_of(town, WASTE)] == ["Zakken naast de bak"] * 3
    assert runs_of(town, CULTURE) == []
    expected = [(as_of, before[EVENTS][0], *counts) for as_of, _, *counts in history[CULTURE]]
    assert runs_of(town, EVENTS)[:2] == expected
    gap = published(town, "SELECT theme_id, resident_share FROM mart.gap")
    assert {WASTE, EVENTS} <= set(gap["theme_id"])
    assert not {CULTURE, DOGS} & set(gap["theme_id"])
    assert gap["resident_share"].sum() == pytest.approx(1.0)
    of_message = "SELECT theme_id, theme_label FROM mart.message WHERE native_id = "
    assert published(town, f"{of_message} 'p0'").rows() == [(EVENTS, before[EVENTS][0])]
    assert published(town, f"{of_message} 'h0'").rows() == [(DOGS, before[DOGS][0])]
    weeks = published(town, "SELECT DISTINCT theme_id FROM mart.theme_week")["theme_id"]
    assert not {CULTURE, DOGS} & set(weeks)
    for name in ("word", "signal"):
        assert not {CULTURE, DOGS} & set(published(town, f"SELECT theme_id FROM mart.{name}")["theme_id"])
    assert "Zakken naast de bak" in page(town)
    assert str(before[DOGS][0]) not in page(town)
    assert str(before[CULTURE][0]) not in page(town)
    copied = published(town, "SELECT kind, theme_id FROM core.decision ORDER BY decided_at")
    assert copied["kind"].to_list() == ["rename", "department", "merge", "hide", "rename", "undo"]

    capsys.readouterr()
    assert main(["themes", "log"]) == 0
    log = capsys.readouterr().out
    assert (log.count("toegepast"), log.count("komende nacht")) == (5, 0)

    decided = [line.split('"')[3] for line in _lines(town)]
    themes("undo", *decided[:4])
    night(town, 2)
    assert {name: theme(town, name) for name in before} == before
    assert runs_of(town, CULTURE)[:2] == history[CULTURE]
    assert runs_of(town, WASTE)[:2] == history[WASTE]
    assert str(before[DOGS][0]) in page(town)


def _lines(town: Town) -> list[str]:
    [file] = (town.home / "decisions").iterdir()
    return file.read_text("utf-8").splitlines()


def test_a_broken_log_stops_the_night_before_it_begins(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    (town.home / "decisions").mkdir()
    (town.home / "decisions" / "2026.jsonl").write_text('{"theme": "afval"}\n')
    config = str(town.settings)
    assert main(["nightly", "--config", config, "--as-of", AS_OF.isoformat()]) == 2
    assert "2026.jsonl, regel 1, thema afval: 'what' kent deze waarde niet" in capsys.readouterr().err
