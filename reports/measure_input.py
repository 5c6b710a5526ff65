"""What the flow hands to the pages that say how good weerklank is: plain frames, each with its columns."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from reports.disclosure import plain_text
from reports.report_input import framed
from warehouse.tables import COUNT, DAY, SHARE, TEXT, Schema

EVALUATION_COLUMNS: Mapping[str, Schema] = {
    "figures": {
        **dict.fromkeys(
            (
                "messages", "missing", "unlabelled", "taught", "top_gaps_hit", "top_gaps", "themes_found",
                "themes_named", "window_messages", "window_labelled",
            ),
            COUNT,
        ),
        **dict.fromkeys(
            (
                "accuracy", "v_measure", "recognised_without", "recognised_outside", "lost",
                "gap_rank_correlation", "gap_mean_error_pp", "question_precision", "question_recall",
                "calibration_error",
            ),
            SHARE,
        ),
    },
    "themes": {
        "theme": TEXT, "messages": COUNT, "right": COUNT, "precision": SHARE, "recall": SHARE,
        "without": COUNT,
    },
    "placed": {"theme": TEXT, "theme_label": TEXT, "messages": COUNT},
    "confusion": {"theme": TEXT, "mapped": TEXT, "messages": COUNT},
    "calibration": {
        "messages": COUNT, "confidence_low": SHARE, "confidence": SHARE, "confidence_high": SHARE,
        "right": SHARE, "right_low": SHARE, "right_high": SHARE,
    },
    "verdict_counts": {
        "verdict": TEXT, "confirmed": COUNT, "false": COUNT, "undecided": COUNT, "unnamed": COUNT,
        "missed": COUNT,
    },
    "verdicts": {
        "outcome": TEXT, "verdict": TEXT, "theme_label": TEXT, "found_verdict": TEXT, "found_pp": SHARE,
        "gold_theme": TEXT, "gold_verdict": TEXT, "gold_pp": SHARE,
    },
    "signals": {
        "outcome": TEXT, "kind": TEXT, "theme_label": TEXT, "gold_theme": TEXT, "since": DAY,
    },
}  # fmt: skip

STABILITY_COLUMNS: Mapping[str, Schema] = {
    "figures": {
        **dict.fromkeys(("draws", "authors", "posts", "examples", "themes", "corrections"), COUNT),
        **dict.fromkeys(
            ("mean_rank_correlation", "leave_one_out_accuracy", "corrections_accuracy"), SHARE
        ),
    },
    "runs": {
        "run_id": TEXT, "as_of": DAY, "themes": COUNT, "kept": COUNT, "lost": TEXT,
        "resident_rank_correlation": SHARE, "municipality_rank_correlation": SHARE,
    },
    "redrawn": {
        "theme_label": TEXT, "verdict": TEXT, "difference_pp": SHARE, "low_pp": SHARE, "high_pp": SHARE,
        "sign_kept": SHARE, "verdict_kept": SHARE,
    },
}  # fmt: skip


@dataclass(frozen=True)
class EvaluationInput:
    """Figures against a gold set as polars frames with the columns of `EVALUATION_COLUMNS`.

    figures has one row; placed says under which found theme (label, null for none) the messages of a gold
    theme lie; run_id and as_of are None and verdict_counts, verdicts and signals empty when no night with
    figures has finished. gold: the name of the file. Shares are fractions of 1, `_pp` percentage points.
    """

    gold: str
    run_id: str | None
    as_of: date | None
    version: str
    figures: pl.DataFrame
    themes: pl.DataFrame
    placed: pl.DataFrame
    confusion: pl.DataFrame
    calibration: pl.DataFrame
    verdict_counts: pl.DataFrame
    verdicts: pl.DataFrame
    signals: pl.DataFrame

    def prepared(self) -> "EvaluationInput":
        """The same with every column present and typed and all text made plain."""
        columns = EVALUATION_COLUMNS
        return replace(
            self,
            gold=plain_text(self.gold),
            run_id=self.run_id and plain_text(self.run_id),
            figures=framed(self.figures, columns["figures"]),
            themes=framed(self.themes, columns["themes"]),
            placed=framed(self.placed, columns["placed"]),
            confusion=framed(self.confusion, columns["confusion"]),
            calibration=framed(self.calibration, columns["calibration"]),
            verdict_counts=framed(self.verdict_counts, columns["verdict_counts"]),
            verdicts=framed(self.verdicts, columns["verdicts"]),
            signals=framed(self.signals, columns["signals"]),
        )


@dataclass(frozen=True)
class StabilityInput:
    """How steady figures are, as polars frames with the columns of `STABILITY_COLUMNS`.

    figures has one row; redrawn the themes that were judged, empty without a finished night; lost names the
    ids that no longer exist, with commas.
    """

    run_id: str | None
    as_of: date | None
    version: str
    figures: pl.DataFrame
    runs: pl.DataFrame
    redrawn: pl.DataFrame

    def prepared(self) -> "StabilityInput":
        """The same with every column present and typed and all text made plain."""
        columns = STABILITY_COLUMNS
        return replace(
            self,
            run_id=self.run_id and plain_text(self.run_id),
            figures=framed(self.figures, columns["figures"]),
            runs=framed(self.runs, columns["runs"]),
            redrawn=framed(self.redrawn, columns["redrawn"]),
        )
