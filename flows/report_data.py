"""What the report is made of, read from the store as it stands after the marts."""

from datetime import date
from importlib.metadata import version

import polars as pl

from flows.night import Night
from reports.report_input import ReportInput
from warehouse.store import Store
from warehouse.tables import EXPORT, MATURITY

_GAP = """
SELECT gap.*, theme.department, theme.keywords, theme.origin AS theme_origin
FROM mart.gap_history AS gap
INNER JOIN core.theme USING (theme_id)
WHERE gap.run_id = $run_id AND theme.status <> 'hidden'
ORDER BY gap.theme_id
"""
_PREVIOUS_RUN = """
SELECT run_id
FROM core.run
WHERE as_of < $as_of AND status IN ('done', 'incomplete')
ORDER BY as_of DESC, started DESC
LIMIT 1
"""
_LABELLED = """
SELECT figures.*, theme.label AS theme_label
FROM {table} AS figures
INNER JOIN core.theme USING (theme_id)
WHERE figures.run_id = $run_id
ORDER BY ALL
"""
_OF_RUN = "SELECT * FROM {table} WHERE run_id = $run_id ORDER BY ALL"


def report_data(night: Night, store: Store, run_id: str, notices: tuple[str, ...]) -> ReportInput:
    """Everything that the report of a run needs; messages and weeks of its window only."""
    window, run = night.window, {"run_id": run_id}
    previous = store.query(_PREVIOUS_RUN, {"as_of": night.as_of})
    before = {"run_id": previous["run_id"].item() if previous.height else ""}
    messages = store.mart("message").filter(pl.col("created_day").is_between(window.start, window.end))
    return ReportInput(
        municipality=night.settings.municipality.name,
        as_of=night.as_of,
        window_start=window.start,
        window_end=window.end,
        run_id=run_id,
        version=version("weerklank"),
        gap=store.query(_GAP, run),
        previous_gap=store.query(_GAP, before),
        theme_week=_weeks_of(store.mart("theme_week"), window.start, window.end),
        signals=store.query(_LABELLED.format(table="core.signal"), run),
        agenda=store.query(_OF_RUN.format(table="core.agenda"), run),
        response=_weeks_of(store.mart("response"), window.start, window.end),
        words=store.query(_OF_RUN.format(table="core.word"), run),
        messages=messages,
        exports=store.table(EXPORT),
        maturity=MATURITY.conform(store.query(_OF_RUN.format(table="core.maturity"), run)),
        actions=store.mart("action"),
        notices=notices,
    )


def _weeks_of(frame: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Rows of weeks that begin in the window; the week in which the window starts may be partly outside."""
    return frame.filter(pl.col("week").is_between(start, end))
