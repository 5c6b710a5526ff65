"""What the models read of every text, computed once: lemmas and vectors by content hash."""

from collections.abc import Callable

import polars as pl

from nlp.clean import model_text, with_subject
from nlp.embed import Embedder
from warehouse.sources.identity import content_hash
from warehouse.store import Store
from warehouse.tables import EMBEDDING, TOKEN

_CHUNK = 2_000


def hashed(texts: pl.Series) -> pl.DataFrame:
    """content_hash and text of the distinct texts."""
    distinct = texts.drop_nulls().unique(maintain_order=True)
    return pl.DataFrame({"content_hash": [content_hash(text) for text in distinct], "text": distinct}).unique(
        "content_hash", maintain_order=True
    )


def subjects(messages: pl.DataFrame) -> pl.DataFrame:
    """content_hash and text of what is read of every message (text, title, source_category) for its theme."""
    told = [with_subject(*row) for row in messages.select("text", "title", "source_category").iter_rows()]
    columns = {"content_hash": [content_hash(text) for text in told], "text": told}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))


def tokenised(store: Store, texts: pl.DataFrame) -> int:
    """Store the lemmas of texts (content_hash, text) that have none yet; says how many were new."""
    from nlp.tokens import PIPELINE, lemmas

    new = _without(store, texts, "core.token", "pipeline", PIPELINE)
    for chunk in new.iter_slices(_CHUNK):
        found = list(lemmas(model_text(text) for text in chunk["text"]))
        store.insert_new(TOKEN, chunk.select("content_hash", pipeline=pl.lit(PIPELINE)).with_columns(
            lemmas=pl.Series(found, dtype=pl.List(pl.String))
        ))  # fmt: skip
    return new.height


def embedded(store: Store, texts: pl.DataFrame, embedder: Embedder, tell: Callable[[str], None]) -> int:
    """Store the vectors of texts (content_hash, text) that have none yet; says how many were new."""
    new = _without(store, texts, "core.embedding", "model", embedder.name)
    done = 0
    for chunk in new.iter_slices(_CHUNK):
        vectors = embedder.vectors([model_text(text) for text in chunk["text"]])
        store.insert_new(EMBEDDING, chunk.select("content_hash", model=pl.lit(embedder.name)).with_columns(
            vector=pl.Series(vectors.tolist(), dtype=pl.List(pl.Float32))
        ))  # fmt: skip
        done += chunk.height
        tell(f"zinsvectoren: {done} van {new.height} nieuwe teksten")
    return new.height


def prepared(store: Store, hashes: pl.Series, model: str) -> pl.DataFrame:
    """content_hash, lemmas (List[String]) and vector (List[Float32]) of each of `hashes`, in their order."""
    from nlp.tokens import PIPELINE

    tokens = store.query(
        "SELECT content_hash, lemmas FROM core.token WHERE pipeline = $pipeline", {"pipeline": PIPELINE}
    )
    vectors = store.query(
        "SELECT content_hash, vector FROM core.embedding WHERE model = $model", {"model": model}
    )
    return (
        hashes.rename("content_hash")
        .to_frame()
        .join(tokens, on="content_hash", how="left", maintain_order="left")
        .join(vectors, on="content_hash", how="left", maintain_order="left")
    )


def _without(store: Store, texts: pl.DataFrame, table: str, column: str, value: str) -> pl.DataFrame:
    had = store.query(f"SELECT content_hash FROM {table} WHERE {column} = $value", {"value": value})
    return texts.join(had, on="content_hash", how="anti", maintain_order="left")
