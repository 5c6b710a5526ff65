"""The indicators of the meetlat: what can be measured of how a municipality converses.

Only what the data shows. An indicator that cannot be measured stays null and is said to be so.
"""

from dataclasses import dataclass

import polars as pl

from warehouse.tables import MATURITY


@dataclass(frozen=True)
class _Rule:
    phase: int
    indicator: str
    threshold: float
    lower_is_better: bool = False


_POSTS = _Rule(1, "Berichten van de gemeente per week", 1.0)
_ASKING = _Rule(2, "Aandeel berichten dat iets vraagt", 0.10)
_ANSWERED_SOME = _Rule(2, "Aandeel vragen dat antwoord kreeg", 0.25)
_ANSWERED_MOST = _Rule(3, "Aandeel vragen dat antwoord kreeg, converserend", 0.60)
_QUICK = _Rule(3, "Mediaan aantal uren tot antwoord", 24.0, lower_is_better=True)
_OVERLAP = _Rule(3, "Overlap van de agenda's (1 min afstand)", 0.50)
_TAKEN_UP = _Rule(4, "Afdelingen die een thema oppakten", 2.0)
_TOLD_BACK = _Rule(4, "Aandeel acties met terugkoppeling", 0.75)


def maturity(
    messages: pl.DataFrame, response: pl.DataFrame, agenda: pl.DataFrame, actions: pl.DataFrame
) -> pl.DataFrame:
    """MATURITY rows without run_id.

    messages: kind, author_kind, created_day, is_question of the window. response: questions, answered,
    median_hours_to_answer. agenda: window, js_distance. actions: owner_department, told_residents_on.
    """
    posts = messages.filter((pl.col("author_kind") == "municipality") & (pl.col("kind") == "post"))
    questions, answered = _total(response, "questions"), _total(response, "answered")
    answer_rate = answered / questions if questions else None
    distance = agenda.filter(pl.col("window") == "report")["js_distance"].to_list()
    told = actions["told_residents_on"].is_not_null().mean() if actions.height else None
    values: list[tuple[_Rule, float | None]] = [
        (_POSTS, posts.height / _weeks(messages)),
        (_ASKING, _mean(posts["is_question"].cast(pl.Float64))),
        (_ANSWERED_SOME, answer_rate),
        (_ANSWERED_MOST, answer_rate),
        (_QUICK, _median_hours(response)),
        (_OVERLAP, 1 - distance[0] if distance and distance[0] is not None else None),
        (_TAKEN_UP, float(actions["owner_department"].drop_nulls().n_unique()) if actions.height else None),
        (_TOLD_BACK, told if isinstance(told, float) else None),
    ]
    return MATURITY.conform(pl.DataFrame([_row(rule, value) for rule, value in values]))


def _row(rule: _Rule, value: float | None) -> dict[str, object]:
    met = (
        None
        if value is None
        else (value <= rule.threshold if rule.lower_is_better else value >= rule.threshold)
    )
    return {
        "phase": rule.phase, "indicator": rule.indicator, "value": value,
        "threshold": rule.threshold, "met": met,
    }  # fmt: skip


def _weeks(messages: pl.DataFrame) -> float:
    """Weeks from the first message to the last, days of silence included; at least one."""
    days = pl.col("created_day")
    span = messages.select((days.max() - days.min()).dt.total_days()).item()
    return max(1.0, ((span or 0) + 1) / 7)


def _total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum() or 0)


def _mean(values: pl.Series) -> float | None:
    mean = values.mean()
    return mean if isinstance(mean, float) else None


def _median_hours(response: pl.DataFrame) -> float | None:
    """Median over weeks and themes, each weighed by its answered questions."""
    answered = response.drop_nulls("median_hours_to_answer").filter(pl.col("answered") > 0)
    each = answered.select(pl.col("median_hours_to_answer").repeat_by("answered").explode())
    median = each.to_series().median() if each.height else None
    return median if isinstance(median, float) else None
