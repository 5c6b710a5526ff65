"""How steady the themes and gaps of a home are, without any labels."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from flows.published import Published
from flows.teaching import CORRECTION_WEIGHT, LESSON_SCHEMA, example_texts, learned_model
from flows.texts import hashed
from nlp.catalogue import bundled_catalogue
from nlp.continuity import Continuity, continuity
from nlp.embed import BundledEmbedder
from nlp.leave_one_out import AssignerQuality, assigner_quality
from nlp.resampling import Resampling, resampling
from nlp.verdict import GapThresholds
from warehouse.store import open_store, query_published
from warehouse.tables import EMBEDDING, TOKEN

_LEARNING = "De indeler leert nog een keer, om elke verbetering te lezen alsof die er niet was."
_NONE_TAUGHT = pl.DataFrame(schema={"theme_id": pl.String, "message_id": pl.String, "text": pl.String})


@dataclass(frozen=True)
class Stability:
    """Over nights, under resampling (None when a side has nothing to compare) and of the assigner."""

    nights: Continuity
    resampling: Resampling | None
    assigner: AssignerQuality


def stability(
    found: Published,
    home: Path,
    thresholds: GapThresholds,
    tell: Callable[[str], None],
    taught: pl.DataFrame = _NONE_TAUGHT,
) -> Stability:
    """How steady the latest night of `home` is; taught: see `catalogue_quality`."""
    run = found.latest
    redrawn = None
    if run is not None:
        redrawn = resampling(
            found.messages,
            found.compared,
            run.window,
            thresholds.min_difference_pp,
            thresholds.draws,
            run.seed,
        )
    return Stability(
        nights=continuity(found.history, found.themes["theme_id"].to_list()),
        resampling=redrawn,
        assigner=catalogue_quality(home, tell, taught),
    )


def catalogue_quality(
    home: Path, tell: Callable[[str], None], taught: pl.DataFrame = _NONE_TAUGHT
) -> AssignerQuality:
    """Leave-one-out accuracy over the catalogue and over the corrections of people.

    taught: theme_id and message_id or text (String) of each correction; messages that are gone are left
    out. Learns in a folder of its own, which starts with what the night left, lemmas, vectors and model:
    the home is only read.
    """
    path = home / "published" / "weerklank.duckdb"
    corrections = _corrections(path, taught)
    catalogue = pl.DataFrame(
        [(theme_id, text, 1.0) for theme_id, text in bundled_catalogue().examples],
        schema=LESSON_SCHEMA,
        orient="row",
    )
    examples = pl.concat([catalogue, corrections]).with_row_index("place")
    embedder = BundledEmbedder()
    with TemporaryDirectory(prefix="weerklank-") as folder, open_store(Path(folder) / "les.duckdb") as store:
        hashes = {"hashes": hashed(examples["text"])["content_hash"].to_list()}
        for table in (TOKEN, EMBEDDING):
            known = f"SELECT * FROM {table.name} WHERE content_hash IN (SELECT unnest($hashes))"
            store.insert_new(table, query_published(path, known, hashes))
        if corrections.is_empty():
            models = Path(folder) / "models"
            if (home / "models").is_dir():
                shutil.copytree(home / "models", models)
            model = learned_model(store, catalogue, embedder, models, tell)
            accuracy = model.leave_one_out_accuracy
            return AssignerQuality(catalogue.height, len(model.themes), accuracy, 0, None)
        tell(_LEARNING)
        texts, read = example_texts(store, examples, embedder, tell)
    return assigner_quality(
        texts,
        read["theme_id"].to_list(),
        read["weight"].to_numpy().astype(np.float32),
        (read["place"] >= catalogue.height).to_numpy(),
    )


def _corrections(path: Path, taught: pl.DataFrame) -> pl.DataFrame:
    """The corrections (LESSON_SCHEMA) whose text is known."""
    ids = taught["message_id"].drop_nulls().to_list()
    texts = query_published(
        path,
        "SELECT message_id, text AS said FROM mart.message WHERE message_id IN (SELECT unnest($ids))",
        {"ids": ids},
    )
    return (
        taught.join(texts, on="message_id", how="left", maintain_order="left")
        .select("theme_id", text=pl.coalesce("text", "said"), weight=pl.lit(CORRECTION_WEIGHT, pl.Float32()))
        .drop_nulls("text")
    )
