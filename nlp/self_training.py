"""What the municipality's own messages teach: its streets, its nicknames, its turns of phrase.

The catalogue knows how people speak of a theme anywhere. A message whose theme its thread or its own words
make clear also shows how they speak of it here. So the assigner is fitted once more, on the catalogue and on
the messages with the probabilities of the first reading as their targets (self-training with soft labels).
A message is then read by a model that never saw it (leave-one-out), or it would only hear its own echo.
Measured on two labelled municipalities: 2 and 4 points more messages under exactly the right theme.
"""

from collections.abc import Sequence

import numpy as np

from nlp.assign import Scores, Texts, ThemeModel, fitted_on

MOST_MESSAGES = 2_500


def self_trained(
    examples: Texts, themes: Sequence[str], messages: Texts, first_reading: Scores, names: tuple[str, ...]
) -> Scores:
    """Log-probabilities of every message by itself, (messages, names), read by a model that learned from
    the examples (the i-th of `themes[i]`) and from the other messages.

    first_reading: log-probabilities of the messages, read in their threads. Only the first MOST_MESSAGES
    messages teach, which bounds the cost; give them in an order that has nothing to do with their theme.
    """
    teaching = min(len(messages.texts), MOST_MESSAGES)
    if not teaching:
        return first_reading
    one_hot = (np.asarray(themes)[:, None] == np.asarray(names)[None, :]).astype(np.float64)
    taught = Texts(
        [*examples.texts, *messages.texts[:teaching]],
        [*examples.lemmas, *messages.lemmas[:teaching]],
        np.vstack([examples.vectors, messages.vectors[:teaching]]),
    )
    targets = np.vstack([one_hot, np.exp(first_reading[:teaching])])
    model = fitted_on(taught, names, targets, labelled=len(themes))
    return _by_others(model, messages, teaching)


def _by_others(model: ThemeModel, messages: Texts, teaching: int) -> Scores:
    """The left-out reading of messages that taught, and the plain reading of the rest."""
    rest = Texts(messages.texts[teaching:], messages.lemmas[teaching:], messages.vectors[teaching:])
    left_out = model.left_out[len(model.left_out) - teaching :]
    return np.vstack([left_out, model.log_probabilities(rest)]) if rest.texts else left_out
