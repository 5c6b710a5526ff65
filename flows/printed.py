"""Frames as a terminal shows them."""

import polars as pl


def as_table(frame: pl.DataFrame, most: int = -1) -> str:
    """The frame as a text table, without its size and its types; at most so many rows, all when -1."""
    with pl.Config(
        tbl_rows=most, tbl_cols=-1, tbl_width_chars=200, fmt_str_lengths=80,
        tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True,
    ):  # fmt: skip
        return str(frame)
