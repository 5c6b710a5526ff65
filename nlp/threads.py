"""Messages read in their thread, and by how often each theme comes up here.

A reply either goes on about what it answers or is about something else. Its theme by itself, the theme of
its parent, how often replies here go on, and how often each theme comes up are weighed as a mixture: with
probability f a reply has its parent's theme, else any theme. "Hier ook, al weken" says little by itself,
so its parent decides; a comment about rubbish under a festival post keeps its theme, or it would vanish and
with it the gap. How often replies go on differs from one municipality and channel to the next (four in five
here, two in five there), so it is estimated from the messages, as are the frequencies of the themes, by
expectation maximisation (Dempster, Laird & Rubin 1977; for frequencies Saerens, Latinne & Decaestecker 2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.assign import log_softmax
from nlp.ridge import Scores

# Messages are harder than the examples that set the temperature: on two labelled municipalities the log loss
# of messages is least at 0.65 to 0.85 of it, for posts, residents and replies alike.
TEMPERING = 0.7
# The frequencies count for half: they are estimated from the same probabilities that they correct, and a
# small theme must be able to speak up.
FREQUENCY_WEIGHT = 0.5
_MOST_ROUNDS = 50
_SETTLED = 1e-4
# One imagined message per theme, so that no theme gets a frequency of zero; and four imagined replies of
# which half go on, so that one thread does not say what all replies do.
_IMAGINED_MESSAGES = 1.0
_IMAGINED_REPLIES = 4.0
_TINY = 1e-12


@dataclass(frozen=True)
class Reading:
    """Log-probabilities (messages, themes) of messages by themselves and in their threads, and the share of
    replies that go on about what they answer, per kind of parent."""

    by_itself: Scores
    in_thread: Scores
    goes_on: dict[str, float]


class _Replies(NamedTuple):
    """Messages of one depth, the message that each answers, and the kind of that message as a number."""

    messages: NDArray[np.int64]
    parents: NDArray[np.int64]
    kinds: NDArray[np.int64]


def read_in_threads(own: Scores, parents: Sequence[int | None], kinds: Sequence[str]) -> Reading:
    """The messages with log-probabilities `own` (messages, themes) read in their threads.

    parents: index of the message that each answers, None for none; a chain may be any length, and messages
    that answer each other in a loop are read by themselves. kinds: kind of every message as a parent;
    replies to each kind share how often they go on.
    """
    likelihood = np.exp(log_softmax(TEMPERING * own)) if len(own) else own
    names = sorted(set(kinds))
    roots, levels = _levels(parents, np.asarray([names.index(kind) for kind in kinds], dtype=np.int64))
    themes = own.shape[1]
    of_roots = of_others = np.full(themes, 1.0 / themes)
    goes_on = np.full(len(names), 0.5)
    read = np.empty_like(likelihood)
    for _ in range(_MOST_ROUNDS):
        had = goes_on, of_roots, of_others
        read[roots] = _rows_of_one(likelihood[roots] * of_roots**FREQUENCY_WEIGHT)
        weights = of_others**FREQUENCY_WEIGHT / (of_others**FREQUENCY_WEIGHT).sum()
        went_on, asked = np.full(len(names), _IMAGINED_REPLIES / 2), np.full(len(names), _IMAGINED_REPLIES)
        others = np.full(themes, _IMAGINED_MESSAGES)
        for level in levels:
            share = goes_on[level.kinds][:, None]
            same = share * read[level.parents] * likelihood[level.messages]
            other = (1 - share) * weights * likelihood[level.messages]
            total = (same + other).sum(axis=1)
            read[level.messages] = (same + other) / total[:, None]
            np.add.at(went_on, level.kinds, same.sum(axis=1) / total)
            np.add.at(asked, level.kinds, 1.0)
            others += (other / total[:, None]).sum(axis=0)
        goes_on = went_on / asked
        of_roots = _rows_of_one((read[roots].sum(axis=0) + _IMAGINED_MESSAGES)[None, :])[0]
        of_others = others / others.sum()
        if _settled(had, (goes_on, of_roots, of_others)):
            break
    frequencies = _rows_of_one((read.sum(axis=0) + _IMAGINED_MESSAGES)[None, :])[0]
    alone = _rows_of_one(likelihood * frequencies**FREQUENCY_WEIGHT)
    shares = dict(zip(names, map(float, goes_on), strict=True))
    return Reading(np.log(alone + _TINY), np.log(read + _TINY), shares)


def _settled(had: Sequence[NDArray[np.float64]], have: Sequence[NDArray[np.float64]]) -> bool:
    return all(np.allclose(old, new, rtol=0, atol=_SETTLED) for old, new in zip(had, have, strict=True))


def _rows_of_one(rows: Scores) -> Scores:
    normalised: Scores = rows / rows.sum(axis=1, keepdims=True)
    return normalised


def _levels(
    parents: Sequence[int | None], kinds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[_Replies]]:
    """The messages that answer none, and the replies by depth, those nearest to the root first."""
    depths = np.asarray(_depths(parents), dtype=np.int64)
    by_depth = np.argsort(depths, kind="stable")
    ends = np.cumsum(np.bincount(depths)) if len(depths) else np.zeros(1, dtype=np.int64)
    levels = []
    for messages in np.split(by_depth, ends[:-1])[1:]:
        above = np.asarray([parents[message] for message in messages], dtype=np.int64)
        levels.append(_Replies(messages, above, kinds[above]))
    return by_depth[: ends[0]], levels


def _depths(parents: Sequence[int | None]) -> list[int]:
    """How many messages are above each; 0 for those that answer none or answer each other in a loop."""
    depths: dict[int, int] = {}
    for message in range(len(parents)):
        chain: dict[int, None] = {}
        step: int | None = message
        while step is not None and step not in depths and step not in chain:
            chain[step] = None
            step = parents[step]
        links = list(chain)
        if step is not None and step in chain:
            loop = links[links.index(step) :]
            depths |= dict.fromkeys(loop, 0)
            links = links[: links.index(step)]
        depth = -1 if step is None else depths[step]
        for link in reversed(links):
            depth += 1
            depths[link] = depth
    return [depths[message] for message in range(len(parents))]
