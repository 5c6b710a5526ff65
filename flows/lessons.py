"""A CSV file of what to teach: which theme a message or a typed sentence belongs to."""

import csv
import io
from pathlib import Path

from warehouse.errors import ConfigurationError

_VALUES = ("message_id", "text")


def read_lessons(path: Path) -> list[tuple[str, str, str]]:
    """(theme_id, "message_id" or "text", value) of every row, in order; the first is row 2 of the sheet.

    The columns are theme_id with message_id, text or both; a row fills in one of them. Comma or semicolon,
    as the header has it. Raises ConfigurationError that names file and row.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} bestaat niet; controleer het pad.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is niet te lezen; controleer de rechten en bewaar het als UTF-8-tekst."
        ) from error
    header = content.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(content, newline=""), delimiter=";" if ";" in header else ",")
    columns = set(rows.fieldnames or ())
    if "theme_id" not in columns or not columns & set(_VALUES) or columns - {"theme_id", *_VALUES}:
        raise ConfigurationError(
            f"{path}: de kolommen moeten theme_id en message_id of text heten; pas de kopregel aan."
        )
    lessons = [_lesson(row, f"{path}, rij {number}") for number, row in enumerate(rows, start=2)]
    if not lessons:
        raise ConfigurationError(f"{path} heeft geen regels; zet er berichten of zinnen in.")
    return lessons


def _lesson(row: dict[str, str], where: str) -> tuple[str, str, str]:
    filled = [(name, value) for name in _VALUES if (value := (row.get(name) or "").strip())]
    theme = (row.get("theme_id") or "").strip()
    if len(filled) != 1 or not theme or None in row:
        raise ConfigurationError(f"{where}: vul theme_id in en verder message_id of text, niet allebei.")
    [(name, value)] = filled
    return theme, name, value
