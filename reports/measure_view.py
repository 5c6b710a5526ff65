"""What the pages about weerklank itself show: the frames, and the words and tables made of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from reports import wording
from reports.measure_input import EvaluationInput, StabilityInput
from reports.measure_tables import (
    Table,
    calibration_table,
    confusion_matrix,
    confusion_table,
    largest,
    mistaken,
    redrawn_table,
    run_table,
    signal_table,
    theme_table,
    verdict_count_table,
    verdict_table,
)
from reports.measure_words import (
    Line,
    Row,
    assigner_lines,
    evaluation_lines,
    known,
    points_interval,
)

CONFUSIONS = 12
CHARTED = 30
_THEMES_ARE_CALLED = "thema's heten"
_THEMES_LOST = "thema's raakten hun id"


@dataclass(frozen=True)
class EvaluationView:
    """The page of figures against a gold set; names are the labels in the order of the heat map, spoken_*
    the text alternatives of the charts."""

    data: EvaluationInput
    names: tuple[str, ...]
    headline: str
    lines: tuple[Line, ...]
    labelled: str
    verdict_counts: Table
    verdicts: Table
    signals: Table
    themes: Table
    confusions: Table
    matrix: Table
    calibration: Table
    spoken_quality: str
    spoken_confusion: str
    spoken_calibration: str


@dataclass(frozen=True)
class StabilityView:
    """The page of how steady the figures are; charted are the themes of the chart, spoken its text."""

    data: StabilityInput
    headline: str
    lines: tuple[Line, ...]
    drawn: str
    correlation: str
    runs: Table
    redrawn: Table
    charted: pl.DataFrame
    spoken: str


def evaluation_view(data: EvaluationInput) -> EvaluationView:
    """The view of the figures against a gold set."""
    data = data.prepared()
    figures = data.figures.row(0, named=True)
    named = data.themes["theme"].to_list()
    others = pl.concat([data.confusion["theme"], data.confusion["mapped"]]).unique().sort()
    names = (*named, *(name for name in others if name not in named))
    return EvaluationView(
        data=data,
        names=names,
        headline=_evaluation_headline(figures, data.verdict_counts),
        lines=evaluation_lines(figures),
        labelled=f"{known(figures['window_labelled'], _whole)} van de"
        f" {known(figures['window_messages'], wording.messages)}",
        verdict_counts=verdict_count_table(data.verdict_counts),
        verdicts=verdict_table(data.verdicts),
        signals=signal_table(data.signals),
        themes=theme_table(data.themes, data.placed),
        confusions=confusion_table(data.confusion, CONFUSIONS),
        matrix=confusion_matrix(data.confusion, names),
        calibration=calibration_table(data.calibration),
        spoken_quality=_spoken(
            f"{row['theme']}: bereik {wording.rough_percent(row['recall'])},"
            f" precisie {known(row['precision'], wording.rough_percent)}"
            for row in data.themes.iter_rows(named=True)
        ),
        spoken_confusion=_spoken(
            f"{row['messages']} van {row['theme']} gevonden als {row['mapped']}"
            for row in mistaken(data.confusion).head(CONFUSIONS).iter_rows(named=True)
        ),
        spoken_calibration=_spoken(
            f"zekerheid {wording.rough_percent(row['confidence'])}:"
            f" {wording.rough_percent(row['right'])} goed"
            for row in data.calibration.iter_rows(named=True)
        ),
    )


def stability_view(data: StabilityInput) -> StabilityView:
    """The view of how steady the figures are."""
    data = data.prepared()
    figures = data.figures.row(0, named=True)
    ordered = largest(data.redrawn)
    charted = ordered.head(CHARTED).sort("difference_pp", "theme_label", descending=[True, False])
    return StabilityView(
        data=data,
        headline=_stability_headline(data),
        lines=assigner_lines(figures),
        drawn=f"{known(figures['authors'], wording.residents)} en {known(figures['posts'], wording.posts)},"
        f" {known(figures['draws'], _whole)} keer",
        correlation=known(figures["mean_rank_correlation"], lambda value: wording.decimal(value, 2)),
        runs=run_table(data.runs),
        redrawn=redrawn_table(ordered),
        charted=charted,
        spoken=_spoken(
            f"{row['theme_label']}: {wording.short_points(row['difference_pp'])},"
            f" {points_interval(row['low_pp'], row['high_pp'])}"
            for row in charted.iter_rows(named=True)
        ),
    )


def _evaluation_headline(figures: Row, counts: pl.DataFrame) -> str:
    right = known(figures["accuracy"], wording.rough_percent)
    said = f"Van de berichten met een thema is {right} goed ingedeeld."
    silent = counts.filter(pl.col("verdict") == "stil").to_dicts()
    if not silent:
        return said
    [row] = silent
    given = row["confirmed"] + row["false"] + row["undecided"] + row["unnamed"]
    return (
        f"{said} {wording.counted(given, 'thema heet', _THEMES_ARE_CALLED)} stil: de labels bevestigen er"
        f" {row['confirmed']} en spreken er {row['false']} tegen. Gemist: {row['missed']}."
    )


def _stability_headline(data: StabilityInput) -> str:
    lost = {name for names in data.runs["lost"].drop_nulls() for name in names.split(", ") if name}
    judged = data.redrawn.filter(pl.col("verdict").is_in(["stil", "overschot"]))
    held = (
        f"{wording.counted(len(lost), 'thema raakte zijn id', _THEMES_LOST)} kwijt."
        if lost
        else "Geen thema raakte zijn id kwijt."
    )
    if judged.is_empty():
        return f"{held} Geen thema heet stil of overschot."
    least = float(judged["verdict_kept"].fill_null(0.0).to_numpy().min())
    return (
        f"{held} Elk oordeel stil of overschot blijft in minstens {wording.rough_percent(least)} van de"
        " trekkingen staan."
    )


def _spoken(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _whole(number: float) -> str:
    return wording.whole(int(number))
