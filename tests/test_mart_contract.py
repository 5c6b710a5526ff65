"""What analysts rely on: the marts hold the promised columns in order, and everything is explained."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from warehouse.mart import marts
from warehouse.store import Store, open_store

CONTRACT = {
    "message": "message_id native_id source_id platform kind author_kind author_key created_at text language"
    " parent_id thread_id area_name theme_id theme_label theme_origin theme_confidence is_question sentiment",
    "theme": "theme_id label origin status keywords department first_seen last_seen merged_into",
    "gap": "run_id as_of window_start window_end theme_id theme_label resident_messages resident_authors"
    " municipality_messages resident_share resident_share_low resident_share_high municipality_share"
    " municipality_share_low municipality_share_high difference_pp log2_ratio log_odds_z q_value verdict",
    "gap_history": "run_id as_of window_start window_end theme_id theme_label resident_messages"
    " resident_authors municipality_messages resident_share resident_share_low resident_share_high"
    " municipality_share municipality_share_low municipality_share_high difference_pp log2_ratio log_odds_z"
    " q_value verdict",
    "theme_week": "week theme_id author_kind platform messages authors share",
    "signal": "run_id theme_id theme_label kind since messages expected score",
    "response": "week platform theme_id questions answered answer_rate median_hours_to_answer",
    "agenda": "run_id as_of window js_distance resident_entropy municipality_entropy rank_correlation"
    " unassigned_resident_share unassigned_municipality_share",
    "maturity": "run_id phase indicator value threshold met",
    "action": "theme_id action owner_department started_on told_residents_on gap_before gap_after",
}
TYPE_OF_COLUMNS = {
    pl.Datetime("us"): "created_at",
    pl.Date(): "as_of first_seen last_seen since started_on told_residents_on week window_start window_end",
    pl.Boolean(): "is_question met",
    pl.Int16(): "phase",
    pl.Int64(): "answered authors messages municipality_messages questions resident_authors"
    " resident_messages",
    pl.List(pl.String()): "keywords",
    pl.Float64(): "answer_rate difference_pp expected gap_after gap_before js_distance log2_ratio log_odds_z"
    " median_hours_to_answer municipality_entropy municipality_share municipality_share_high"
    " municipality_share_low q_value rank_correlation resident_entropy resident_share resident_share_high"
    " resident_share_low score share theme_confidence threshold unassigned_municipality_share"
    " unassigned_resident_share value",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def test_the_contract_with_analysts_holds(store: Store) -> None:
    expected_type = {name: dtype for dtype, names in TYPE_OF_COLUMNS.items() for name in names.split()}
    for name, columns in CONTRACT.items():
        promised = {column: expected_type.get(column, pl.String()) for column in columns.split()}
        given = list(store.mart(name).schema.items())
        assert given[: len(promised)] == list(promised.items()), name


def test_every_table_view_and_column_has_a_comment(store: Store) -> None:
    described = store.query(
        """
        SELECT view_name AS name, comment FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal
        """
    )
    assert described.filter(pl.col("comment").fill_null("").str.len_chars() < 5)["name"].to_list() == []
    assert {"gap", "export", "gap.verdict", "message.message_id"} <= set(described["name"])


def test_a_mart_describes_exactly_its_columns(store: Store) -> None:
    for mart in marts():
        assert list(mart.columns) == store.mart(mart.name).columns, mart.name
