"""Which texts say the same in nearly the same words: a copied petition is one voice, not fifty.

Resemblance of Broder (1997, "On the resemblance and containment of documents") over the sets of lemmas.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

Indices = NDArray[np.int64]

# Texts of less than five words are copies only when they hold the same words.
MIN_RESEMBLANCE = 0.8
_ROWS_AT_ONCE = 500


def copy_groups(lemmas: Sequence[Sequence[str]]) -> Indices:
    """A number for every text, shared by texts that are copies or near copies of each other (or of a text
    between them); a text without lemmas is a copy of others like it. Numbers start at 0 in order of first
    appearance. The order of words makes no difference."""
    if not lemmas:
        return np.empty(0, dtype=np.int64)
    keys = [" ".join(sorted(set(words))) for words in lemmas]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of_set = _groups_of_sets([key.split(" ") for key in places])
    groups: Indices = of_set[[places[key] for key in keys]]
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order: Indices = np.argsort(np.argsort(first)).astype(np.int64)
    return order[group]


def _groups_of_sets(sets: Sequence[Sequence[str]]) -> Indices:
    holds = CountVectorizer(analyzer=list, binary=True, dtype=np.int32).fit_transform(sets)
    sizes = np.asarray(holds.sum(axis=1)).ravel()
    pairs = [_near(holds, sizes, start) for start in range(0, len(sets), _ROWS_AT_ONCE)]
    rows, columns = np.concatenate(pairs, axis=1)
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(sets), len(sets)))
    groups: Indices = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def _near(holds: csr_matrix, sizes: Indices, start: int) -> Indices:
    """Pairs (2, n) of near copies of which the first is one of the rows from `start` on."""
    shared = (holds[start : start + _ROWS_AT_ONCE] @ holds.T).tocoo()
    rows, columns = shared.row + start, shared.col
    resemblance = shared.data / (sizes[rows] + sizes[columns] - shared.data)
    near = resemblance >= MIN_RESEMBLANCE
    pairs: Indices = np.stack([rows[near], columns[near]]).astype(np.int64)
    return pairs
