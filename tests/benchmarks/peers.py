"""One peer over one municipality; run in the peers' own environment (peers.txt), never in weerklank's.

    python peers.py PEER TEXTS.parquet TOPICS.parquet MEASURED.json TOPICS SEED

TEXTS.parquet: native_id, text, words (lemmas without stop words) and vector. TOPICS.parquet: native_id and
topic (null for none). Every peer has its defaults, but for the number of topics where it needs one, the
vectors, and a seed. A peer that opens a connection is stopped.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

Topics = Sequence[int | None]
_MANY = 40
_SWEEPS = 1_000


def bertopic(texts: pl.DataFrame, _topics: int, seed: int) -> Topics:
    """BERTopic as installed, on the given vectors; its UMAP with its own settings, and a seed."""
    umap = import_module("umap").UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed
    )
    model = import_module("bertopic").BERTopic(umap_model=umap)
    found, _ = model.fit_transform(texts["text"].to_list(), _vectors(texts))
    return [None if topic < 0 else int(topic) for topic in found]


def kmeans(texts: pl.DataFrame, topics: int, seed: int) -> Topics:
    """k-means of scikit-learn with as many clusters as there are themes, ten starts."""
    model = import_module("sklearn.cluster").KMeans(topics, n_init=10, random_state=seed)
    found: list[int] = model.fit_predict(_vectors(texts)).tolist()
    return found


def kmeans_many(texts: pl.DataFrame, _topics: int, seed: int) -> Topics:
    """k-means with 40 clusters."""
    return kmeans(texts, _MANY, seed)


def lda(texts: pl.DataFrame, topics: int, seed: int) -> Topics:
    """LDA of tomotopy: the largest topic of each text, none for a text without words."""
    spoken = texts.filter(pl.col("words").list.len() > 0)
    model = import_module("tomotopy").LDAModel(k=topics, seed=seed)
    for words in spoken["words"].to_list():
        model.add_doc(words)
    model.train(_SWEEPS, workers=1)
    return _in_place(texts, spoken, np.asarray([document.get_topics(1)[0][0] for document in model.docs]))


def fastopic(texts: pl.DataFrame, topics: int, seed: int) -> Topics:
    """FASTopic (Wu et al. 2024) as topica has it: the largest topic of each text with words."""
    spoken = texts.filter(pl.col("words").list.len() > 0)
    model = import_module("topica").FASTopic(topics, seed=seed)
    model.fit(spoken["words"].to_list(), _vectors(spoken).astype(np.float64))
    return _in_place(texts, spoken, np.asarray(model.doc_topic).argmax(axis=1))


def gsdmm(texts: pl.DataFrame, topics: int, seed: int) -> Topics:
    """GSDMM (Yin & Wang 2014), made for short texts, as topica has it."""
    spoken = texts.filter(pl.col("words").list.len() > 0)
    model = import_module("topica").GSDMM(topics, seed=seed)
    model.fit(spoken["words"].to_list())
    return _in_place(texts, spoken, np.asarray(model.doc_topic).argmax(axis=1))


PEERS: dict[str, tuple[Callable[[pl.DataFrame, int, int], Topics], str]] = {
    "bertopic": (bertopic, "bertopic"),
    "kmeans": (kmeans, "scikit-learn"),
    "kmeans_many": (kmeans_many, "scikit-learn"),
    "lda": (lda, "tomotopy"),
    "fastopic": (fastopic, "topica"),
    "gsdmm": (gsdmm, "topica"),
}


def _vectors(texts: pl.DataFrame) -> NDArray[np.float32]:
    return np.asarray(texts["vector"].to_list(), dtype=np.float32)


def _in_place(texts: pl.DataFrame, spoken: pl.DataFrame, found: NDArray[np.int64]) -> Topics:
    topics = spoken.select("native_id", topic=pl.Series(found))
    joined = texts.select("native_id").join(topics, on="native_id", how="left", maintain_order="left")
    places: list[int | None] = joined["topic"].to_list()
    return places


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"a peer wants to connect: {arguments[-1]}")


def peak_memory_mb() -> float:
    """Most memory that this process has had, in MiB (Linux). ru_maxrss would count who started it too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main(arguments: Sequence[str]) -> None:
    """Run one peer and write what it found and what it took; imports count, reading the texts does not."""
    peer, read, found, measured, topics, seed = arguments
    run, package = PEERS[peer]
    texts = pl.read_parquet(read)
    sys.addaudithook(_stay_here)
    begun = time.perf_counter()
    labels = run(texts, int(topics), int(seed))
    seconds = time.perf_counter() - begun
    texts.select("native_id", topic=pl.Series(labels, dtype=pl.Int64)).write_parquet(found)
    figures = {
        "seconds": seconds,
        "peak_memory_mb": peak_memory_mb(),
        "version": f"{package} {version(package)}",
    }
    Path(measured).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
