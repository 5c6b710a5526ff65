"""What the assigner learns from, and the assigner itself, which is learned once and kept under the home."""

import hashlib
import pickle
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import joblib
import numpy as np
import polars as pl

from flows.texts import embedded, hashed, prepared, tokenised
from nlp.assign import METHOD, Texts, ThemeModel, fitted_model
from nlp.catalogue import Catalogue
from nlp.clean import model_text
from nlp.embed import Embedder
from warehouse.decisions import Decisions
from warehouse.errors import ConfigurationError
from warehouse.store import Store

# What a person corrected says more of this municipality than an example that was written for all.
CORRECTION_WEIGHT = 4.0
LESSON_SCHEMA = {"theme_id": pl.String(), "text": pl.String(), "weight": pl.Float32()}
_LIBRARIES = ("weerklank", "numpy", "scipy", "scikit-learn")
_TAUGHT = """
SELECT message_id, text FROM core.message
WHERE is_current AND deleted_at IS NULL AND list_contains($message_ids, message_id)
"""

# What reading a file raises of which a part is missing or changed.
_DAMAGED = (
    pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError, ImportError,
    MemoryError,
)  # fmt: skip

# One process may run many nights; the latest model stays at hand.
_LEARNED: dict[str, ThemeModel] = {}


def lessons(store: Store, catalogue: Catalogue, decisions: Decisions) -> tuple[pl.DataFrame, int]:
    """All examples (LESSON_SCHEMA), and how many messages that people pointed at are no longer there.

    The catalogue's examples, those of adopted themes and what people corrected.
    """
    pointed = {
        *(lesson.message_id for lesson in decisions.taught if lesson.message_id),
        *(message_id for theme in decisions.adopted for message_id in theme.message_ids),
    }
    found = store.query(_TAUGHT, {"message_ids": sorted(pointed)}) if pointed else None
    texts = dict(found.rows()) if found is not None else {}
    taught = [(lesson.theme_id, lesson.text or texts.get(lesson.message_id)) for lesson in decisions.taught]
    rows = [
        *((theme_id, text, 1.0) for theme_id, text in catalogue.examples),
        *((theme.theme_id, texts.get(key), 1.0) for theme in decisions.adopted for key in theme.message_ids),
        *((theme_id, text, CORRECTION_WEIGHT) for theme_id, text in taught),
    ]
    known = pl.DataFrame(rows, schema=LESSON_SCHEMA, orient="row").drop_nulls("text")
    return known, len(pointed) - len(texts)


def learned_model(
    store: Store, examples: pl.DataFrame, embedder: Embedder, models: Path, tell: Callable[[str], None]
) -> ThemeModel:
    """The assigner that `examples` (LESSON_SCHEMA) teach.

    It is kept in the folder `models` and learned anew when an example, a rule of text or a library changes,
    or when what was kept is damaged. Raises ConfigurationError when it cannot be kept or read there.
    """
    from nlp.tokens import PIPELINE

    versions = [version(name) for name in _LIBRARIES]
    content = repr([examples.rows(), PIPELINE, embedder.name, METHOD, versions])
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    if key not in _LEARNED:
        kept = models / f"indeler-{key}.joblib"
        model = _kept_model(kept, tell)
        if model is None:
            model = _fitted(store, examples, embedder, tell)
            _keep(model, kept)
        _LEARNED.clear()
        _LEARNED[key] = model
    return _LEARNED[key]


def example_texts(
    store: Store, examples: pl.DataFrame, embedder: Embedder, tell: Callable[[str], None]
) -> tuple[Texts, pl.DataFrame]:
    """What the classifier reads of examples (LESSON_SCHEMA), and the examples in the same order."""
    texts = hashed(examples["text"])
    tokenised(store, texts)
    embedded(store, texts, embedder, tell)
    known = examples.join(texts, on="text", how="inner", maintain_order="left")
    return read_texts(store, known, embedder.name), known


def read_texts(store: Store, texts: pl.DataFrame, embedder_name: str) -> Texts:
    """What the classifier reads of texts (content_hash, text)."""
    known = prepared(store, texts["content_hash"], embedder_name)
    vectors = known["vector"].explode().to_numpy().reshape(known.height, -1)
    return Texts([model_text(text) for text in texts["text"]], known["lemmas"].to_list(), vectors)


def _fitted(
    store: Store, examples: pl.DataFrame, embedder: Embedder, tell: Callable[[str], None]
) -> ThemeModel:
    texts, known = example_texts(store, examples, embedder, tell)
    tell(f"leren van {known.height} voorbeelden")
    return fitted_model(texts, known["theme_id"].to_list(), known["weight"].to_numpy().astype(np.float32))


def _kept_model(kept: Path, tell: Callable[[str], None]) -> ThemeModel | None:
    """The model in the file; None when there is none, or only a part of one."""
    try:
        model = joblib.load(kept)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(kept) from error
    except _DAMAGED:
        model = None
    if not isinstance(model, ThemeModel):
        tell(f"{kept} is beschadigd; de indeler wordt opnieuw geleerd")
        return None
    return model


def _keep(model: ThemeModel, kept: Path) -> None:
    """The model in its place in one move; older and unfinished ones go."""
    unfinished = kept.with_suffix(".deel")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(model, unfinished)
        unfinished.replace(kept)
        for older in kept.parent.glob("indeler-*"):
            if older != kept:
                older.unlink()
    except OSError as error:
        raise _unusable(kept) from error


def _unusable(kept: Path) -> ConfigurationError:
    return ConfigurationError(
        f"Indeler {kept} is niet te lezen of te schrijven; controleer rechten en schijfruimte."
    )
