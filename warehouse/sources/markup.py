"""An XML document element by element, with nothing in it that reaches outside it.

No entity is filled in, no DTD is loaded and no network is used (OWASP, XML external entity prevention).
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from warehouse.errors import SourceError
from warehouse.sources.parts import Part

_DEEPEST = 64


def markup(part: Part, name: str) -> Iterator[tuple[bool, list[str], etree._Element]]:
    """Every element as it begins (True) and as it ends (False), with the local names from the root to it.

    An element is whole only when it ends; whoever takes it may `forget` it then. The list of names is the
    same object throughout. Raises SourceError for a DTD, too many layers, or a damaged document.
    """
    with part.open() as stream:
        yield from _events(stream, name)


def forget(element: etree._Element) -> None:
    """Empties an element that was read, and removes those before it, so that memory stays bounded."""
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]


def local_name(element: etree._Element) -> str:
    """The name of an element or attribute without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _events(stream: BinaryIO, name: str) -> Iterator[tuple[bool, list[str], etree._Element]]:
    path: list[str] = []
    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, load_dtd=False, dtd_validation=False,
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for event, element in events:
            if event == "start":
                if not path and element.getroottree().docinfo.doctype:
                    raise SourceError(
                        f"Bestand {name} heeft een DTD, wat geen export nodig heeft; maak de export opnieuw."
                    )
                path.append(local_name(element))
                if len(path) > _DEEPEST:
                    raise SourceError(f"Bestand {name}: de XML is te diep genest; maak de export opnieuw.")
                yield True, path, element
            else:
                yield False, path, element
                path.pop()
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"Bestand {name}, regel {error.lineno or 1}: de XML is beschadigd of afgebroken; "
            "maak de export opnieuw."
        ) from error
