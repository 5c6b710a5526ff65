"""The published themes held against a gold set."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.published import Published
from nlp.evaluate import Evaluation, evaluation
from nlp.signal_agreement import SignalAgreement, signal_agreement
from nlp.signals import SignalThresholds
from nlp.verdict import GapThresholds
from nlp.verdict_agreement import VerdictAgreement, verdict_agreement
from warehouse.errors import ConfigurationError

_NEEDED = ("native_id", "author_kind", "theme")


@dataclass(frozen=True)
class GoldMeasure:
    """Figures against a gold set; verdicts and signals are None when no night with figures has finished."""

    themes: Evaluation
    verdicts: VerdictAgreement | None
    signals: SignalAgreement | None


def gold_labels(path: Path) -> pl.DataFrame:
    """The labels in a CSV: native_id, author_kind, theme (null where it is blank), and is_question if it is
    there; all String, one row per native_id.

    Raises ConfigurationError when the file cannot be used or says two things of one message.
    """
    try:
        labels = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Bestand {path} bestaat niet; geef een CSV met labels op bij --gold."
        ) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigurationError(
            f"Bestand {path} is geen leesbare CSV; bewaar het met komma's en UTF-8."
        ) from error
    missing = next((column for column in _NEEDED if column not in labels.columns), None)
    if missing:
        raise ConfigurationError(f"Bestand {path}: kolom '{missing}' ontbreekt; voeg hem toe.")
    theme = pl.col("theme").str.strip_chars()
    labels = labels.with_columns(theme=pl.when(theme != "").then(theme))
    if labels["theme"].count() == 0:
        raise ConfigurationError(
            f"Bestand {path}: kolom 'theme' is leeg; vul bij elk bericht een thema in, of 'overig'."
        )
    themes = labels.drop_nulls(["native_id", "theme"]).group_by("native_id", maintain_order=True)
    contradicted = themes.agg(pl.col("theme").n_unique()).filter(pl.col("theme") > 1)
    if contradicted.height:
        raise ConfigurationError(
            f"Bestand {path}: bericht '{contradicted['native_id'][0]}' heeft twee thema's; laat er één staan."
        )
    return labels.sort(pl.col("theme").is_null(), maintain_order=True).unique(
        "native_id", keep="first", maintain_order=True
    )


def gold_measure(
    labels: pl.DataFrame, found: Published, thresholds: GapThresholds, gold: Path
) -> GoldMeasure:
    """Figures of the latest night against `labels` (see `gold_labels`), read from the file `gold`.

    Raises ConfigurationError when none of the labels belongs to a message.
    """
    themes = evaluation(found.messages, labels)
    if themes.messages == 0:
        raise ConfigurationError(
            f"Bestand {gold}: geen native_id komt voor in de database; draai eerst die nacht."
        )
    run = found.latest
    if run is None:
        return GoldMeasure(themes, None, None)
    return GoldMeasure(
        themes,
        verdict_agreement(found.messages, labels, found.gap, run.window, thresholds, run.seed),
        signal_agreement(found.messages, labels, found.signals, run.as_of, SignalThresholds()),
    )
