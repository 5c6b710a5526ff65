"""What a reply inherits from the message it answers.

"Hier ook, al weken" says little by itself; its thread tells what it is about. The less a reply says, the
more its parent counts: the parent's theme probabilities are added to the reply's own log-probabilities
with a weight that is the entropy of the reply by itself. A reply that is sure of its own theme keeps it,
or comments about rubbish under a festival post would vanish, and with them the gap.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.assign import Scores, log_softmax

CONTEXT_WEIGHT = 3.0
# Never let a parent rule a theme out: this much of its probability is spread over all themes.
_DOUBT = 0.05


def with_context(own: Scores, parents: Sequence[int | None]) -> Scores:
    """Log-probabilities of every message read in its thread, (messages, themes), normalised.

    own: log-probabilities by itself. parents: index of the message that each answers, None for none;
    a chain may be any length; messages that answer each other in a loop are read by themselves.
    """
    read: dict[int, NDArray[np.float64]] = {}
    for index in range(len(own)):
        chain, loop = _unread_chain(index, parents, read)
        read |= {message: own[message] for message in loop}
        for message in reversed(chain):
            parent = parents[message]
            read[message] = own[message] if parent is None else _informed(own[message], read[parent])
    return np.stack([read[index] for index in range(len(own))]) if len(own) else own


def _unread_chain(
    index: int, parents: Sequence[int | None], read: dict[int, NDArray[np.float64]]
) -> tuple[list[int], list[int]]:
    """The messages from `index` up to one that was read or has no parent, and the loop that they run into."""
    chain: dict[int, int] = {}
    step: int | None = index
    while step is not None and step not in read and step not in chain:
        chain[step] = len(chain)
        step = parents[step]
    closed = len(chain) if step is None else chain.get(step, len(chain))
    return list(chain)[:closed], list(chain)[closed:]


def _informed(own: NDArray[np.float64], parent: NDArray[np.float64]) -> NDArray[np.float64]:
    probabilities = np.exp(own)
    entropy = -float((probabilities * own).sum()) / np.log(len(own))
    inherited = np.log((1 - _DOUBT) * np.exp(parent) + _DOUBT / len(parent))
    informed: NDArray[np.float64] = log_softmax((own + CONTEXT_WEIGHT * entropy * inherited)[None, :])[0]
    return informed
