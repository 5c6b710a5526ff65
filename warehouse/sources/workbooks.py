"""What must hold for an xlsx or ods before a cell of it is read, and what was typed and taken for a formula.

The library that reads an xlsx lays a sheet out as one block, so that two cells of a few bytes at its far ends
ask for more memory than there is, and stop the process. So the block is measured first, in bounded memory.
The same pass finds declarations, and formulas that have no answer; it works none of them out.
"""

import re
from collections.abc import Mapping as Attributes
from dataclasses import dataclass, field
from xml.parsers import expat

from warehouse.errors import SourceError
from warehouse.sources.archive import Limits, members_by_path
from warehouse.sources.parts import Part
from warehouse.sources.tables import typed_text

LARGEST = Limits(unpacked=2 << 30)
MOST_CELLS = 1 << 25
_CHUNK = 1 << 20
_LONGEST_FORMULA = 1 << 15
_NO_XML = re.compile(r"\.(?!xml$|rels$)[^./]+$|^mimetype$|^META-INF/", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)(vbaproject\.bin$|macrosheets/|basic/|scripts/)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"^xl/externallinks/", re.IGNORECASE)
_WITH_CELLS = re.compile(r"^xl/(?!sharedstrings)(?!.*_rels/)|^xl/_rels/workbook", re.IGNORECASE)
_REFERENCE = re.compile(r"^([A-Za-z]{1,3})([0-9]{1,7})$")
Place = tuple[int, int]


@dataclass(frozen=True, repr=False)
class Workbook:
    """A workbook that can be opened without harm.

    members: its files by path. typed: of an xlsx, per sheet, what was taken for a formula, by row and column
    (from 0).
    """

    members: dict[str, Part]
    typed: dict[str, dict[Place, str]]


def checked_spreadsheet(part: Part, name: str) -> Workbook:
    """What is in an xlsx or ods, when it can be opened without harm; `name` is for the error.

    Raises SourceError when it is no whole zip or too large, and for a password, macros, links to other
    workbooks, declarations of a DTD or entity, and cells too far apart.
    """
    members = members_by_path(part, name, LARGEST)
    if any(_MACROS.search(path) for path in members):
        raise SourceError(f"Bestand {name} bevat macro's; bewaar het als .xlsx of .ods zonder macro's.")
    if any(_ELSEWHERE.search(path) for path in members):
        raise SourceError(
            f"Bestand {name} verwijst naar andere werkmappen; verbreek die koppelingen en bewaar het opnieuw."
        )
    if "xl/workbook.bin" in members:
        raise SourceError(f"Bestand {name} is een .xlsb; bewaar het als .xlsx.")
    if (manifest := members.get("META-INF/manifest.xml")) and _holds(manifest, b"encryption-data"):
        raise SourceError(f"Bestand {name} is beveiligd met een wachtwoord; zet het klaar zonder wachtwoord.")
    found = {
        path: _measured(member, path, name)
        for path, member in members.items()
        if member.size and not _NO_XML.search(path)
    }
    paths, sheets = _Markup(name), _Markup(name)
    targets = found.get("xl/_rels/workbook.xml.rels", paths).targets
    named = found.get("xl/workbook.xml", sheets).sheets
    typed = {sheet: found[path].typed for sheet, key in named.items() if (path := targets.get(key)) in found}
    return Workbook(members, {sheet: places for sheet, places in typed.items() if places})


def _holds(member: Part, word: bytes) -> bool:
    with member.open() as stream:
        return word in stream.read(_CHUNK)


@dataclass(repr=False)
class _Markup:
    """The elements of one XML file of an xlsx as they come by: how far its cells reach and what they hold."""

    name: str
    rows: int = 0
    columns: int = 0
    typed: dict[Place, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    _place: Place = (0, 0)
    _within: str = ""
    _error: bool = False
    _formula: str = ""
    _answer: bool = False

    def started(self, tag: str, attributes: Attributes[str, str]) -> None:
        """An element that begins."""
        self._within = tag.rpartition(":")[2]
        match self._within:
            case "c":
                self._left_cell()
                self._error = attributes.get("t") == "e"
                row, column = self._place
                reference = attributes.get("r")
                self._place = (row, column + 1) if reference is None else self._placed(reference)
            case "row":
                self._left_cell()
                number = attributes.get("r", "")
                following = self._place[0] + 1
                self._place = int(number) if re.fullmatch("[0-9]{1,7}", number) else following, 0
            case "v" | "is":
                row, column = self._place
                self.rows, self.columns = max(self.rows, row), max(self.columns, column)
            case "Relationship":
                target = attributes.get("Target", "")
                if not target.endswith(".xml"):
                    raise SourceError(_damaged(self.name))  # a sheet that would not be measured
                path = target.removeprefix("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
                self.targets[attributes.get("Id", "")] = path
            case "sheet":
                key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                self.sheets[attributes.get("name", "")] = key
            case _:
                pass

    def written(self, text: str) -> None:
        """Text within the element that began last."""
        if self._within == "f":
            self._formula = (self._formula + text)[:_LONGEST_FORMULA]
        elif self._within == "v" and text.strip():
            self._answer = True

    def ended(self, tag: str) -> None:
        """An element that ends."""
        self._within = ""
        if tag.rpartition(":")[2] == "sheetData":
            self._left_cell()

    def _left_cell(self) -> None:
        if self._formula and (self._error or not self._answer):
            text = typed_text(self._formula)
            if text is not None:
                row, column = self._place
                self.typed[row - 1, column - 1] = text
        self._formula, self._answer = "", False

    def _placed(self, reference: str) -> Place:
        found = _REFERENCE.match(reference)
        if found is None:
            raise SourceError(_damaged(self.name))
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]), column


def _measured(member: Part, path: str, name: str) -> _Markup:
    """What is in one XML file of a workbook. Raises SourceError when it is damaged or does harm."""
    markup = _Markup(name)

    def refused(*_: object) -> None:
        raise SourceError(
            f"Bestand {name} bevat een DTD of entiteit, wat een werkmap nooit heeft; maak de export opnieuw."
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refused
    if _WITH_CELLS.search(path):
        parser.StartElementHandler, parser.EndElementHandler = markup.started, markup.ended
        parser.CharacterDataHandler = markup.written
    try:
        with member.open() as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003 - the library takes it by place only
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an unknown encoding
        raise SourceError(_damaged(name)) from error
    if markup.rows * markup.columns > MOST_CELLS:
        raise SourceError(
            f"Bestand {name} heeft cellen die te ver uit elkaar staan (rij {markup.rows}, "
            f"kolom {markup.columns}); bewaar alleen de tabel en zet die opnieuw klaar."
        )
    return markup


def _damaged(name: str) -> str:
    return f"Bestand {name}: de werkmap is beschadigd; maak de export opnieuw."
