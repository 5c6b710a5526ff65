"""How the text of an export is encoded, seen over all of it."""

import codecs

from warehouse.errors import SourceError
from warehouse.sources.parts import Part


def encoding_of(part: Part, head: bytes) -> tuple[str, str]:
    """The encoding that fits the whole file, and what was tried (Dutch); head: its first bytes.

    Raises SourceError when it is no text in an encoding that is known.
    """
    if head.startswith(codecs.BOM_UTF8) and _fits(part, "utf-8-sig"):
        return "utf-8-sig", "codering: UTF-8 (met BOM)"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _fits(part, "utf-16"):
        return "utf-16", "codering: UTF-16 (met BOM)"
    zeros = head[:2000]
    for name, places in (("utf-16-le", zeros[1::2]), ("utf-16-be", zeros[0::2])):
        if len(zeros) > 3 and places.count(0) > 0.6 * len(places) and _fits(part, name):
            return name, f"codering: {name.upper()} (zonder BOM; herkend aan de nulbytes)"
    if b"\x00" in head:
        raise SourceError(
            f"Bestand {part.name} is geen tekst en geen bekend formaat; vraag een export als CSV."
        )
    if _fits(part, "utf-8"):
        return "utf-8-sig", "codering: UTF-8 (zonder BOM)"
    if _fits(part, "cp1252"):
        return "cp1252", "codering: Windows-1252 (UTF-8 geprobeerd, past niet)"
    raise SourceError(
        f"Bestand {part.name} is niet gecodeerd als UTF-8, UTF-16 of Windows-1252; bewaar het als UTF-8."
    )


def _fits(part: Part, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with part.open() as stream:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def encodings_to_try(encoding: str) -> list[str]:
    """What a mapping says: exports of one program differ from each other in this."""
    return ["utf-8-sig", "cp1252"] if encoding in ("utf-8-sig", "cp1252") else [encoding]
