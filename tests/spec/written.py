"""Messages as the specification writes them down: one line each, or one line per theme."""

from datetime import date, timedelta

import polars as pl

_SCHEMA = {
    "message_id": pl.String,
    "author_kind": pl.String,
    "author_key": pl.String,
    "kind": pl.String,
    "created_day": pl.Date,
    "theme_id": pl.String,
    "dup_of": pl.String,
}


def messages(table: str) -> pl.DataFrame:
    """Messages from lines of words under a line of column names; a dash is null."""
    header, *lines = (line.split() for line in table.strip().splitlines())
    rows = [
        {name: None if cell == "-" else cell for name, cell in zip(header, line, strict=True)}
        for line in lines
    ]
    return _as_messages(pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String)))


def agendas(table: str, day: date = date(2026, 3, 4)) -> pl.DataFrame:
    """So many anonymous messages of residents and posts of the municipality per theme; '-' is no theme."""
    lines = [line.split() for line in table.strip().splitlines()[1:]]
    rows = [
        {"theme_id": None if theme == "-" else theme, "author_kind": side, "kind": kind}
        for theme, *counts in lines
        for side, kind, count in zip(("resident", "municipality"), ("comment", "post"), counts, strict=True)
        for _ in range(int(count))
    ]
    frame = pl.DataFrame(rows, schema={"theme_id": pl.String, "author_kind": pl.String, "kind": pl.String})
    return _as_messages(frame.with_columns(created_day=pl.lit(day)))


def weekly(table: str, as_of: date) -> pl.DataFrame:
    """So many anonymous messages of residents per theme and week of seven days, the last one up to `as_of`.

    A cell like 40*6 stands for 40 weeks with six messages each.
    """
    rows = []
    for theme, *cells in (line.split() for line in table.strip().splitlines()):
        counts = [
            int(count)
            for cell in cells
            for count in ([cell.split("*")[1]] * int(cell.split("*")[0]) if "*" in cell else [cell])
        ]
        for weeks_ago, count in enumerate(reversed(counts)):
            rows += [{"theme_id": theme, "created_day": as_of - timedelta(days=7 * weeks_ago)}] * count
    frame = pl.DataFrame(rows, schema={"theme_id": pl.String, "created_day": pl.Date})
    return _as_messages(frame.with_columns(author_kind=pl.lit("resident"), kind=pl.lit("comment")))


def _as_messages(frame: pl.DataFrame) -> pl.DataFrame:
    if "message_id" not in frame.columns:
        frame = frame.with_row_index("message_id")
    absent = [pl.lit(None).alias(name) for name in _SCHEMA if name not in frame.columns]
    return frame.with_columns(absent).select(
        pl.col(name).str.to_date()
        if dtype == pl.Date and frame.schema[name] == pl.String
        else pl.col(name).cast(dtype)
        for name, dtype in _SCHEMA.items()
    )
