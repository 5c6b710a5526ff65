"""The night, on one screen."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from prefect import flow

from flows import steps
from flows.night import prepared_night
from flows.runs import begun, finished
from flows.unforeseen import discreet
from warehouse.errors import GateStop
from warehouse.store import open_store


@dataclass(frozen=True)
class Outcome:
    """What a night leaves: its page, what was new, and what the reader must know."""

    run_id: str
    page: Path
    new_messages: int
    complete: bool
    notices: tuple[str, ...]
    silent: pl.DataFrame


@flow(name="weerklank-nacht", persist_result=False)
def nightly(config: str, as_of: str) -> Outcome:
    """Collect, read, gate, pseudonymise, load, theme, measure, gate, report and publish.

    Raises ConfigurationError (wrong settings, database in use) and GateStop (nothing is published).
    """
    with (
        discreet("de nacht"),
        prepared_night(Path(config), as_of) as night,
        open_store(night.database) as store,
    ):
        found = steps.collect(night, store)
        read = steps.read_and_map(night, found)
        gates = steps.gate_messages(night, read)
        stored = steps.load(night, store, read)
        run_id = begun(night, store)
        try:
            gates += (steps.gate_window(night, store),)
            steps.read_texts(night, store)
            themed = steps.find_themes(night, store, run_id)
            measured = steps.measure(night, store, themed)
            gates += (steps.gate_figures(night, measured),)
        except GateStop as stop:
            finished(night, store, run_id, "stopped", str(stop))
            raise
        steps.write_marts(night, store, themed, measured, stored)
        notices = steps.notices(stored, gates)
        page = steps.report(night, store, run_id, notices)
        steps.publish(night, store, page)
        silent = store.mart("gap").filter(pl.col("verdict") == "stil").sort("difference_pp", descending=True)
        return Outcome(run_id, page, stored.new, not stored.left_out, notices, silent)
