"""Text as the models read it: str to str, one small step each."""

import re
import unicodedata
from collections.abc import Callable
from functools import reduce

# One more with every change here: lemmas and vectors made by older rules are then made anew.
RULES = 2

_URL = re.compile(r"(?:https?://|\bwww\.)\S*[\w/]", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@\w+(?:[.@]\w+)*")
_MARK = re.compile(r"\[[a-z-]{3,20}\]")
_HASH = re.compile(r"#+(\w)")
_LEVEL = re.compile(r"\s*[>/|]\s*")
_SPACE = re.compile(r"\s+")
_APOSTROPHE = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def without_urls(text: str) -> str:
    """Text without web addresses."""
    return _URL.sub(" ", text)


def without_mentions(text: str) -> str:
    """Text without @accounts."""
    return _MENTION.sub(" ", text)


def without_marks(text: str) -> str:
    """Text without what pseudonymisation left, such as [naam]."""
    return _MARK.sub(" ", text)


def with_plain_letters(text: str) -> str:
    """Text with decorated letters made plain (NFKC), apostrophes straight and invisible ones removed."""
    return unicodedata.normalize("NFKC", _APOSTROPHE.sub("'", _INVISIBLE.sub("", text)))


def with_open_hashtags(text: str) -> str:
    """Text in which #woord is an ordinary word."""
    return _HASH.sub(r"\1", text)


def with_single_spaces(text: str) -> str:
    """Text on one line with single spaces."""
    return _SPACE.sub(" ", text).strip()


_STEPS: tuple[Callable[[str], str], ...] = (
    with_plain_letters,
    without_urls,
    without_mentions,
    without_marks,
    with_open_hashtags,
    with_single_spaces,
)


def with_subject(text: str, title: str | None, category: str | None) -> str:
    """What a message is about in the words of who filed it, and then the message.

    title: subject of a note or idea; left out where the text begins with it. category: of a report, with its
    levels set off by marks as in "Verkeer > Te hard rijden".
    """
    own = [] if title is None or text.casefold().startswith(title.casefold().rstrip(".… ")) else [title]
    filed = [] if category is None else [_LEVEL.sub(", ", category)]
    return ". ".join([*filed, *own, text])


def model_text(text: str) -> str:
    """The text that tokeniser, embedder and classifier read; may be empty."""
    return reduce(lambda t, step: step(t), _STEPS, text)


def phrase_text(text: str) -> str:
    """The text in which phrases are looked for: as `model_text`, but what it leaves out stays visible as a
    cut ("|"), as line ends do, so that no phrase runs across it."""
    plain = with_plain_letters(text).replace("\n", " | ")
    cut = reduce(lambda t, pattern: pattern.sub(" | ", t), (_URL, _MENTION, _MARK), plain)
    return with_single_spaces(with_open_hashtags(cut))
