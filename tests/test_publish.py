import os
import sys
from collections.abc import Mapping
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from reports.publish import publish_report
from warehouse.errors import ConfigurationError

DAY, NEXT_DAY = date(2026, 5, 24), date(2026, 5, 25)
OLD = {"index.html": "<p>oud", "gap.csv": "a;b\r\n1;2\r\n"}
NEW = {"index.html": "<p>nieuw", "gap.csv": "a;b\r\n3;4\r\n"}


def _contents(report: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in report.iterdir()}


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file stands under each name, and when it was last written."""
    entries = (path.lstat() for path in sorted(folder.rglob("*")))
    return {
        str(path): (entry.st_ino, entry.st_mtime_ns)
        for path, entry in zip(sorted(folder.rglob("*")), entries, strict=True)
    }


def test_a_report_is_found_by_its_day_as_latest_and_in_the_archive(tmp_path: Path) -> None:
    report = publish_report(tmp_path, DAY, OLD)
    assert report == tmp_path / "2026-05-24"
    assert _contents(report) == _contents(tmp_path / "latest") == OLD
    assert 'href="2026-05-24/index.html"' in (tmp_path / "index.html").read_text()


def test_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    publish_report(tmp_path, DAY, OLD)
    before = _state(tmp_path)
    publish_report(tmp_path, DAY, dict(reversed(OLD.items())))
    assert _state(tmp_path) == before


def test_other_content_takes_the_place_of_the_old_and_leaves_nothing_behind(tmp_path: Path) -> None:
    publish_report(tmp_path, DAY, {**OLD, "extra.json": "{}"})
    publish_report(tmp_path, DAY, NEW)
    assert _contents(tmp_path / "2026-05-24") == _contents(tmp_path / "latest") == NEW
    assert len(list((tmp_path / ".versions").iterdir())) == 1


def test_latest_stays_with_the_newest_day(tmp_path: Path) -> None:
    publish_report(tmp_path, NEXT_DAY, NEW)
    publish_report(tmp_path, DAY, OLD)
    assert _contents(tmp_path / "latest") == NEW
    archive = (tmp_path / "index.html").read_text()
    assert 0 < archive.index("2026-05-25/index.html") < archive.index("2026-05-24/index.html")


@pytest.mark.parametrize("name", ["../index.html", "a/b.html", "", ".hidden", "a\nb"])
def test_only_plain_file_names_are_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        publish_report(tmp_path, DAY, {name: ""})
    assert not list(tmp_path.iterdir())


def test_a_folder_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "2026-05-24").mkdir()
    (tmp_path / "2026-05-24" / "notities.txt").write_text("van mij")
    with pytest.raises(ConfigurationError, match="geen rapport van weerklank"):
        publish_report(tmp_path, DAY, OLD)
    assert (tmp_path / "2026-05-24" / "notities.txt").read_text() == "van mij"


def _publish_and_die(folder: Path, day: date, files: Mapping[str, str], moment: int) -> bool:
    """Publish in a child that is cut off at the `moment`-th touch of the disk; True when it was."""
    child = os.fork()
    if child == 0:
        touches = count()

        def cut_off(event: str, arguments: tuple[object, ...]) -> None:
            touches_disk = event == "open" or event.startswith(("os.", "shutil."))
            if touches_disk and str(folder) in str(arguments) and next(touches) == moment:
                os._exit(9)

        sys.addaudithook(cut_off)
        publish_report(folder, day, files)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("day", [DAY, NEXT_DAY])
def test_a_cut_at_any_moment_leaves_a_whole_report(tmp_path: Path, day: date) -> None:
    for moment in count():
        folder = tmp_path / str(moment)
        publish_report(folder, DAY, OLD)
        was_cut = _publish_and_die(folder, day, NEW, moment)
        assert _contents(folder / "latest") in (OLD, NEW)
        assert (folder / "index.html").read_text().endswith("</html>")
        publish_report(folder, day, NEW)
        assert _contents(folder / "latest") == _contents(folder / day.isoformat()) == NEW
        left = {path.name for path in folder.iterdir()} - {"2026-05-24", "2026-05-25"}
        assert left == {".versions", "latest", "index.html"}
        assert not [path for path in (folder / ".versions").iterdir() if path.name.startswith(".")]
        if not was_cut:
            assert moment > 15
            break


def test_a_cut_first_night_leaves_no_half_report(tmp_path: Path) -> None:
    for moment in count():
        folder = tmp_path / str(moment)
        folder.mkdir()
        was_cut = _publish_and_die(folder, DAY, NEW, moment)
        for name in ("latest", "2026-05-24"):
            assert not (folder / name).exists() or _contents(folder / name) == NEW
        if not was_cut:
            break
