"""What an export is and how it must be read: its format, encoding, header and where its records are."""

import codecs
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from warehouse.errors import SourceError
from warehouse.inspection.encodings import encoding_of, encodings_to_try
from warehouse.inspection.guesses import name_score
from warehouse.inspection.tables import DELIMITERS, SCANNED, delimiters, grid, header_row
from warehouse.inspection.trees import RecordList, record_lists, start_of, xml_record_lists
from warehouse.sources.layout import Columns
from warehouse.sources.parts import Part
from warehouse.sources.rows import normalised

_HEAD = 4 << 20
_JSON_HEAD = 64 << 20
_JAVASCRIPT = re.compile(rb"^\s*[A-Za-z_$][\w.$\[\]\"']*\s*=\s*(?=[\[{])")
_COLUMNS = Columns(normalise=("strip_bom", "trim", "casefold", "collapse_space"))
_MAIN = ("text", "created_at", "native_id")
_NO_EXPORT = {
    b"%PDF": "een PDF", b"\x89PNG": "een afbeelding", b"\xff\xd8\xff": "een afbeelding",
    b"GIF8": "een afbeelding", b"Rar!": "een RAR-archief", b"7z\xbc\xaf": "een 7z-archief",
    b"\x1f\x8b": "ingepakt met gzip",
    b"PAR1": "een Parquet-bestand", b"SQLite f": "een database",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How a file is to be read.

    read: the block `read` of a mapping. seen: what was found, in Dutch sentences. promise: how much what is
    in it looks like messages. names: the columns of a table, when the file is one.
    """

    read: Mapping[str, object]
    seen: tuple[str, ...]
    promise: float
    names: tuple[str, ...] = ()


def layout_of(part: Part) -> Layout:
    """How `part` is to be read. Raises SourceError with one sentence for a file that is no export."""
    with part.open() as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise SourceError(f"Bestand {part.name} is leeg; maak de export opnieuw.")
    for mark, what in _NO_EXPORT.items():
        if head.startswith(mark):
            raise SourceError(f"Bestand {part.name} is {what}; vraag een export als CSV, Excel, JSON of XML.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_layout(part)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook_layout(part, "xls")
    return _text_layout(part, head)


def _zip_layout(part: Part) -> Layout:
    """A workbook, or the members of a zip that hold the most promising rows."""
    from warehouse.sources.archive import members, members_by_path

    paths = members_by_path(part, part.name)
    if "[Content_Types].xml" in paths and any(path.startswith("xl/") for path in paths):
        return _workbook_layout(part, "xlsx")
    if "content.xml" in paths and "mimetype" in paths:
        return _workbook_layout(part, "ods")
    if "[Content_Types].xml" in paths:
        raise SourceError(
            f"Bestand {part.name} is een Word- of ander Office-bestand; vraag een export als CSV."
        )
    found: list[tuple[Part, Layout]] = []
    refused: list[str] = []
    inside = members(part, part.name)
    for member in inside[:200]:
        try:
            found.append((member, layout_of(member)))
        except SourceError:
            refused.append(member.name)
    readable = [(member, layout) for member, layout in found if "members" not in layout.read]
    if not readable:
        raise SourceError(f"Bestand {part.name} bevat geen export die te lezen is; pak het uit en kijk erin.")
    chosen, layout = max(readable, key=lambda one: (one[1].promise, one[0].size))
    glob = member_glob(chosen.name)
    same = sum(member_glob(member.name) == glob for member, _ in readable)
    others = [member.name for member, _ in found if member_glob(member.name) != glob]
    seen = [f"zip met {_counted(len(inside), 'bestand', 'bestanden')}; de berichten staan in {glob} ({same})"]
    if others:
        seen.append(f"andere bestanden in de zip: {', '.join(others[:12])}")
    if refused:
        seen.append(f"niet te lezen in de zip: {', '.join(refused[:12])}")
    return Layout({**layout.read, "members": [glob]}, (*seen, *layout.seen), layout.promise, layout.names)


def member_glob(name: str) -> str:
    """The pattern of a file name: what changes from export to export (dates, numbers) becomes a star."""
    plain = re.sub(r"[\[\]?*]", "?", name)
    return re.sub(
        r"\*(?:[-_.]?\*)+", "*", re.sub(r"(?:UTC_?)?\d[\d_.:T-]*(?<![._-])(?:UTC|Z)?[_-]?(?=.)", "*", plain)
    )


def _text_layout(part: Part, head: bytes) -> Layout:
    encoding, seen = encoding_of(part, head)
    usable = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    start = usable.lstrip()[:200].lower()
    if start.startswith("<"):
        if "<html" in start or "<!doctype html" in start or start.startswith("<table"):
            raise SourceError(f"Bestand {part.name} is een webpagina; bewaar de export als CSV of Excel.")
        return _xml_layout(part)
    if start[:1] in "[{" or _JAVASCRIPT.match(usable[:400].encode()):
        layout = _json_layout(part, usable, encoding, seen)
        if layout is not None:
            return layout
    return _csv_layout(part, usable, encoding, seen)


def _csv_layout(part: Part, text: str, encoding: str, seen: str) -> Layout:
    if sum(not (sign.isprintable() or sign in "\r\n\t\f") for sign in text[:5000]) > 0.1 * len(text[:5000]):
        raise SourceError(
            f"Bestand {part.name} is geen tekst en geen bekend formaat; vraag een export als CSV."
        )
    found = delimiters(text)
    sign = found[0].sign if found else ";"
    rows = list(grid(text, sign, 200))
    header = header_row(rows)
    tried = ", ".join(
        f"{DELIMITERS[d.sign]} {d.columns} kolommen in {d.share:.0%} van de rijen" for d in found
    )
    said = [
        seen,
        f"scheidingsteken: {DELIMITERS[sign]} ({tried})" if found else "scheidingsteken: geen, een kolom",
    ]
    doubtful = (
        header is not None and (not found or found[0].share < 0.6) and _table_promise(header.names) < 0.8
    )
    if header is None or doubtful:
        raise SourceError(
            f"Bestand {part.name} heeft geen rij met kolomnamen in de eerste {SCANNED} rijen; "
            "zet er een kopregel boven of exporteer met kolomnamen."
        )
    read = {
        "format": "csv", "encoding": encodings_to_try(encoding), "delimiter": sign,
        **_header_block(header.above, header.names, always=False),
    }  # fmt: skip
    said.append(_header_sentence(header.above))
    return Layout(read, tuple(said), _table_promise(header.names), header.names)


def _header_sentence(above: int) -> str:
    rows = "geen rij" if above == 0 else "een rij" if above == 1 else f"{above} rijen"
    return f"kopregel: rij {above + 1} ({rows} erboven)"


def _header_block(above: int, names: Sequence[str], *, always: bool) -> dict[str, object]:
    """`header` and `columns` of a mapping: what must be in the header, and names to give by place."""
    plain = [normalised(name, _COLUMNS) for name in names]
    given: dict[int, str] = {}
    taken = set(plain)
    for place, name in enumerate(plain):
        if name and plain.index(name) == place and not name.startswith(("@", "$")):
            continue
        given[place] = _free_name(name.strip("@$") or "kolom", place + 1, taken)
        taken.add(given[place])
    columns: dict[str, object] = {"normalise": list(_COLUMNS.normalise)}
    block: dict[str, object] = {"columns": {**columns, "names": given} if given else columns}
    sure = [name for place, name in enumerate(plain) if name and place not in given]
    must = sorted(sure, key=lambda name: -max(name_score(role, name) for role in _MAIN))[:3]
    if (above or always) and must:
        wanted = [name for name in sure if name in must]
        block["header"] = {"scan_rows": max(SCANNED, above + 1), "must_contain": wanted}
    return block


def _free_name(name: str, number: int, taken: Collection[str]) -> str:
    """A name with its place behind it, that no other column has."""
    new = f"{name} {number}"
    while new in taken:
        new += "_"
    return new


def _table_promise(names: Sequence[str]) -> float:
    """How much the columns of a table look like those of messages, as `RecordList.promise`."""
    text, time, id_ = (max((name_score(role, name) for name in names), default=0.0) for role in _MAIN)
    return text + time + 0.5 * id_


def _json_layout(part: Part, text: str, encoding: str, seen: str) -> Layout | None:
    """None when it is no JSON after all."""
    lines = [line for line in text[:200_000].split("\n")[:4] if line.strip()]
    whole = [_parsed(line) for line in lines[:2]]
    if len(lines) > 1 and all(isinstance(one, dict) for one in whole):
        many = [one for line in text.split("\n")[:500] if isinstance(one := _parsed(line), dict)]
        return _records_layout(
            "ndjson", record_lists(many, "$"), encoding, (seen, "een JSON-object per regel")
        )
    content = _utf8_head(part, encoding)
    javascript = _JAVASCRIPT.match(content[:400])
    document = start_of(BytesIO(content[javascript.end() :] if javascript else content))
    if not isinstance(document, dict | list):
        return None
    said = (seen, "JSON, toegekend aan een variabele") if javascript else (seen,)
    layout = _records_layout("json", record_lists(document), encoding, said)
    if layout is None:
        if part.name.lower().endswith(".json"):
            raise SourceError(f"Bestand {part.name} bevat geen lijst van records; controleer de export.")
        return None
    block = layout.read["json"]
    if javascript and isinstance(block, dict):
        return Layout({**layout.read, "json": {**block, "javascript": True}}, layout.seen, layout.promise)
    return layout


def _records_layout(
    format_: Literal["json", "ndjson"], lists: Sequence[RecordList], encoding: str, seen: tuple[str, ...]
) -> Layout | None:
    if not lists:
        return None
    best = lists[0]
    path = best.path
    if format_ == "ndjson":  # the list of lines is ours; a mapping sees one line at a time
        path = "$" + path.removeprefix("$[*]")
    said = [*seen, f"records: in het begin van het bestand {best.count} in {path}"]
    if best.explode:
        said.append(f"berichten in lijsten binnen een record: {', '.join(best.explode)}")
    others = [f"{other.path} ({other.count})" for other in lists[1:4]]
    if others:
        said.append(f"andere lijsten: {', '.join(others)}")
    block: dict[str, object] = {} if (format_, path) == ("ndjson", "$") else {"records": path}
    if best.explode:
        block["explode"] = list(best.explode)
    read = {"format": format_, "encoding": encodings_to_try(encoding), "json": block}
    return Layout(read, tuple(said), best.promise)


def _utf8_head(part: Part, encoding: str) -> bytes:
    """The first bytes of a text, as UTF-8 without a BOM."""
    with part.open() as stream:
        head = stream.read(_JSON_HEAD)
    if encoding == "utf-8-sig":
        return head.removeprefix(codecs.BOM_UTF8)
    return head.decode(encoding, errors="ignore").lstrip("\ufeff").encode("utf-8", "replace")


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _xml_layout(part: Part) -> Layout:
    lists = xml_record_lists(part, part.name)
    if not lists:
        raise SourceError(f"Bestand {part.name} heeft geen elementen met inhoud; controleer de export.")
    best = lists[0]
    others = ", ".join(f"{other.path} ({other.count})" for other in lists[1:4])
    seen = (
        "XML",
        f"records: {best.count} in {best.path}",
        *((f"andere elementen: {others}",) if others else ()),
    )
    return Layout({"format": "xml", "xml": {"records": best.path}}, seen, best.promise)


def _workbook_layout(part: Part, format_: Literal["xlsx", "xls", "ods"]) -> Layout:
    """The sheet that looks most like messages, and those with the same columns."""
    from warehouse.inspection.workbook import first_rows

    sheets = first_rows(part)
    headers = {name: header for name, rows in sheets.items() if (header := header_row(rows)) is not None}
    if not headers:
        raise SourceError(
            f"Bestand {part.name} heeft op geen blad een rij met kolomnamen in de eerste {SCANNED} rijen; "
            "zet er een kopregel boven."
        )
    best = max(headers, key=lambda name: (_table_promise(headers[name].names), -list(headers).index(name)))
    chosen = headers[best]
    same = [name for name, header in headers.items() if header.names == chosen.names]
    counted = _counted(len(sheets), "blad", "bladen")
    said = [
        f"{format_}-werkmap met {counted}: {', '.join(list(sheets)[:12])}",
        f"berichten op: {', '.join(same[:12])}", _header_sentence(chosen.above),
    ]  # fmt: skip
    read: dict[str, object] = {"format": format_, **_header_block(chosen.above, chosen.names, always=True)}
    if len(same) > 1:
        read["sheets"] = ["*"] if len(same) == len(sheets) else same
    elif next(iter(headers)) != best:
        read["sheets"] = [re.sub(r"[\[\]?*]", "?", best)]
    return Layout(read, tuple(said), _table_promise(chosen.names), chosen.names)


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
