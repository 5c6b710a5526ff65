"""Bytes to text: the first encoding of the mapping that fits the whole file without loss."""

import codecs
from collections.abc import Iterator
from io import TextIOWrapper

from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 25
_WIDE = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


def decoded(part: Part, mapping: Mapping, name: str, newline: str = "") -> TextIOWrapper:
    """The text of a part; lines end at `newline`, or at any line end, which stays as it is.

    Raises SourceError when no encoding of the mapping fits, or when nothing is written in it.
    """
    return TextIOWrapper(part.open(), encoding=_encoding(part, mapping, name), newline=newline)


def text_lines(text: TextIOWrapper, name: str) -> Iterator[str]:
    """The lines of a text. Raises SourceError for one so long that it is no line."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise SourceError(f"Bestand {name} heeft een regel zonder einde; controleer de export.")
        yield line


def _encoding(part: Part, mapping: Mapping, name: str) -> str:
    """The first encoding that decodes every byte."""
    with part.open() as start:
        mark = start.read(4)
    for encoding in mapping.read.encoding:
        known_as = codecs.lookup(encoding).name
        marks = _WIDE.get(known_as)
        if marks and not mark.startswith(marks):
            continue  # any even number of bytes is UTF-16 of something
        if known_as == "utf-16" and mark == codecs.BOM_UTF32_LE:
            continue  # which begins as UTF-16 does
        try:
            visible = sum(text.strip("\ufeff \t\r\n") != "" for text in _texts(part, encoding))
        except UnicodeError:
            continue
        if not visible:
            raise SourceError(f"Bestand {name} is leeg; controleer de export en zet hem opnieuw klaar.")
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    tried = ", ".join(mapping.read.encoding)
    raise SourceError(
        f"Bestand {name} is niet gecodeerd als {tried}; "
        "bewaar het als UTF-8 of pas 'encoding' in de mapping aan."
    )


def _texts(part: Part, encoding: str) -> Iterator[str]:
    """The text in pieces. Raises UnicodeError where the bytes are of another encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with part.open() as stream:
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
