"""The measured figures as compact Dutch text for a terminal."""

from collections.abc import Sequence

from reports import wording
from reports.measure_input import EvaluationInput, StabilityInput
from reports.measure_tables import Table
from reports.measure_view import evaluation_view, stability_view
from reports.measure_words import Line

REDRAWN = 15
_CELL = 34


def evaluation_text(data: EvaluationInput) -> str:
    """The figures against a gold set, a table for each part."""
    view = evaluation_view(data)
    return _joined(
        _lines(f"Tegen de labels in {view.data.gold}", view.lines),
        _table(view.verdict_counts),
        _table(view.verdicts),
        _table(view.signals),
        _table(view.themes, without_last=True),
        _table(view.confusions),
        _table(view.calibration),
    )


def stability_text(data: StabilityInput) -> str:
    """How steady the figures are, a table for each part."""
    view = stability_view(data)
    drawn = f"Gemiddelde rangcorrelatie van de kloven met die van alle berichten: {view.correlation}"
    return _joined(
        _table(view.runs),
        _table(view.redrawn, most=REDRAWN),
        drawn if view.redrawn.rows else "",
        _lines("De indeler", view.lines),
    )


def aligned(rows: Sequence[Sequence[str]], to_right: Sequence[bool]) -> str:
    """Rows of cells as lines of columns, each to the left or to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_right, strict=True)
        ).rstrip()
        for row in rows
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _lines(title: str, lines: Sequence[Line]) -> str:
    return f"{title}\n{aligned([(line.name, line.value) for line in lines], (False, True))}"


def _table(table: Table, *, most: int | None = None, without_last: bool = False) -> str:
    """The table with its first `most` rows; '' without rows."""
    if not table.rows:
        return ""
    columns = range(len(table.headings) - without_last)
    rows = [[wording.shortened(row[column], _CELL) for column in columns] for row in table.rows[:most]]
    shown = [[table.headings[column] for column in columns], *rows]
    rest = len(table.rows) - len(rows)
    return f"{table.caption}\n{aligned(shown, [column not in table.words for column in columns])}" + (
        f"\n  en nog {wording.counted(rest, 'rij', 'rijen')}" if rest else ""
    )
