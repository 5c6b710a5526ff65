"""One municipality per home; the demo makes way."""

from pathlib import Path

import pytest

from flows.home import DEMO, claim, owner_of
from warehouse.errors import ConfigurationError


def test_a_home_stays_with_its_municipality(tmp_path: Path) -> None:
    claim(tmp_path, "Proefstad")
    claim(tmp_path, "Proefstad")
    with pytest.raises(ConfigurationError, match="hoort bij Proefstad; kies met WEERKLANK_HOME"):
        claim(tmp_path, "Elders")
    with pytest.raises(ConfigurationError, match="hoort bij Proefstad"):
        claim(tmp_path, DEMO)


def test_what_a_demo_left_makes_way(tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / "gemeente.txt").write_text(DEMO)
        (tmp_path / "warehouse.duckdb").write_text("demo")
        (tmp_path / "reports").mkdir()
        claim(tmp_path, "Proefstad")
        assert not (tmp_path / "warehouse.duckdb").exists()
        assert not (tmp_path / "reports").exists()
    assert [(tmp_path / "demo" / n / "warehouse.duckdb").read_text() for n in ("1", "2")] == ["demo", "demo"]


def test_the_bundled_sample_is_the_demo(tmp_path: Path) -> None:
    import warehouse

    sample = Path(str(warehouse.__path__[0])) / "sample" / "weerklank.toml"
    assert owner_of(sample, "Meerwold") == DEMO
    assert owner_of(tmp_path / "weerklank.toml", "Meerwold") == "Meerwold"
