"""Settings and environment: what is read, what is refused and what is kept."""

import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from flows.settings import (
    Environment,
    Municipality,
    Part,
    Report,
    Settings,
    Source,
    Themes,
    prepare_process,
    read_environment,
    read_settings,
    secret_key,
    source_mapping,
)
from tests.export_reading import CONTACTS
from warehouse.errors import ConfigurationError
from warehouse.validation import known_keys, line_of, nearest

MINIMAL = """\
[municipality]
name = "Testdam"

[[source]]
name = "balie"
mapping = "balie.yaml"
files = "balie_*.csv"
"""
BLOCKS: dict[str, type[Part]] = {
    "municipality": Municipality,
    "source": Source,
    "report": Report,
    "themes": Themes,
}
# Every kind of value that TOML has.
VALUES = [
    True,
    -1,
    0,
    10**9,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x y",
    date(2026, 1, 1),
    [],
    [1],
    {},
    {"a": 1},
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return written(tmp_path, MINIMAL)


def written(folder: Path, content: str | bytes) -> Settings:
    path = folder / "weerklank.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_settings(path)


def test_the_least_that_a_municipality_must_say(settings: Settings) -> None:
    assert settings.municipality.timezone == "Europe/Amsterdam"
    assert settings.source[0].files == ["balie_*.csv"]
    assert settings.source[0].quotable is None
    assert settings.report.window_weeks == 13
    assert settings.report.min_authors == 5
    assert settings.themes.departments == {}


def test_the_municipality_speaks_by_its_own_name_too(tmp_path: Path) -> None:
    settings = written(tmp_path, MINIMAL.replace("\n\n", '\nowned_accounts = ["@testdam"]\n\n'))
    assert settings.owned_accounts == {"@testdam", "Testdam", "Gemeente Testdam"}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(settings: Settings, tmp_path: Path) -> None:
    from_windows = b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode()
    assert written(tmp_path, from_windows) == settings


def test_the_fingerprint_follows_what_is_set_and_not_how_it_is_written(
    settings: Settings, tmp_path: Path
) -> None:
    rewritten = written(tmp_path, "# een opmerking\n" + MINIMAL + "[report]\nwindow_weeks = 13\n")
    assert rewritten.fingerprint == settings.fingerprint
    assert written(tmp_path, MINIMAL + "[report]\nwindow_weeks = 14\n").fingerprint != settings.fingerprint


def test_settings_are_never_changed_after_reading(settings: Settings) -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.municipality.name = "Elders"


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_of_any_kind_is_taken_or_refused_with_what_to_do(value: object, tmp_path: Path) -> None:
    """Every key of every block gets `value`; what is refused names its key and is explained."""
    refusals = {
        (block, key): refusal(tmp_path, toml_with(block, key, value))
        for block, model in BLOCKS.items()
        for key in model.model_fields
    }
    assert any(refusals.values())
    for (_, key), said in refusals.items():
        assert said is None or (key in said and "kies een andere" not in said)


def refusal(folder: Path, content: str) -> str | None:
    try:
        written(folder, content)
    except ConfigurationError as error:
        return str(error)
    return None


def toml_with(place: str, key: str, value: object) -> str:
    """The least settings, with `value` for one key of one block."""
    least = {"municipality": {"name": "Testdam"}, "source": {"name": "balie", "mapping": "m", "files": "f"}}
    lines = []
    for block in BLOCKS:
        fields = {**least.get(block, {}), **({key: value} if block == place else {})}
        lines.append("[[source]]" if block == "source" else f"[{block}]")
        lines += [f"{name} = {toml(held)}" for name, held in fields.items()]
    return "\n".join(lines)


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{key} = {toml(held)}' for key, held in value.items())}}}"
        case date():
            return value.isoformat()
        case _:
            return repr(value)


def test_the_environment_is_read_from_what_is_given() -> None:
    assert read_environment({}) == Environment(Path("var").absolute(), None)
    given = {"WEERKLANK_HOME": "/srv/weerklank", "WEERKLANK_SECRET_KEY": "geheim"}
    assert read_environment(given) == Environment(Path("/srv/weerklank"), "geheim")
    assert read_environment({"WEERKLANK_HOME": "", "WEERKLANK_SECRET_KEY": ""}) == read_environment({})


def test_a_mapping_is_a_file_beside_the_settings_or_one_that_is_built_in(tmp_path: Path) -> None:
    (tmp_path / "balie.yaml").write_text("\ufeff" + CONTACTS, encoding="utf-8")
    settings = written(tmp_path, MINIMAL)
    assert source_mapping(settings.source[0], tmp_path).id == "balie"
    built_in = written(tmp_path, MINIMAL.replace("balie.yaml", "meta-graph"))
    assert source_mapping(built_in.source[0], tmp_path).id == "meta-graph"


def test_the_secret_of_the_environment_is_used_and_not_kept(tmp_path: Path) -> None:
    assert secret_key(Environment(tmp_path / "home", "geheim")) == b"geheim"
    assert not any(b"geheim" in path.read_bytes() for path in (tmp_path / "home").iterdir())
    assert "geheim" not in repr(Environment(tmp_path, "geheim"))


def test_another_secret_than_the_one_a_home_was_made_with_is_refused(tmp_path: Path) -> None:
    assert secret_key(Environment(tmp_path, "eerste")) == b"eerste"
    assert secret_key(Environment(tmp_path, "eerste")) == b"eerste"
    with pytest.raises(ConfigurationError, match="WEERKLANK_SECRET_KEY is niet het geheim"):
        secret_key(Environment(tmp_path, "tweede"))


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    home = Environment(tmp_path / "home", None)
    first = secret_key(home)
    assert len(first) >= 32
    assert secret_key(home) == first
    assert {path.name for path in home.home.iterdir()} == {"secret.key", "secret.check"}
    assert stat.S_IMODE((home.home / "secret.key").stat().st_mode) == 0o600
    assert secret_key(Environment(tmp_path / "elsewhere", None)) != first


def test_a_secret_that_was_lost_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(
        ConfigurationError, match=r"secret\.key is leeg; zet het terug uit een reservekopie\."
    ):
        secret_key(Environment(tmp_path, None))
    (tmp_path / "secret.key").unlink()
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(ConfigurationError, match=r"secret\.key is niet te lezen"):
        secret_key(Environment(tmp_path, None))


FIRST_NIGHT = """
import pathlib, sys
from tests.export_reading import CONTACTS
from flows.settings import Environment, secret_key
sys.stdin.readline()
print(secret_key(Environment(pathlib.Path(sys.argv[1]), None)).decode())
"""


def test_first_nights_at_the_same_time_get_the_same_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_NIGHT, str(tmp_path / "home")]
    nights = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for night in nights:
        assert night.stdin is not None
        night.stdin.write("start\n")
        night.stdin.flush()
    secrets = {night.communicate()[0] for night in nights}
    assert secrets == {secret_key(Environment(tmp_path / "home", None)).decode() + "\n"}


