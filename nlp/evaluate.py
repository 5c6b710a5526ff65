"""How well the themes agree with labels that people gave: one frozen value of figures.

Accuracy maps every found theme to the gold theme that most of its messages have, because a gold set
names its themes in its own way; V-measure (Rosenberg & Hirschberg 2007) needs no such mapping.
"""

from dataclasses import dataclass

import polars as pl
from sklearn.metrics import v_measure_score

from nlp.agreement import Confusion, ThemeQuality, confusion, theme_qualities
from nlp.calibration import Calibration, calibration
from nlp.gap_agreement import gap_agreement
from nlp.gold import FOUND_WITHOUT_THEME, GOLD_WITHOUT_THEME, labelled, majority_gold, share


@dataclass(frozen=True)
class Evaluation:
    """Figures against a gold set; all shares are fractions of 1.

    messages: labelled messages found; missing: labels without a message; unlabelled: lines of the gold set
    without a theme; taught: labelled messages whose theme people taught, which say nothing of the model.
    accuracy and v_measure: over those with a gold theme, for which alone accuracy maps
    the found themes; every other figure maps them over all messages, "overig" included.
    recognised_without: share of gold "overig" that was left without a theme; recognised_outside: that, or
    put under a theme whose messages are mostly "overig"; lost: share of messages with a gold theme that
    was left without one. gap_rank_correlation, gap_mean_error_pp, top_gaps_hit, top_gaps: see
    `GapAgreement`. themes_found of the `themes_named` gold themes are what a found theme stands for.
    themes: each gold theme; confusion: each pair of gold and mapped theme; calibration: None when `found`
    gave no confidence.
    """

    messages: int
    missing: int
    unlabelled: int
    taught: int
    accuracy: float
    v_measure: float
    recognised_without: float | None
    recognised_outside: float | None
    lost: float
    gap_rank_correlation: float | None
    gap_mean_error_pp: float | None
    top_gaps_hit: int
    top_gaps: int
    themes_found: int
    themes_named: int
    question_precision: float | None
    question_recall: float | None
    themes: tuple[ThemeQuality, ...]
    confusion: tuple[Confusion, ...]
    calibration: Calibration | None


def evaluation(found: pl.DataFrame, gold: pl.DataFrame, top: int = 7) -> Evaluation:
    """Compare `found` with the labels of `gold`, all columns String but for the two named here.

    found: native_id, author_kind, kind, theme_id, is_question (Boolean), and if known theme_confidence
    (Float64) and theme_basis. gold: native_id, author_kind, theme, and is_question as 1/0 when labelled.
    """
    labels = gold.drop_nulls("theme")
    joined = labelled(found, labels)
    themed = joined.filter(pl.col("theme") != GOLD_WITHOUT_THEME)
    without = joined.filter(pl.col("theme") == GOLD_WITHOUT_THEME)
    left_out = pl.col("theme_id") == FOUND_WITHOUT_THEME
    remapped = themed.drop("mapped").join(majority_gold(themed), on="theme_id", how="left")
    gaps = gap_agreement(joined, top)
    precision, recall = _question_quality(joined)
    themes = theme_qualities(joined)
    return Evaluation(
        messages=joined.height,
        missing=labels.join(found, on="native_id", how="anti").height,
        unlabelled=gold["theme"].null_count(),
        taught=int((joined["theme_basis"] == "taught").sum()) if "theme_basis" in joined.columns else 0,
        accuracy=share(remapped, pl.col("mapped") == pl.col("theme")) or 0.0,
        v_measure=float(v_measure_score(themed["theme"], themed["theme_id"])),
        recognised_without=share(without, left_out),
        recognised_outside=share(without, pl.col("mapped") == GOLD_WITHOUT_THEME),
        lost=share(themed, left_out) or 0.0,
        gap_rank_correlation=gaps.rank_correlation,
        gap_mean_error_pp=gaps.mean_error_pp,
        top_gaps_hit=gaps.top_hit,
        top_gaps=gaps.top,
        themes_found=sum(theme.right > 0 for theme in themes),
        themes_named=len(themes),
        question_precision=precision,
        question_recall=recall,
        themes=themes,
        confusion=confusion(joined),
        calibration=calibration(joined) if "theme_confidence" in joined.columns else None,
    )


def _question_quality(joined: pl.DataFrame) -> tuple[float | None, float | None]:
    if "is_question" not in joined.columns or "is_question_found" not in joined.columns:
        return None, None
    answered = joined.filter(pl.col("is_question").is_in(["0", "1"]))
    truth, said = pl.col("is_question") == "1", pl.col("is_question_found")
    return share(answered.filter(said), truth), share(answered.filter(truth), said)
