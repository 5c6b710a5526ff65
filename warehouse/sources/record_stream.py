"""Records of a JSON document that is too large to hold: one after the other, each parsed as a whole.

By the parser of the standard library, so that a record is what it is in a small document, and so that no
document, however it is damaged, does more than be refused.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper

from warehouse.errors import SourceError
from warehouse.sources.decoding import decoded
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part

_SIMPLE = re.compile(r"\$((?:\.[^.\[\]*?@'\"]+)*)\[\*\]")
_SPACE = re.compile(r"[ \t\n\r]*")
_PIECE = 1 << 20
_LONGEST_VALUE = 1 << 26
_ONE = json.JSONDecoder(parse_float=str)


def streamed_keys(path: str) -> tuple[str, ...] | None:
    """The keys that lead to the list of a JSONPath; None for one that takes the whole document to judge."""
    found = _SIMPLE.fullmatch(path)
    return tuple(found[1].split(".")[1:]) if found else None


def streamed_records(
    part: Part, mapping: Mapping, name: str, places: Sequence[tuple[str, ...]]
) -> Iterator[object]:
    """What stands in the list (or block) at the first place where anything does; fractions are text.

    Raises SourceError when the document is damaged, which may be after the last record, or has none of the
    places.
    """
    there = False
    for keys in places:
        found = False
        with decoded(part, mapping, name) as text:
            document = _Document(text)
            try:
                for record in document.records(keys, script=mapping.read.json_.javascript):
                    found = True
                    yield record
            except (ValueError, RecursionError) as error:
                raise SourceError(
                    f"Bestand {name}: de JSON is beschadigd of afgebroken; maak de export opnieuw."
                ) from error
        if found:
            return
        there = there or document.has_place
    if not there:
        raise SourceError(no_records(mapping, name))


def no_records(mapping: Mapping, name: str) -> str:
    """The complaint that a document has no list where the mapping looks for one."""
    looked_for = " of ".join(mapping.read.json_.records)
    return f"Bestand {name} heeft geen {looked_for}; controleer of mapping {mapping.id} erbij hoort."


class _Document:
    """A JSON text of which only a piece is in memory. Raises ValueError where it is no JSON."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text, self._piece, self._at = text, "", 0
        self.has_place = False

    def records(self, keys: Sequence[str], *, script: bool) -> Iterator[object]:
        """What stands at `keys`; then the rest is read, to know that the document is whole."""
        if script:
            self._pass_assignment()
        yield from self._found(keys)
        if script and self._next() == ";":
            self._at += 1
        if self._next():
            raise ValueError("more than one document")

    def _found(self, keys: Sequence[str]) -> Iterator[object]:
        if not keys:
            self.has_place = True
            for _ in self._inside():
                yield self._value()
            return
        for key in self._inside():
            if key == keys[0]:
                yield from self._found(keys[1:])
            else:
                self._skip()

    def _inside(self) -> Iterator[str | None]:
        """Stops before every value of a list (None) or block (its key); a plain value is passed over."""
        end = {"[": "]", "{": "}"}.get(self._next())
        if end is None:
            self._value()
            return
        self._at += 1
        if self._next() == end:
            self._at += 1
            return
        while True:
            yield self._key() if end == "}" else None
            sign = self._next()
            self._at += 1
            if sign == end:
                return
            if sign != ",":
                raise ValueError("no comma")

    def _key(self) -> str:
        key = self._value()
        if not isinstance(key, str) or self._next() != ":":
            raise ValueError("no key")
        self._at += 1
        return key

    def _skip(self) -> None:
        """Passes over a value, of a list or block value by value."""
        for _ in self._inside():
            self._value()

    def _value(self) -> object:
        """The next value, however many pieces it takes."""
        self._next()
        while True:
            with suppress(json.JSONDecodeError):
                value, end = _ONE.raw_decode(self._piece, self._at)
                if end < len(self._piece):  # else a number may go on
                    self._at = end
                    return value
            if not self._more():
                value, self._at = _ONE.raw_decode(self._piece, self._at)
                return value

    def _next(self) -> str:
        """The next sign that is no white space, still unread; empty at the end."""
        while True:
            found = _SPACE.match(self._piece, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._piece):
                return self._piece[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Reads on, twice as much when the value at hand is long; False at the end."""
        rest = self._piece[self._at :]
        if len(rest) > _LONGEST_VALUE:
            raise ValueError("one value without end")
        more = self._text.read(max(_PIECE, len(rest)))
        self._piece, self._at = rest + more, 0
        return bool(more)

    def _pass_assignment(self) -> None:
        """Goes to what is assigned to the variable of a script."""
        while "=" not in self._piece:
            self._at = len(self._piece)
            if not self._more():
                raise ValueError("no assignment")
        self._at = self._piece.index("=") + 1
