"""How good the data of this night are: what was left out, what was rejected, what has no theme."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class LeftOut:
    """An export that was not read, and why."""

    source: str
    file_name: str
    reason: str


@dataclass(frozen=True)
class DataQuality:
    """Rows of all exports and what became of them; notices are Dutch sentences about this night."""

    files: int
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    left_out: tuple[LeftOut, ...]
    notices: tuple[str, ...]


def data_quality(exports: pl.DataFrame, notices: tuple[str, ...]) -> DataQuality:
    """The quality of the data from all exports and the notices of the flow.

    `left_out` holds what is still missing: no file of that name was loaded since, and no notice says so.
    """
    file = ["source_id", "file_name"]
    missing = (
        exports.filter(pl.col("status") == "left_out")
        .join(exports.filter(pl.col("status") == "loaded"), on=file, how="anti", nulls_equal=True)
        .filter(~pl.col("reason").is_in(notices).fill_null(value=False))
        .unique(file, keep="last", maintain_order=True)
        .sort(file)
    )
    return DataQuality(
        files=exports.height,
        rows_read=int(exports["rows_read"].sum()),
        rows_loaded=int(exports["rows_loaded"].sum()),
        rows_quarantined=int(exports["rows_quarantined"].sum()),
        left_out=tuple(
            LeftOut(row["source_id"] or "", row["file_name"] or "", row["reason"] or "Geen reden bekend.")
            for row in missing.iter_rows(named=True)
        ),
        notices=tuple(dict.fromkeys(notices)),
    )
