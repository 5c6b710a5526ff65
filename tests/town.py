"""A small invented town with a clear gap, for tests that run whole nights."""

from datetime import date, timedelta
from pathlib import Path

from tests.deployment import written_deployment, written_export

AS_OF = date(2026, 6, 28)
_LAST_MONDAY = date(2026, 6, 22)
_RUBBISH = (
    "De container zit alweer vol en er staan zakken naast",
    "Ondergrondse container doet het niet, afvalpas wordt geweigerd",
    "Wanneer komt de vuilniswagen hier eindelijk langs?",
    "Weer volle containers op de hoek, ophalen graag",
    "Kliko niet geleegd, al voor de derde keer deze maand",
    "Papiercontainer puilt uit, alles ligt ernaast",
)
_LIBRARY = (
    "Kom zaterdag naar de voorleesochtend in de bibliotheek",
    "De muziekschool geeft een concert in het theater",
    "Nieuwe tentoonstelling in het museum geopend",
    "De bibliotheek is vanaf nu ook op zondag open",
)
_OTHER = ("Wat een mooie foto!", "Hartelijk gefeliciteerd allemaal", "Groetjes uit de tuin")


def day(week: int, offset: int = 0) -> str:
    """A time in the given week before the last one, as the exports write it."""
    return f"{_LAST_MONDAY - timedelta(weeks=week) + timedelta(days=offset):%d-%m-%Y} 10:1{offset}"


def resident_rows() -> list[list[str]]:
    """Residents: 60 messages about rubbish by 30 people, some chatter."""
    rows = []
    for number in range(60):
        text = f"{_RUBBISH[number % len(_RUBBISH)]} ({number})"
        rows.append([f"r{number}", day(number % 10, number % 5), f"Inwoner {number % 30}", "", text])
    rows += [[f"g{n}", day(n), f"Groeter {n}", "", text] for n, text in enumerate(_OTHER)]
    return rows


def post_rows() -> list[list[str]]:
    """The municipality: 40 posts about culture, none about rubbish."""
    return [
        [f"p{number}", day(number % 10, 1), "Gemeente Proefstad", "", f"{_LIBRARY[number % 4]} ({number})"]
        for number in range(40)
    ]


def written_town(folder: Path) -> Path:
    """The town on disk; gives the path of its settings."""
    settings = written_deployment(folder)
    written_export(folder / "exports" / "inwoners.csv", resident_rows())
    written_export(folder / "exports" / "gemeente.csv", post_rows())
    return settings
