"""What holds for the gap of any municipality."""

from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from nlp.gap import theme_gap
from nlp.verdict import GapThresholds
from nlp.voices import Window

THEMES = ["afval", "honden", "parkeren", "sport"]
APRIL = Window(date(2026, 4, 1), date(2026, 4, 30))
MINIMA = GapThresholds(draws=20)
municipality = settings(deadline=None, max_examples=50)
SIDES = ("resident", "municipality")
SCHEMA = {
    "message_id": pl.String,
    "author_kind": pl.String,
    "author_key": pl.String,
    "kind": pl.String,
    "created_day": pl.Date,
    "theme_id": pl.String,
    "dup_of": pl.String,
}

a_message = st.fixed_dictionaries(
    {
        "author_kind": st.sampled_from(("resident", "resident", "municipality", "other", "unknown")),
        "author_key": st.sampled_from((None, *(f"author{number}" for number in range(12)))),
        "kind": st.sampled_from(("post", "comment", "share", "answer")),
        "created_day": st.dates(APRIL.start, APRIL.end + timedelta(days=3)),
        "theme_id": st.sampled_from((None, *THEMES)),
    }
)
some_messages = st.lists(a_message, max_size=120).map(
    lambda rows: pl.DataFrame(
        [{**row, "message_id": f"m{number}"} for number, row in enumerate(rows)], schema=SCHEMA
    )
)
some_counts = st.lists(st.integers(0, 40), min_size=len(THEMES) + 1, max_size=len(THEMES) + 1)


def gap(messages: pl.DataFrame, seed: int = 1) -> pl.DataFrame:
    return theme_gap(messages, THEMES, APRIL, MINIMA, seed)


def anonymous(residents: list[int], posts: list[int]) -> pl.DataFrame:
    counts = zip([*THEMES, None], residents, posts, strict=True)
    rows = [
        {"author_kind": side, "kind": "post", "created_day": APRIL.start, "theme_id": theme}
        for theme, *both in counts
        for side, count in zip(SIDES, both, strict=True)
        for _ in range(count)
    ]
    return pl.DataFrame(
        [{**row, "message_id": f"m{number}"} for number, row in enumerate(rows)], schema=SCHEMA
    )


@municipality
@given(some_messages)
def test_shares_sum_to_one_and_lie_in_their_interval(messages: pl.DataFrame):
    figures = gap(messages)
    for side in SIDES:
        share = figures[f"{side}_share"].drop_nulls()
        if share.len():
            assert share.sum() == pytest.approx(1.0)
        assert (figures[f"{side}_share_low"].drop_nulls() <= share).all()
        assert (share <= figures[f"{side}_share_high"].drop_nulls()).all()
        assert figures[f"{side}_share"].null_count() in (0, figures.height)


@municipality
@given(some_messages)
def test_every_row_has_a_message_a_verdict_and_a_reason(messages: pl.DataFrame):
    figures = gap(messages)
    assert (figures["resident_messages"] + figures["municipality_messages"] > 0).all()
    assert figures["verdict"].is_in(["stil", "overschot", "in_balans", "te_weinig", "onzeker"]).all()
    assert figures["reason"].str.ends_with(".").all()
    assert figures["theme_id"].is_unique().all()


@municipality
@given(some_messages, st.randoms(use_true_random=False))
def test_neither_order_nor_another_run_changes_anything(messages: pl.DataFrame, random: Random):
    order = list(range(messages.height))
    random.shuffle(order)
    assert_frame_equal(gap(messages), gap(messages[order]), check_exact=True)


@municipality
@given(some_messages)
def test_copies_and_answers_of_the_municipality_change_nothing(messages: pl.DataFrame):
    copies = messages.with_columns(message_id="copy-" + pl.col("message_id"), dup_of="message_id")
    answers = messages.with_columns(
        message_id="answer-" + pl.col("message_id"),
        author_kind=pl.lit("municipality"),
        kind=pl.lit("answer"),
    )
    assert_frame_equal(gap(messages), gap(pl.concat([messages, copies, answers])), check_exact=True)


@municipality
@given(some_messages)
def test_repeating_oneself_within_a_week_changes_only_the_number_of_messages(messages: pl.DataFrame):
    repeats = messages.filter(author_kind="resident").drop_nulls("author_key")
    repeats = repeats.with_columns(message_id="again-" + pl.col("message_id"))
    before, after = gap(messages), gap(pl.concat([messages, repeats]))
    assert_frame_equal(before.drop("resident_messages"), after.drop("resident_messages"), check_exact=True)
    assert (after["resident_messages"] >= before["resident_messages"]).all()


@municipality
@given(some_counts, some_counts)
def test_swapping_the_sides_turns_every_comparison_round(residents: list[int], posts: list[int]):
    there, back = gap(anonymous(residents, posts)), gap(anonymous(posts, residents))
    assert there["theme_id"].to_list() == back["theme_id"].to_list()
    for figure in ("difference_pp", "log2_ratio", "log_odds_z"):
        assert there[figure].to_list() == pytest.approx((-back[figure]).to_list(), nan_ok=False)
    for figure in ("share", "share_low", "share_high", "messages"):
        assert there[f"resident_{figure}"].to_list() == back[f"municipality_{figure}"].to_list()
    assert there["q_value"].to_list() == pytest.approx(back["q_value"].to_list())


@municipality
@given(some_messages, some_counts, some_counts)
def test_verdicts_keep_to_their_minima(messages: pl.DataFrame, residents: list[int], posts: list[int]):
    messages = pl.concat(
        [messages.with_columns(message_id="named-" + pl.col("message_id")), anonymous(residents, posts)]
    )
    figures = gap(messages)
    silent = figures.filter(verdict="stil")
    assert (silent["resident_authors"] >= MINIMA.min_authors).all()
    assert (silent["difference_pp"] >= MINIMA.min_difference_pp).all()
    surplus = figures.filter(verdict="overschot")
    assert (surplus["municipality_messages"] >= MINIMA.min_posts).all()
    assert (surplus["difference_pp"] <= -MINIMA.min_difference_pp).all()
    judged = figures.filter(pl.col("verdict").is_in(["stil", "overschot"]))
    assert (judged["q_value"] < MINIMA.q).all()


@municipality
@given(some_counts, some_counts)
def test_the_sign_of_z_is_the_sign_of_the_difference(residents: list[int], posts: list[int]):
    figures = gap(anonymous(residents, posts)).filter(pl.col("difference_pp").abs() > 1e-9)
    assert (figures["log_odds_z"].sign() == figures["difference_pp"].sign()).all()


@municipality
@given(some_messages)
def test_no_sentence_tells_a_figure_of_fewer_residents_than_the_minimum(messages: pl.DataFrame):
    figures = gap(messages).filter(pl.col("resident_authors").is_between(1, MINIMA.min_authors - 1))
    assert figures["reason"].str.starts_with("Inwoners: minder dan 5 mensen;").all()
