"""How well the themes agree with labels that people gave: one frozen value of figures.

Accuracy maps every found theme to the gold theme that most of its messages have, because a gold set
names its themes in its own way; V-measure (Rosenberg & Hirschberg 2007) needs no such mapping.
"""

from dataclasses import dataclass

import polars as pl
from scipy.stats import spearmanr
from sklearn.metrics import v_measure_score

GOLD_WITHOUT_THEME = "overig"
_NONE = "(geen thema)"
_GOLD = ("native_id", "author_kind", "theme", "is_question")


@dataclass(frozen=True)
class Evaluation:
    """Figures against a gold set; all shares are fractions of 1.

    messages: labelled messages found. accuracy and v_measure: over those with a gold theme.
    recognised_without: share of gold "overig" that was left without a theme; lost: share of messages
    with a gold theme that was left without one. gap_rank_correlation: Spearman over gold themes of the
    true against the estimated difference between residents and municipality; None when a side is absent
    or all differences are equal.
    """

    messages: int
    missing: int
    accuracy: float
    v_measure: float
    recognised_without: float | None
    lost: float
    gap_rank_correlation: float | None
    top_gaps_hit: int
    top_gaps: int
    question_precision: float | None
    question_recall: float | None


def evaluation(found: pl.DataFrame, gold: pl.DataFrame, top: int = 7) -> Evaluation:
    """Compare `found` (native_id, author_kind, kind, theme_id, is_question) with `gold` (native_id,
    author_kind, theme, and is_question as 1/0 when it was labelled), both String but for is_question in
    `found` (Boolean)."""
    labels = gold.select(column for column in _GOLD if column in gold.columns)
    joined = labels.join(found.drop("author_kind"), on="native_id", how="inner").with_columns(
        theme_id=pl.col("theme_id").fill_null(_NONE)
    )
    themed = joined.filter(pl.col("theme") != GOLD_WITHOUT_THEME)
    without = joined.filter(pl.col("theme") == GOLD_WITHOUT_THEME)
    mapped = themed.join(majority_gold(themed), on="theme_id", how="left")
    correlation, hits, gaps = _gap_agreement(
        joined.join(majority_gold(joined), on="theme_id", how="left"), top
    )
    precision, recall = _question_quality(joined)
    return Evaluation(
        messages=joined.height,
        missing=gold.join(found, on="native_id", how="anti").height,
        accuracy=_share(mapped, pl.col("mapped") == pl.col("theme")) or 0.0,
        v_measure=float(v_measure_score(themed["theme"], themed["theme_id"])),
        recognised_without=_share(without, pl.col("theme_id") == _NONE),
        lost=_share(themed, pl.col("theme_id") == _NONE) or 0.0,
        gap_rank_correlation=correlation,
        top_gaps_hit=hits,
        top_gaps=gaps,
        question_precision=precision,
        question_recall=recall,
    )


def majority_gold(messages: pl.DataFrame) -> pl.DataFrame:
    """theme_id and mapped: the gold theme that most messages of a found theme have (ties by name)."""
    counted = messages.filter(pl.col("theme_id") != _NONE).group_by("theme_id", "theme").len()
    ranked = counted.sort(["theme_id", "len", "theme"], descending=[False, True, False])
    return ranked.group_by("theme_id", maintain_order=True).agg(mapped=pl.col("theme").first())


def _gap_agreement(mapped: pl.DataFrame, top: int) -> tuple[float | None, int, int]:
    """Spearman of true and estimated differences per gold theme, and how many of the top gaps agree."""
    true = _differences(mapped, "theme")
    estimated = _differences(
        mapped.with_columns(mapped=pl.col("mapped").fill_null(GOLD_WITHOUT_THEME)), "mapped"
    )
    if true is None or estimated is None:
        return None, 0, 0
    both = true.join(
        estimated, left_on="theme", right_on="mapped", how="left", suffix="_estimated"
    ).fill_null(0.0)
    both = both.filter(pl.col("theme") != GOLD_WITHOUT_THEME).sort("theme")
    columns = ("difference", "difference_estimated")
    varied = all(both[column].n_unique() > 1 for column in columns)
    correlation = float(spearmanr(both.select(columns)).statistic) if varied else None
    hits = [
        set(both.sort(column, "theme", descending=[True, False])["theme"].head(top)) for column in columns
    ]
    return correlation, len(hits[0] & hits[1]), min(top, both.height)


def _differences(messages: pl.DataFrame, by: str) -> pl.DataFrame | None:
    sides = {side: messages.filter(pl.col("author_kind") == side) for side in ("resident", "municipality")}
    if any(frame.is_empty() for frame in sides.values()):
        return None
    shares = [frame.group_by(by).agg((pl.len() / frame.height).alias(side)) for side, frame in sides.items()]
    both = shares[0].join(shares[1], on=by, how="full", coalesce=True).fill_null(0.0)
    return both.select(by, difference=pl.col("resident") - pl.col("municipality"))


def _question_quality(joined: pl.DataFrame) -> tuple[float | None, float | None]:
    if "is_question" not in joined.columns or "is_question_right" not in joined.columns:
        return None, None
    labelled = joined.filter(pl.col("is_question").is_in(["0", "1"]))
    truth, said = pl.col("is_question") == "1", pl.col("is_question_right")
    return _share(labelled.filter(said), truth), _share(labelled.filter(truth), said)


def _share(frame: pl.DataFrame, condition: pl.Expr) -> float | None:
    return None if frame.is_empty() else float(frame.select(condition.fill_null(value=False).mean()).item())
