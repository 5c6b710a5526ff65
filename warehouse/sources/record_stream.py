"""Records of a JSON document that is too large to hold: one after the other, by ijson."""

import re
from collections.abc import Iterator
from io import TextIOWrapper

import ijson

from warehouse.errors import SourceError
from warehouse.sources.decoding import decoded
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part

_SIMPLE = re.compile(r"\$((?:\.[^.\[\]*?@'\"]+)*)\[\*\]")


def streamed_prefix(path: str) -> str | None:
    """A JSONPath as ijson names the place; None for one that takes the whole document to judge."""
    found = _SIMPLE.fullmatch(path)
    return f"{found[1]}.item".removeprefix(".") if found else None


def streamed_records(part: Part, mapping: Mapping, name: str, prefixes: list[str]) -> Iterator[object]:
    """The records at the first prefix where there is any; numbers with a fraction are Decimals.

    Raises SourceError when the document is damaged.
    """
    for prefix in prefixes:
        found = False
        with decoded(part, mapping, name) as stream:
            try:
                for record in ijson.items(_Utf8(stream), prefix):
                    found = True
                    yield record
            except (ijson.JSONError, UnicodeError, ValueError) as error:
                raise SourceError(
                    f"Bestand {name}: de JSON is beschadigd of afgebroken; maak de export opnieuw."
                ) from error
        if found:
            return


class _Utf8:
    """A text as a stream of UTF-8 bytes, which is what ijson reads."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text

    def read(self, size: int = -1) -> bytes:
        """At most `size` characters, as bytes."""
        return self._text.read(size).encode("utf-8", "replace")
