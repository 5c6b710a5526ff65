"""The book of runs: when a run began, on what input, and how it ended."""

import hashlib

import polars as pl

from flows.night import Night
from warehouse.store import Store
from warehouse.tables import RUN


def begun(night: Night, store: Store) -> str:
    """Note that a run began; gives its id, the same for the same day, input, settings and versions."""
    seen = store.query("SELECT message_id, version, raw_hash FROM core.message ORDER BY ALL")
    input_hash = hashlib.sha256(seen.write_csv().encode()).hexdigest()
    settings_hash = night.settings.fingerprint
    digest = hashlib.sha256(f"{input_hash}{settings_hash}{night.versions}".encode()).hexdigest()[:8]
    run_id = f"{night.as_of:%Y-%m-%d}-{digest}"
    row = pl.DataFrame(
        {
            "run_id": run_id, "as_of": night.as_of, "started": night.now, "status": "running",
            "versions": night.versions, "seed": night.settings.themes.seed,
            "input_hash": input_hash, "settings_hash": settings_hash,
        }
    )  # fmt: skip
    store.insert_new(RUN, row)
    return run_id


def finished(night: Night, store: Store, run_id: str, status: str, message: str | None) -> None:
    """Note how a run ended. The first end of a run that was repeated stays."""
    row = RUN.conform(store.query("SELECT * FROM core.run WHERE run_id = $run_id", {"run_id": run_id}))
    if row["status"].item() != status:
        ended = row.with_columns(
            status=pl.lit(status), ended=pl.lit(night.now), message=pl.lit(message, dtype=pl.String())
        )
        store.upsert(RUN, ended)
