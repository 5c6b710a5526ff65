"""A folder to start from: commented settings, an example mapping, a place for exports."""

from importlib.resources import files
from pathlib import Path

from warehouse.errors import ConfigurationError

_SETTINGS = """\
[municipality]
name = "Voorbeeldstad"
timezone = "Europe/Amsterdam"
# Namen en nummers van uw eigen accounts: wat zij schrijven is van de gemeente.
owned_accounts = ["Gemeente Voorbeeldstad"]
# Bestuurders mogen met naam in de tekst blijven staan.
office_holders = []

# Gebieden van de gemeente (CSV met naam en code), om wijken en buurten te herkennen.
# areas = "gebieden.csv"

# Een blok per export. 'mapping' is een bestand, of de naam van een ingebouwde, zoals
# meta-graph, x-api-v2 of signalen-api. 'weerklank inspect BESTAND' zegt welke past.
[[source]]
name = "klantcontact"
mapping = "mappings/klantcontact.yaml"
files = "exports/klantcontact_*.csv"

[report]
window_weeks = 13
"""


_FOR_EDITORS = "# yaml-language-server: $schema=mapping.schema.json\n"


def started_folder(folder: Path) -> list[Path]:
    """Make the folder and its files.

    Raises ConfigurationError when there is something in it already or when it cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"Map {folder} is niet leeg; kies een nieuwe map.")
    mapping = files("warehouse") / "sample" / "mappings" / "klantcontact.yaml"
    schema = files("warehouse.sources") / "mapping.schema.json"
    wanted = {
        folder / "weerklank.toml": _SETTINGS,
        folder / "mappings" / "klantcontact.yaml": _FOR_EDITORS + mapping.read_text(encoding="utf-8"),
        folder / "mappings" / "mapping.schema.json": schema.read_text(encoding="utf-8"),
    }
    try:
        (folder / "exports").mkdir(parents=True, exist_ok=True)
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"Map {folder} is niet te maken; controleer het pad en de rechten."
        ) from error
    return [*wanted, folder / "exports"]
