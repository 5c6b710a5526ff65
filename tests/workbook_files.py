"""Small workbooks as bytes: an xlsx by openpyxl, an ods and an xls written out here."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = object
Table = Sequence[Sequence[Cell]]
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "table", "text", "manifest")
)


def xlsx(*sheets: Table, names: Sequence[str] = ("Blad1", "Blad2", "Blad3")) -> bytes:
    """An xlsx with these sheets; a text that begins with = is a formula without an answer."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in zip(names, sheets, strict=False):
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([ILLEGAL_CHARACTERS_RE.sub("", c) if isinstance(c, str) else c for c in row])
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def ods(*sheets: Iterable[str], names: Sequence[str] = ("Blad1", "Blad2", "Blad3")) -> bytes:
    """An ods with these sheets, each a list of rows as `ods_row` writes them."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(rows)}</table:table>'
        for name, rows in zip(names, sheets, strict=False)
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
        "META-INF/manifest.xml": f"<manifest:manifest {_NAMES}/>",
    })  # fmt: skip


def ods_row(*cells: str | None, times: int = 1) -> str:
    """One row of an ods: cells as `ods_cell` writes them, or a plain text."""
    written = "".join(
        cell if cell is not None and cell.startswith("<") else ods_cell("string", cell) for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{written}</table:table-row>'


def ods_cell(kind: str, text: str | None, **attributes: str) -> str:
    """One cell of an ods; `attributes` as date_value="2026-03-01"."""
    if text is None:
        return "<table:table-cell/>"
    of_table = ("formula", "number_columns_repeated")
    given = " ".join(
        f'{"table" if key in of_table else "office"}:{key.replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    lines = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="{kind}" {given}>{lines}</table:table-cell>'


def _ods_text(text: str) -> str:
    return escape(text).replace(" ", "<text:s/>").replace("\t", "<text:tab/>")


def xls(rows: Sequence[Sequence[str | float]], name: str = "Blad1") -> bytes:
    """An xls with one sheet: BIFF8 records ([MS-XLS] 2.4) in a compound file ([MS-CFB] 2)."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 6))

    cells = b"".join(
        record(0x204, struct.pack("<HHHHB", y, x, 0, len(cell), 1) + cell.encode("utf-16-le"))
        if isinstance(cell, str) else record(0x203, struct.pack("<HHHd", y, x, 0, cell))
        for y, row in enumerate(rows) for x, cell in enumerate(row)
    )  # fmt: skip
    title = name.encode("utf-16-le")
    sheet_at = len(begin(5)) + 4 + 8 + len(title) + 4
    bound = record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 1) + title)
    stream = begin(5) + bound + record(0xA) + begin(0x10) + cells + record(0xA)
    stream += bytes(max(4096, -(-len(stream) // 512) * 512) - len(stream))
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(called: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = (called + "\0").encode("utf-16-le")
        return (
            written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, *[0xFFFFFFFF] * 2, child)
            + bytes(36) + struct.pack("<IQ", start, size)
        )  # fmt: skip

    empty = bytes(68) + b"\xff" * 12 + bytes(48)
    folder = (
        entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
        + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
        + empty * 2
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )  # fmt: skip
    return head + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108) + table + folder + stream


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return file.getvalue()


def rezipped(content: bytes, changes: Mapping[str, str | bytes]) -> bytes:
    """A zip with some members in place of its own, or beside them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, str | bytes] = {path: archive.read(path) for path in archive.namelist()}
    return zipped(members | dict(changes))


def member(content: bytes, path: str) -> bytes:
    """One member of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(path)
