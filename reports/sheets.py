"""The figures of all themes as text for a spreadsheet, safe to open in one."""

import csv
import io

from reports.figures import Share, ThemeFigures
from reports.gap_report import GapReport
from warehouse.tables import GAP

Cell = str | int | float | None

COLUMNS = (*GAP.schema, "theme_label")
"""The columns of gap.csv: those of core.gap, and the label."""

# What a spreadsheet takes for the start of a formula, also in its full-width forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DIGITS = 6


def gap_csv(report: GapReport) -> str:
    """One row per theme with the columns of the gap and its label: `;` between cells, a point in decimals.

    Hidden figures are empty. Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    sheet = csv.writer(text, delimiter=";", lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for figures in report.themes:
        row = _row(report, figures)
        sheet.writerow([_cell(row[column]) for column in COLUMNS])
    return text.getvalue()


def _row(report: GapReport, figures: ThemeFigures) -> dict[str, Cell]:
    return {
        "run_id": report.run_id,
        "as_of": report.as_of.isoformat(),
        "window_start": report.window_start.isoformat(),
        "window_end": report.window_end.isoformat(),
        "theme_id": figures.theme_id,
        "resident_messages": figures.resident_messages,
        "resident_authors": figures.resident_authors,
        "resident_voices": figures.resident_voices,
        "municipality_messages": figures.municipality_messages,
        **_share("resident_share", figures.resident_share),
        **_share("municipality_share", figures.municipality_share),
        "difference_pp": figures.difference_pp,
        "log2_ratio": figures.log2_ratio,
        "log_odds_z": figures.log_odds_z,
        "q_value": figures.q_value,
        "verdict": figures.verdict,
        "reason": figures.reason,
        "theme_label": figures.label,
    }


def _share(name: str, share: Share | None) -> dict[str, Cell]:
    return {
        name: share.value if share else None,
        f"{name}_low": share.low if share else None,
        f"{name}_high": share.high if share else None,
    }


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Adding zero makes of -0.0 a plain 0.
        return f"{value + 0.0:.{_DIGITS}g}"
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value
