"""Which words are ordinary Dutch words, by the dictionary that simplemma brings along."""

from functools import lru_cache

import simplemma

_LONGEST = 40


@lru_cache(maxsize=100_000)
def is_ordinary(folded: str) -> bool:
    """True for a word of the dictionary, given in folded case; many names are one too ("bakker", "jan")."""
    return bool(folded and simplemma.is_known(folded, "nl"))


@lru_cache(maxsize=100_000)
def is_compound(folded: str) -> bool:
    """True for a word made of two of the dictionary ("dijk" and "dag")."""
    cuts = range(3, min(len(folded), _LONGEST) - 2)
    return any(is_ordinary(folded[:cut]) and is_ordinary(folded[cut:]) for cut in cuts)
