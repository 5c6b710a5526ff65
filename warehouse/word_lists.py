"""Lists of ordinary words that tell personal data from what only looks like it."""

from functools import cache
from importlib import resources

import yaml


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of the list `name` in word_lists.yaml; an underscore there is a space here.

    Raises KeyError for a list that the file does not have.
    """
    return frozenset(word.replace("_", " ") for word in _lists()[name].split())


@cache
def _lists() -> dict[str, str]:
    text = (resources.files("warehouse") / "word_lists.yaml").read_text(encoding="utf-8")
    lists: dict[str, str] = yaml.safe_load(text)
    return lists
