"""Whose run-time home this is: one municipality per home, so that no two are ever counted together."""

from importlib.resources import files
from pathlib import Path

from warehouse.errors import ConfigurationError

DEMO = "weerklank demo"
_MADE_BY_A_RUN = ("warehouse.duckdb", "warehouse.duckdb.wal", "published", "reports", "decisions")


def owner_of(config: Path, municipality: str) -> str:
    """Who runs by these settings: the municipality, or the demo when they are the bundled sample's."""
    sample = Path(str(files("warehouse") / "sample"))
    return DEMO if config.absolute().parent == sample else municipality


def decisions_of(home: Path) -> Path:
    """The folder of the decision log."""
    return home / "decisions"


def claim(home: Path, owner: str) -> None:
    """Make `home` the owner's. What a demo left makes way for a real municipality: it moves to demo/.

    Raises ConfigurationError when the home is another municipality's.
    """
    name = home / "gemeente.txt"
    before = (name.read_text(encoding="utf-8").strip() if name.exists() else "") or owner
    if before not in (owner, DEMO):
        raise ConfigurationError(
            f"Map {home} hoort bij {before}; kies met WEERKLANK_HOME een andere map voor {owner}."
        )
    if before != owner:
        aside = home / "demo"
        aside.mkdir(exist_ok=True)
        for part in _MADE_BY_A_RUN:
            if (home / part).exists():
                (home / part).rename(_free(aside, part))
    name.write_text(owner + "\n", encoding="utf-8")


def _free(folder: Path, name: str) -> Path:
    """A path in `folder` that is not taken."""
    number = 1
    while (folder / str(number) / name).exists():
        number += 1
    (folder / str(number)).mkdir(exist_ok=True)
    return folder / str(number) / name