PREPARED = """
import os, pathlib, sys
from tests.export_reading import CONTACTS
from flows.settings import prepare_process
prepare_process(pathlib.Path(sys.argv[1]))
for name in ("PREFECT_HOME", "GX_ANALYTICS_ENABLED", "PREFECT_SERVER_ANALYTICS_ENABLED"):
    print(os.environ[name])
"""


def test_nothing_phones_home_and_what_the_operator_set_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {"PATH": os.environ["PATH"], "GX_ANALYTICS_ENABLED": "zelf"}
    command = [sys.executable, "-c", PREPARED, str(home)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(home / "prefect"), "zelf", "false"]
    assert stat.S_IMODE(home.stat().st_mode) == 0o750


def test_a_home_that_cannot_be_made_is_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "bestand").touch()
    with pytest.raises(
        ConfigurationError, match=r"bestand.* is niet te maken; kies met WEERKLANK_HOME een andere\."
    ):
        prepare_process(tmp_path / "bestand" / "home")


@pytest.mark.parametrize(
    ("word", "found"), [("window_weks", "window_weeks"), ("NAME", "name"), ("zzz", None), ("", None)]
)
def test_the_nearest_key(word: str, found: str | None) -> None:
    assert nearest(word, known_keys(Settings)) == found


def test_the_line_of_a_key_in_yaml() -> None:
    text = "id: a\nemit:\n  - kind: post\n    fields:\n      text: {from: T}\n"
    assert line_of(text, ["emit", 0, "fields", "text"]) == 5
    assert line_of(text, ["emit", 0, "kind"]) == 3
    assert line_of(text, ["emit", 0, "fields", "created_at"]) == 4
    assert line_of(text, ["nee"]) is None
