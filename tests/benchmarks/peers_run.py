"""The peers in an environment of their own: made once, then one process per peer and municipality."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from nlp.clean import model_text
from nlp.embed import BundledEmbedder
from nlp.tokens import lemmas, stop_words

_HERE = Path(__file__).parent
LABELS = {
    "bertopic": "BERTopic, standaard (UMAP + HDBSCAN)",
    "kmeans": "k-means, k = echt aantal",
    "kmeans_many": "k-means, k = 40",
    "lda": "LDA (tomotopy), k = echt aantal",
    "fastopic": "FASTopic (topica), k = echt aantal",
    "gsdmm": "GSDMM (topica), k = echt aantal",
}


@dataclass(frozen=True)
class PeerTopics:
    """topics: native_id and topic (Int64, null for none); what it took, and its version."""

    topics: pl.DataFrame
    seconds: float
    peak_memory_mb: float
    version: str


def peer_environment(folder: Path) -> Path:
    """The Python of an environment under `folder` with exactly what peers.txt names; made when not there.

    Raises RuntimeError when uv is not installed.
    """
    pinned = _HERE / "peers.txt"
    digest = hashlib.sha256(pinned.read_bytes()).hexdigest()[:8]
    place = folder / f"peers-{digest}"
    python, ready = place / "bin" / "python", place / "ready"
    if ready.exists():
        return python
    uv = shutil.which("uv")
    if uv is None:
        raise RuntimeError("uv makes the environment of the peers: install it with 'pip install uv'")
    make = [uv, "venv", "--quiet", "--no-config", "--clear", "--python", "3.11", str(place)]
    install = [uv, "pip", "install", "--quiet", "--no-config", "--no-deps", "--python", str(python)]
    subprocess.run(make, check=True)
    subprocess.run([*install, "-r", str(pinned)], check=True)
    ready.touch()
    return python


def read_by_peers(messages: pl.DataFrame) -> pl.DataFrame:
    """What peers read of `messages` (native_id, text): the text as weerklank's models read it, its words
    (lemmas without stop words) and its vector by the bundled embedder."""
    texts = [model_text(text) for text in messages["text"]]
    empty = stop_words()
    words = [[word for word in found if word not in empty] for found in lemmas(texts)]
    vectors = np.asarray(BundledEmbedder().vectors(texts))
    return messages.select(
        "native_id",
        text=pl.Series(texts),
        words=pl.Series(words, dtype=pl.List(pl.String)),
        vector=pl.Series(vectors.tolist(), dtype=pl.List(pl.Float32)),
    )


def peer_topics(
    python: Path, peer: str, texts: pl.DataFrame, topics: int, seed: int, folder: Path
) -> PeerTopics:
    """What `peer` (a key of LABELS) makes of `texts` (`read_by_peers`), with files in `folder`."""
    read, found, measured = (folder / name for name in ("texts.parquet", f"{peer}.parquet", f"{peer}.json"))
    texts.write_parquet(read)
    command = [str(part) for part in (python, _HERE / "peers.py", peer, read, found, measured, topics, seed)]
    with (folder / f"{peer}.log").open("w") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log)
    return PeerTopics(topics=pl.read_parquet(found), **json.loads(measured.read_text(encoding="utf-8")))
