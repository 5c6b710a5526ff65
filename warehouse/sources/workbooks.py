"""What must hold for an xlsx or ods before a cell of it is read, and what was typed and taken for a formula.

The library that reads an xlsx lays a sheet out as one block, so that two cells of a few bytes at its far
ends ask for more memory than there is, and stop the process; and a text that a million cells share, it writes
out a million times. So both are measured first, in bounded memory. The same pass finds declarations, and
formulas that have no answer; it works none of them out.
"""

import re
from collections.abc import Mapping as Attributes
from collections.abc import Sequence
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
_LONGEST_NUMBER = 12
_NO_XML = re.compile(r"\.(?!xml$|rels$)[^./]+$|^mimetype$|^META-INF/", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)(vbaproject\.bin$|macrosheets/|basic/|scripts/)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"^xl/externallinks/", re.IGNORECASE)
_SHARED = re.compile(r"^xl/sharedstrings\.xml$", re.IGNORECASE)
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
    written = {path: part for path, part in members.items() if part.size and not _NO_XML.search(path)}
    lengths = [length for path in written if _SHARED.search(path) for length in _lengths(written[path], name)]
    found = {path: _measured(member, path, name, lengths) for path, member in written.items()}
    if sum(markup.shared for markup in found.values()) > LARGEST.unpacked:
        raise SourceError(
            f"Bestand {name} heeft te veel tekst in zijn cellen; bewaar alleen de tabel "
            "en zet die opnieuw klaar."
        )
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
    lengths: Sequence[int] = ()
    shared: int = 0
    rows: int = 0
    columns: int = 0
    typed: dict[Place, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    _place: Place = (0, 0)
    _within: str = ""
    _error: bool = False
    _is_shared: bool = False
    _number: str = ""
    _formula: str = ""
    _answer: bool = False

    def started(self, tag: str, attributes: Attributes[str, str]) -> None:
        """An element that begins."""
        self._within = tag.rpartition(":")[2]
        match self._within:
            case "c":
                self._left_cell()
                self._error = attributes.get("t") == "e"
                self._is_shared = attributes.get("t") == "s"
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
            self._number = (self._number + text.strip())[:_LONGEST_NUMBER] if self._is_shared else ""

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
        if self._number.isdecimal() and (number := int(self._number)) < len(self.lengths):
            self.shared += self.lengths[number]
        self._formula, self._answer, self._number = "", False, ""

    def _placed(self, reference: str) -> Place:
        found = _REFERENCE.match(reference)
        if found is None:
            raise SourceError(_damaged(self.name))
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]), column


def _lengths(member: Part, name: str) -> list[int]:
    """How long each text is that cells share, in characters."""
    lengths: list[int] = []

    def started(tag: str, _: object) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def written(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = _parser(name)
    parser.StartElementHandler, parser.CharacterDataHandler = started, written
    _parsed(parser, member, name)
    return lengths


def _measured(member: Part, path: str, name: str, lengths: Sequence[int]) -> _Markup:
    """What is in one XML file of a workbook. Raises SourceError when it is damaged or does harm."""
    markup = _Markup(name, lengths)
    parser = _parser(name)
    if _WITH_CELLS.search(path):
        parser.StartElementHandler, parser.EndElementHandler = markup.started, markup.ended
        parser.CharacterDataHandler = markup.written
    _parsed(parser, member, name)
    if markup.rows * markup.columns > MOST_CELLS:
        raise SourceError(
            f"Bestand {name} heeft cellen die te ver uit elkaar staan (rij {markup.rows}, "
            f"kolom {markup.columns}); bewaar alleen de tabel en zet die opnieuw klaar."
        )
    return markup


def _parser(name: str) -> expat.XMLParserType:
    """Reads XML without a DTD or entity in it."""

    def refused(*_: object) -> None:
        raise SourceError(
            f"Bestand {name} bevat een DTD of entiteit, wat een werkmap nooit heeft; maak de export opnieuw."
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refused
    return parser


def _parsed(parser: expat.XMLParserType, member: Part, name: str) -> None:
    try:
        with member.open() as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003 - the library takes it by place only
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an unknown encoding
        raise SourceError(_damaged(name)) from error


def _damaged(name: str) -> str:
    return f"Bestand {name}: de werkmap is beschadigd; maak de export opnieuw."
