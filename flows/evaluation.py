"""The published themes held against a gold set."""

from pathlib import Path

import polars as pl

from nlp.evaluate import Evaluation, evaluation
from warehouse.errors import ConfigurationError
from warehouse.store import query_published

_NEEDED = ("native_id", "author_kind", "theme")


def evaluated(gold: Path, home: Path) -> Evaluation:
    """Figures of the latest night against a CSV of labels (native_id, author_kind, theme, is_question).

    Raises ConfigurationError when the file cannot be used or no night has run.
    """
    try:
        labels = pl.read_csv(gold, infer_schema=False)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Bestand {gold} bestaat niet; geef een CSV met labels op bij --gold."
        ) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigurationError(
            f"Bestand {gold} is geen leesbare CSV; bewaar het met komma's en UTF-8."
        ) from error
    missing = next((column for column in _NEEDED if column not in labels.columns), None)
    if missing:
        raise ConfigurationError(f"Bestand {gold}: kolom '{missing}' ontbreekt; voeg hem toe.")
    found = query_published(
        home / "published" / "weerklank.duckdb",
        "SELECT native_id, author_kind, kind, theme_id, is_question FROM mart.message",
    )
    result = evaluation(found, labels)
    if result.messages == 0:
        raise ConfigurationError(
            f"Bestand {gold}: geen native_id komt voor in de database; draai eerst die nacht."
        )
    return result
