"""What was measured of weerklank itself, carried as plain frames to the pages and as JSON to machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from flows.evaluation import GoldMeasure
from flows.published import Published
from flows.stability import Stability
from reports.measure_input import EvaluationInput, StabilityInput

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_PARTS = ("themes", "confusion", "calibration")


def evaluation_input(measure: GoldMeasure, found: Published, gold: str) -> EvaluationInput:
    """The figures against the gold set in the file named `gold`, with the labels of the themes."""
    themes, verdicts, signals = measure.themes, measure.verdicts, measure.signals
    figures = {name: value for name, value in asdict(themes).items() if name not in _PARTS}
    if themes.calibration:
        figures["calibration_error"] = themes.calibration.expected_error
    if verdicts:
        figures["window_messages"] = verdicts.window_messages
        figures["window_labelled"] = verdicts.window_labelled
    placed = [
        {"theme": quality.theme, "theme_id": under.theme_id, "messages": under.messages}
        for quality in themes.themes
        for under in quality.found
    ]
    counts = [("stil", verdicts.silent), ("overschot", verdicts.surplus)] if verdicts else []
    return EvaluationInput(
        gold=gold,
        run_id=found.latest.run_id if found.latest else None,
        as_of=found.latest.as_of if found.latest else None,
        version=version("weerklank"),
        figures=pl.DataFrame([figures]),
        themes=_frame(themes.themes).drop("found", strict=False),
        placed=_with_label(pl.DataFrame(placed), found),
        confusion=_frame(themes.confusion),
        calibration=_frame(themes.calibration.bins if themes.calibration else ()),
        verdict_counts=pl.DataFrame([{"verdict": verdict, **asdict(part)} for verdict, part in counts]),
        verdicts=_with_label(_frame(verdicts.judged if verdicts else ()), found),
        signals=_with_label(_frame(signals.judged if signals else ()), found),
    )


def stability_input(measure: Stability, found: Published) -> StabilityInput:
    """How steady the figures are, of the themes that were judged: others rest on too few to be shown."""
    redrawn, figures = measure.resampling, asdict(measure.assigner)
    if redrawn:
        figures |= {
            "draws": redrawn.draws, "authors": redrawn.authors, "posts": redrawn.posts,
            "mean_rank_correlation": redrawn.mean_rank_correlation,
        }  # fmt: skip
    runs = [{**asdict(run), "lost": ", ".join(run.lost)} for run in measure.nights.runs]
    judged = found.gap.filter(pl.col("verdict") != "te_weinig").select("theme_id", "verdict")
    rows = _frame(redrawn.themes if redrawn else ())
    return StabilityInput(
        run_id=found.latest.run_id if found.latest else None,
        as_of=found.latest.as_of if found.latest else None,
        version=version("weerklank"),
        figures=pl.DataFrame([figures]),
        runs=pl.DataFrame(runs),
        redrawn=_with_label(rows.join(judged, on="theme_id") if rows.width else rows, found),
    )


def evaluation_json(measure: GoldMeasure) -> str:
    """All figures against a gold set: those of the themes first, then `verdicts` and `signals`."""
    parts = asdict(measure)
    return _json({**parts.pop("themes"), **parts})


def stability_json(measure: Stability) -> str:
    """All figures of stability: `nights`, `resampling` and `assigner`."""
    return _json(asdict(measure))


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _frame(rows: Sequence["DataclassInstance"]) -> pl.DataFrame:
    return pl.DataFrame([asdict(row) for row in rows], infer_schema_length=None)


def _with_label(rows: pl.DataFrame, found: Published) -> pl.DataFrame:
    if rows.is_empty():
        return pl.DataFrame()
    labels = pl.DataFrame(
        list(found.labels.items()), schema={"theme_id": pl.String, "label": pl.String}, orient="row"
    )
    named = rows.with_columns(pl.col("theme_id").cast(pl.String))
    return named.join(labels, on="theme_id", how="left", maintain_order="left").with_columns(
        theme_label=pl.coalesce("label", "theme_id")
    )
