"""`weerklank evaluate`: how good the themes are, against labels or without them, in the form asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.evaluation import gold_labels, gold_measure
from flows.home import decisions_of
from flows.measured_frames import evaluation_input, evaluation_json, stability_input, stability_json
from flows.published import published
from flows.settings import Report, read_settings
from flows.stability import stability
from nlp.verdict import GapThresholds
from reports.measure_text import evaluation_text, stability_text
from reports.render import render_evaluation, render_stability
from warehouse.decision_log import read_log
from warehouse.decisions import replayed
from warehouse.errors import ConfigurationError


@dataclass(frozen=True)
class Question:
    """What was asked: against which gold set (None: how steady without labels), by which settings, and in
    which form: a page at `html`, JSON, or text."""

    gold: Path | None
    config: Path | None
    html: Path | None
    as_json: bool


def answer(question: Question, home: Path, tell: Callable[[str], None]) -> str:
    """The measured figures as text or JSON; the page is written when asked for. `tell` hears what takes long.

    Raises ConfigurationError when no night was published, when the gold set or the settings cannot be used
    and when the page cannot be written.
    """
    path = home / "published" / "weerklank.duckdb"
    thresholds = _thresholds(question.config)
    if question.gold is None:
        found = published(path)
        steady = stability(found, home, thresholds, tell, _taught(home))
        shown = stability_input(steady, found)
        _written(question.html, lambda: render_stability(shown))
        return stability_json(steady) if question.as_json else stability_text(shown)
    labels = gold_labels(question.gold)
    found = published(path)
    measured = gold_measure(labels, found, thresholds, question.gold)
    held = evaluation_input(measured, found, question.gold.name)
    _written(question.html, lambda: render_evaluation(held))
    return evaluation_json(measured) if question.as_json else evaluation_text(held)


def _thresholds(config: Path | None) -> GapThresholds:
    report = read_settings(config).report if config else Report.model_construct()
    return GapThresholds(
        min_authors=report.min_authors, min_posts=report.min_posts, min_difference_pp=report.min_difference_pp
    )


def _taught(home: Path) -> pl.DataFrame:
    """What people taught, as the decision log has it: theme_id, message_id and text."""
    taught = replayed(read_log(decisions_of(home))).taught
    return pl.DataFrame(
        [(lesson.theme_id, lesson.message_id, lesson.text) for lesson in taught],
        schema={"theme_id": pl.String, "message_id": pl.String, "text": pl.String},
        orient="row",
    )


def _written(path: Path | None, page: Callable[[], str]) -> None:
    if path is None:
        return
    content = page()
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"Bestand {path} is niet te schrijven; kies bij --html een bestand in een map die er is."
        ) from error
