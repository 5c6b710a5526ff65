"""Figures against labels, worked out by hand on tables that fit on a hand."""

from itertools import pairwise
from math import log, sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.agreement import FoundUnder, ThemeQuality
from nlp.calibration import calibration
from nlp.evaluate import evaluation
from nlp.gold import majority_gold

SIDES = {"r": "resident", "m": "municipality"}


def labelled(table: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was found, and the gold labels, of lines like "r afval t1 1 0": side, gold theme, found theme (-
    for none) and if a question was labelled and found. A gold theme of - is a message without a label."""
    lines = [line.split() for line in table.strip().splitlines()]
    rows = [(*line, *([] if len(line) > 3 else ["", "0"])) for line in lines]
    columns = ["author_kind", "theme", "theme_id", "is_question", "asks"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_row_index("native_id")
    named = frame.with_columns(
        pl.format("n{}", "native_id").alias("native_id"), pl.col("author_kind").replace(SIDES)
    )
    found = named.select(
        "native_id", "author_kind", kind=pl.lit("post"),
        theme_id=pl.when(pl.col("theme_id") != "-").then("theme_id"), is_question=pl.col("asks") == "1",
    )  # fmt: skip
    gold = named.filter(pl.col("theme") != "-").drop("theme_id", "asks")
    return found, gold


MIXED = """
r afval  t1
r afval  t1
r bomen  t1
r bomen  t2
m bomen  t2
m afval  -
r overig -
m overig t2
r -      t1
"""
GAPS = "\n".join(
    ["r afval t1"] * 2 + ["r afval t2"] * 2 + ["r bomen t2"] * 2 + ["r water t3"]
    + ["m afval t1"] + ["m bomen t2"] * 2 + ["m water t3"] * 4
)  # fmt: skip


def test_shares_of_right_lost_and_rightly_left_without_a_theme() -> None:
    result = evaluation(*labelled(MIXED))
    assert (result.messages, result.missing) == (8, 0)
    assert result.accuracy == pytest.approx(4 / 6)
    assert result.lost == pytest.approx(1 / 6)
    assert result.recognised_without == pytest.approx(1 / 2)


def test_v_measure_is_the_harmonic_mean_of_homogeneity_and_completeness() -> None:
    two_to_one = -(2 / 3) * log(2 / 3) - (1 / 3) * log(1 / 3)
    homogeneity = 1 - (3 / 6) * two_to_one / log(2)
    found_entropy = -sum(share * log(share) for share in (3 / 6, 2 / 6, 1 / 6))
    completeness = 1 - two_to_one / found_entropy
    expected = 2 * homogeneity * completeness / (homogeneity + completeness)
    assert evaluation(*labelled(MIXED)).v_measure == pytest.approx(expected)


def test_a_found_theme_is_the_gold_theme_that_most_of_its_messages_have() -> None:
    messages = pl.DataFrame(
        {"theme_id": ["b", "b", "b", "a", "a", "(geen thema)"], "theme": ["x", "y", "y", "y", "x", "x"]}
    )
    assert majority_gold(messages).rows() == [("a", "x"), ("b", "y")]


def test_gaps_are_compared_in_rank_and_at_the_top() -> None:
    """True differences 3/7, 0 and -3/7; found 1/7, 2/7 and -3/7: the first two change places."""
    tables = labelled(GAPS)
    result = evaluation(*tables)
    assert result.gap_rank_correlation == pytest.approx(0.5)
    assert (result.top_gaps_hit, result.top_gaps) == (3, 3)
    assert (evaluation(*tables, top=1).top_gaps_hit, evaluation(*tables, top=1).top_gaps) == (0, 1)
    assert (evaluation(*tables, top=2).top_gaps_hit, evaluation(*tables, top=2).top_gaps) == (2, 2)


def test_a_found_theme_that_is_mostly_chatter_makes_no_gap() -> None:
    """t9 counts as chatter: theme a keeps 1/8 of the residents and falls behind b, which has 2/8."""
    lines = ["r a t1", *["r a t9"] * 2, *["r overig t9"] * 3, *["r b t2"] * 2, *["m c t3"] * 3]
    result = evaluation(*labelled("\n".join(lines)))
    assert result.gap_rank_correlation == pytest.approx(0.5)
    assert result.accuracy == 1


def test_precision_and_recall_of_questions() -> None:
    result = evaluation(
        *labelled("r a t 1 1\nr a t 1 1\nr a t 1 0\nr a t 0 1\nr a t 0 0\nr overig - 1 1\nm a t")
    )
    assert result.question_precision == pytest.approx(3 / 4)
    assert result.question_recall == pytest.approx(3 / 4)


def test_questions_that_nobody_labelled_are_not_judged() -> None:
    found, gold = labelled("r a t 1 1\nm a t 0 0")
    unlabelled = evaluation(found, gold.drop("is_question"))
    assert (unlabelled.question_precision, unlabelled.question_recall) == (None, None)
    nobody_asks = evaluation(*labelled("r a t 0 0\nm a t 0 0"))
    assert (nobody_asks.question_precision, nobody_asks.question_recall) == (None, None)


def test_a_perfect_reading() -> None:
    result = evaluation(
        *labelled("r afval t1 1 1\nr afval t1 0 0\nr bomen t2 0 0\nm bomen t2 0 0\nm water t3\nr overig -")
    )
    assert (result.accuracy, result.v_measure, result.recognised_without, result.lost) == (1, 1, 1, 0)
    assert result.gap_rank_correlation == pytest.approx(1)
    assert (result.top_gaps_hit, result.top_gaps) == (3, 3)
    assert (result.question_precision, result.question_recall) == (1, 1)


@pytest.mark.parametrize("theme_id", ["t1", "-"])
def test_a_useless_reading(theme_id: str) -> None:
    result = evaluation(
        *labelled("\n".join(f"{row} {theme_id}" for row in ("r a", "r a", "r b", "m b", "m c", "r overig")))
    )
    assert result.accuracy == pytest.approx(0.4 if theme_id == "t1" else 0)
    assert result.v_measure == pytest.approx(0)
    assert result.gap_rank_correlation is None
    assert result.lost == (0 if theme_id == "t1" else 1)
    assert result.recognised_without == (0 if theme_id == "t1" else 1)


def test_labels_of_messages_that_are_not_there_are_counted_and_left_out() -> None:
    found, gold = labelled(MIXED)
    gone = evaluation(found.filter(~pl.col("native_id").is_in(["n2", "n7"])), gold)
    assert (gone.messages, gone.missing) == (6, 2)
    assert gone.accuracy == pytest.approx(4 / 5)
    twice = evaluation(
        pl.concat([found, found.head(1)]), pl.concat([gold, gold.with_columns(native_id=pl.lit("x"))])
    )
    assert (twice.messages, twice.missing) == (9, 8)


def test_gold_may_hold_columns_that_are_named_like_ours() -> None:
    found, gold = labelled(MIXED)
    assert evaluation(found, gold.with_columns(theme_id="theme", kind=pl.lit("x"))) == evaluation(found, gold)


def test_gaps_need_both_sides() -> None:
    result = evaluation(*labelled("r a t1\nr b t2"))
    assert (result.gap_rank_correlation, result.top_gaps_hit, result.top_gaps) == (None, 0, 0)
    assert result.accuracy == 1


def test_there_may_be_nothing_without_a_theme() -> None:
    assert evaluation(*labelled("r a t1\nm b t2")).recognised_without is None


CONFUSED = """
r afval  t1
r afval  t1
r afval  t2
m bomen  t2
r bomen  t2
r bomen  -
r overig t1
r overig t9
r overig -
"""


def test_a_theme_of_chatter_is_outside_what_the_gold_set_names() -> None:
    """Of three "overig" one has no theme, one lies under t9, which is all chatter, one under waste."""
    result = evaluation(*labelled(CONFUSED))
    assert result.recognised_without == pytest.approx(1 / 3)
    assert result.recognised_outside == pytest.approx(2 / 3)


def test_each_gold_theme_has_its_precision_recall_and_places() -> None:
    assert evaluation(*labelled(CONFUSED)).themes == (
        ThemeQuality("afval", 3, 2, 2 / 3, 2 / 3, 0, (FoundUnder("t1", 2), FoundUnder("t2", 1))),
        ThemeQuality("bomen", 3, 2, 2 / 3, 2 / 3, 1, (FoundUnder("t2", 2), FoundUnder(None, 1))),
    )


def test_a_gold_theme_that_nothing_stands_for_has_no_precision() -> None:
    result = evaluation(*labelled("r a t1\nr a t1\nm b t1\nm b -"))
    assert [(theme.theme, theme.precision, theme.recall) for theme in result.themes] == [
        ("a", pytest.approx(2 / 3), 1.0),
        ("b", None, 0.0),
    ]
    assert (result.themes_found, result.themes_named) == (1, 2)


def test_the_confusion_counts_every_labelled_message_once() -> None:
    found = evaluation(*labelled(CONFUSED)).confusion
    assert {(cell.theme, cell.mapped): cell.messages for cell in found} == {
        ("afval", "afval"): 2, ("afval", "bomen"): 1, ("bomen", "bomen"): 2, ("bomen", "overig"): 1,
        ("overig", "overig"): 2, ("overig", "afval"): 1,
    }  # fmt: skip
    assert [cell.messages for cell in found] == sorted((cell.messages for cell in found), reverse=True)


def test_the_error_of_a_gap_is_in_percentage_points() -> None:
    """True differences 3/7, 0 and -3/7; found 1/7, 2/7 and -3/7."""
    assert evaluation(*labelled(GAPS)).gap_mean_error_pp == pytest.approx(100 * (2 / 7 + 2 / 7 + 0) / 3)
    assert evaluation(*labelled("r a t1\nr b t2")).gap_mean_error_pp is None


def test_lines_without_a_theme_and_taught_messages_are_counted() -> None:
    found, gold = labelled(MIXED)
    blank = gold.with_columns(theme=pl.when(pl.col("native_id") != "n0").then("theme"))
    basis = found.with_columns(theme_basis=pl.when(pl.col("theme_id") == "t1").then(pl.lit("taught")))
    result = evaluation(basis, blank)
    assert (result.messages, result.unlabelled, result.missing, result.taught) == (7, 1, 0, 2)


def sure(rights: list[bool], confidences: list[float]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "native_id": [f"n{place:03d}" for place in range(len(rights))],
            "theme": "afval",
            "mapped": ["afval" if right else "bomen" for right in rights],
            "theme_confidence": confidences,
        },
        schema_overrides={"theme_confidence": pl.Float64},
    )


def test_calibration_compares_confidence_with_the_share_right() -> None:
    """Two bins: 0.2 and 0.4 sure with one right, 0.8 and 1.0 sure with both right."""
    found = calibration(sure([False, True, True, True], [0.2, 0.4, 0.8, 1.0]), bins=2)
    assert found is not None
    low, high = found.bins
    assert (low.messages, low.confidence_low, low.confidence, low.confidence_high) == (
        2, 0.2, pytest.approx(0.3), 0.4,
    )  # fmt: skip
    assert (low.right, high.right) == (0.5, 1.0)
    assert found.expected_error == pytest.approx((0.2 + 0.1) / 2)
    # Wilson's interval of 1 in 2: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    z2 = 1.959964**2
    half = sqrt(z2) * sqrt(0.25 / 2 + z2 / 16) / (1 + z2 / 2)
    assert (low.right_low, low.right_high) == (pytest.approx(0.5 - half), pytest.approx(0.5 + half))


def test_chatter_without_a_theme_is_right_and_messages_without_confidence_are_left_out() -> None:
    found, gold = labelled("r overig -\nr a t1\nm a -")
    with_confidence = found.with_columns(theme_confidence=pl.Series([0.9, None, 0.6]))
    reliability = evaluation(with_confidence, gold).calibration
    assert reliability is not None
    assert [(part.confidence, part.right) for part in reliability.bins] == [(0.6, 0.0), (0.9, 1.0)]
    assert evaluation(found, gold).calibration is None
    nothing = found.with_columns(theme_confidence=pl.lit(None, dtype=pl.Float64))
    assert evaluation(nothing, gold).calibration is None


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60), st.integers(1, 12))
def test_bins_share_the_messages_evenly_and_in_order(messages: list[tuple[bool, float]], bins: int) -> None:
    rights, confidences = [right for right, _ in messages], [confidence for _, confidence in messages]
    found = calibration(sure(rights, confidences), bins)
    assert found is not None
    sizes = [part.messages for part in found.bins]
    assert sum(sizes) == len(messages)
    assert len(sizes) == min(bins, len(messages))
    assert max(sizes) - min(sizes) <= 1
    assert all(one.confidence_high <= other.confidence_low for one, other in pairwise(found.bins))
    assert sum(part.right * part.messages for part in found.bins) == pytest.approx(sum(rights))
    assert all(0 <= part.right_low <= part.right <= part.right_high <= 1 + 1e-9 for part in found.bins)
    assert 0 <= found.expected_error <= 1
