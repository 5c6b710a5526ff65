"""Rows of a workbook: cells as text, the header wherever it is, and nothing opened that can do harm."""

import datetime as dt
import subprocess
from collections.abc import Sequence
from html import escape
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook_files import member, ods, ods_cell, ods_row, rezipped, saved, xls, xlsx, zipped
from warehouse.errors import SourceError
from warehouse.sources.headers import BANNER, SHEET
from warehouse.sources.legacy import xls_tables
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.parts import part_of_bytes
from warehouse.sources.read import read_rows
from warehouse.sources.rows import PATH, ROW, Rows
from warehouse.sources.sheets import sheet_rows

CONTACTS = """\
id: balie-xlsx
version: 1
read: {format: xlsx%s}
emit:
  - kind: contact
    platform: kcc
    author_kind: resident
    fields:
      native_id: {from: nummer}
      text: {from: vraag}
      created_at: {from: datum, datetime: {formats: iso, tz: Europe/Amsterdam}}
"""
HEADER = ("nummer", "datum", "vraag")
SHEET1 = "xl/worksheets/sheet1.xml"
DAY = dt.datetime.fromisoformat("2026-03-01T09:00:00")


def read_by(read: str = "") -> Mapping:
    return parse_mapping(CONTACTS % read, "proef.yaml")


def batches(content: bytes, read: str = "") -> list[Rows]:
    return list(sheet_rows(part_of_bytes(content, "proef.xlsx"), read_by(read), "proef.xlsx"))


def frame(content: bytes, read: str = "") -> pl.DataFrame:
    return pl.concat([rows.frame for rows in batches(content, read)], how="diagonal")


def cells(content: bytes, *columns: str, read: str = "") -> list[tuple[str | None, ...]]:
    return frame(content, read).select(*columns).rows()


def refusal(content: bytes, read: str = "") -> str:
    with pytest.raises(SourceError) as caught:
        batches(content, read)
    said = str(caught.value)
    assert said.startswith("Bestand proef.xlsx")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def one_sheet() -> tuple[Workbook, Worksheet]:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(HEADER))
    return workbook, sheet


def test_every_cell_is_text_whatever_its_display() -> None:
    workbook, sheet = one_sheet()
    sheet.append([12, DAY, "0042", 12.0, 0.125, True, False, 1234.5])
    sheet.append([12.5, dt.date(2026, 3, 1), "=-leuk hoor", 1e-7, -3, dt.time(9, 30), dt.timedelta(hours=30)])
    for cell, display in (
        ("B2", "mm/dd/yy"),
        ("B3", "d mmm"),
        ("E2", "0%"),
        ("H2", "€ #,##0.00"),
        ("F3", "h:mm"),
    ):
        sheet[cell].number_format = display
    found = frame(saved(workbook))
    assert found.select(*HEADER, *(f"@kolom{n}" for n in range(4, 9))).rows() == [
        ("12", "2026-03-01T09:00:00", "0042", "12", "0.125", "true", "false", "1234.5"),
        ("12.5", "2026-03-01T00:00:00", "-leuk hoor", "0.0000001", "-3", "09:30:00", "30:00:00", None),
    ]
    assert found.select(ROW, PATH, BANNER, SHEET).rows() == [
        (1, None, None, "Sheet"),
        (2, None, None, "Sheet"),
    ]


def test_a_number_that_lost_digits_is_seen_and_a_text_that_looks_like_one_stays() -> None:
    rows = [
        HEADER,
        (122158123456789012, "2026-03-01 09:00:00", "122158123456789012"),
        (999_999_999_999_999, "1", "x"),
    ]
    assert cells(xlsx(rows), *HEADER) == [
        ("1.22158123456789E+17", "2026-03-01 09:00:00", "122158123456789012"),
        ("999999999999999", "1", "x"),
    ]


def test_the_header_is_found_under_a_banner_and_the_banner_is_kept() -> None:
    rows = [
        ("Berichten", None, "van maart"),
        (),
        ("Periode", "maart"),
        HEADER,
        ("1", "a", "b"),
        (),
        ("2", " ", None),
    ]
    found = frame(xlsx(rows))
    assert found.select(ROW, *HEADER).rows() == [(1, "1", "a", "b"), (2, "2", " ", None)]
    assert found[BANNER].unique().to_list() == ["Berichten van maart\nPeriode maart"]
    far = xlsx([*[("x",)] * 20, HEADER, ("1", "a", "b")])
    assert "kolom 'datum' ontbreekt; controleer" in refusal(far)
    assert frame(far, ", header: {scan_rows: 21, must_contain: [nummer]}").height == 1


def test_columns_without_a_name_are_numbered_and_may_be_named_by_position() -> None:
    rows = [(None, "", "datum", "vraag"), ("1", "1-1", "a", "b")]
    assert cells(xlsx(rows), "nummer", "@kolom2", read=", columns: {names: {0: nummer}}") == [("1", "1-1")]
    moved = Workbook()
    for column, (name, value) in enumerate(zip(HEADER, "abc", strict=True), start=3):
        moved.worksheets[0].cell(4, column, name)
        moved.worksheets[0].cell(5, column, value)
    assert cells(saved(moved), "@kolom1", *HEADER) == [(None, "a", "b", "c")]
    assert "twee keer" in refusal(xlsx([(*HEADER, "vraag"), "1234"]))


def test_the_complaint_about_a_missing_column_names_the_nearest() -> None:
    assert "lijkt 'vragen' de nieuwe naam" in refusal(xlsx([("nummer", "datum", "vragen"), ("1", "2", "3")]))
    assert "is leeg" in refusal(xlsx([]))
    assert refusal(xlsx([("Jan",)])).count("Jan") == 0


def test_sheets_by_glob_and_without_a_glob_the_first_with_the_header() -> None:
    content = xlsx([("Toelichting",)], [HEADER, ("1", "a", "b")], [HEADER, ("2", "c", "d")])
    assert cells(content, SHEET, "nummer") == [("Blad2", "1")]
    found = batches(content, ', sheets: ["blad*"]')
    rows = pl.concat([rows.frame for rows in found], how="diagonal")
    assert rows.select(ROW, SHEET, "nummer").rows() == [(1, "Blad2", "1"), (2, "Blad3", "2")]
    assert found[-1].rejected.rows() == [(3, "blad_zonder_koprij", None, None)]
    assert "geen werkblad" in refusal(content, ', sheets: ["Fase*"]')


def test_hidden_sheets_and_rows_are_read() -> None:
    workbook, sheet = one_sheet()
    sheet.append(["1", "a", "b"])
    sheet.row_dimensions[2].hidden = True
    sheet.sheet_state = "hidden"
    workbook.create_sheet("Leeg")
    assert cells(saved(workbook), "nummer") == [("1",)]


@pytest.mark.parametrize(
    ("formula", "error", "text"),
    [
        ("-leuk hoor", True, "-leuk hoor"),
        ("@jan kijk eens", True, "@jan kijk eens"),
        ("_xlfn.SINGLE(jan)", True, "@jan"),
        ("+1 mee eens", False, "+1 mee eens"),
        ("dit is niet goed", True, "=dit is niet goed"),
        ("VLOOKUP(A1,B:C,2)", True, None),
        ("A1+B2", False, None),
        ("HYPERLINK(\"https://voorbeeld.nl\",\"zie\")", False, None),
    ],
)  # fmt: skip
def test_text_that_was_taken_for_a_formula_comes_back(formula: str, error: bool, text: str | None) -> None:  # noqa: FBT001
    workbook, sheet = one_sheet()
    sheet.append(["1", "a", f"={formula}"])
    content = saved(workbook)
    if error:
        written = f'<c r="C2"><f>{escape(formula)}</f><v></v></c>'.replace("&quot;", '"')
        with_error = f'<c r="C2" t="e"><f>{escape(formula)}</f><v>#NAME?</v></c>'
        path = SHEET1
        before = member(content, path)
        assert written.encode() in before or b"<v />" in before or b"<v/>" in before
        start, end = before.index(b'<c r="C2"'), before.index(b"</row>", before.index(b'<c r="C2"'))
        content = rezipped(content, {path: before[:start] + with_error.encode() + before[end:]})
    assert cells(content, "nummer", "vraag") == [("1", text)]


def test_a_formula_with_an_answer_gives_its_answer_and_is_not_worked_out() -> None:
    content = xlsx([HEADER, ("1", "a", "=1+1")])
    sheet = member(content, SHEET1)
    assert cells(content, "vraag") == [(None,)]
    answered = (
        sheet.replace(b"<v />", b"<v>3</v>").replace(b"<v/>", b"<v>3</v>").replace(b"<v></v>", b"<v>3</v>")
    )
    assert cells(rezipped(content, {SHEET1: answered}), "vraag") == [("3",)]


def test_an_ods_gives_the_same_text() -> None:
    content = ods(
        [
            ods_row("Berichten", None),
            ods_row(*HEADER, "soort"),
            ods_row("1", ods_cell("date", "x", date_value="2026-03-01"), "a  b\nc\td", "x"),
            ods_row(None, None),
            ods_row(times=1_048_000),
            ods_row(
                ods_cell("float", "1,22E+17", value="1.22158123456789E+017"),
                ods_cell("date", "x", date_value="2026-03-01T09:00:00"),
                ods_cell("string", "#NAME?", formula="of:=-leuk hoor"),
                ods_cell("time", "x", time_value="PT09H30M00S"),
            ),
            ods_row(
                ods_cell("percentage", "x", value="0.125"),
                ods_cell("boolean", "x", boolean_value="true"),
                ods_cell("string", "twee keer", number_columns_repeated="2"),
                times=2,
            ),
        ]
    )  # fmt: skip
    assert cells(content, *HEADER, "soort", BANNER) == [
        ("1", "2026-03-01T00:00:00", "a  b\nc\td", "x", "Berichten"),
        ("1.22158123456789E+17", "2026-03-01T09:00:00", "-leuk hoor", "09:30:00", "Berichten"),
        *[("0.125", "true", "twee keer", "twee keer", "Berichten")] * 2,
    ]
    endless = ods(
        [
            ods_row(*HEADER),
            ods_row(*[ods_cell("string", "x", number_columns_repeated="16384")] * 3, times=9999),
        ]
    )
    assert "te veel cellen" in refusal(endless)


def test_an_xls_is_read_in_a_process_of_its_own() -> None:
    content = xls([HEADER, [122158123456789012.0, "2026-03-01", "Hé"], [2.0, "x", "y"]])
    assert cells(content, *HEADER, SHEET, read=", sheets: [blad1]") == [
        ("1.22158123456789E+17", "2026-03-01", "Hé", "Blad1"),
        ("2", "x", "y", "Blad1"),
    ]
    cell = content.index(b"\x04\x02")
    far = content[: cell + 4] + b"\xff\xff\xff\xff" + content[cell + 8 :]
    assert "de xls is beschadigd" in refusal(far)
    assert "de xls is beschadigd" in refusal(content[:2000])


def test_an_xls_that_asks_for_too_much_stops_only_its_own_process() -> None:
    rows = xlsx([HEADER])
    sheet = member(rows, SHEET1).replace(b'r="C1"', b'r="XFD1048576"')
    with pytest.raises(SourceError, match="te groot"):
        list(xls_tables(rezipped(rows, {SHEET1: sheet}), "proef.xls"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macro's"),
        ({"xl/macrosheets/sheet1.xml": "<a/>"}, "macro's"),
        ({"xl/externalLinks/externalLink1.xml": "<a/>"}, "andere werkmappen"),
        ({"xl/workbook.bin": b"x"}, "xlsb"),
        ({"META-INF/manifest.xml": "<m><encryption-data/></m>"}, "wachtwoord"),
        ({"xl/styles.xml": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'}, "DTD"),
        ({"xl/styles.xml": '<!DOCTYPE a><a/>'.encode("utf-16")}, "DTD"),
        ({SHEET1: "<worksheet><sheetData>"}, "beschadigd"),
        ({SHEET1: '<a><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></a>'}, "te ver"),
        ({SHEET1: '<a><row r="9999999"><c><v>1</v></c>' + "<c><v/></c>" * 9 + "</row></a>"}, "te ver"),
        ({SHEET1: '<a><c r="A99999999999999999999"><v>1</v></c></a>'}, "beschadigd"),
        ({"xl/_rels/workbook.xml.rels": '<r><Relationship Target="elders.dat"/></r>'}, "beschadigd"),
    ],
)  # fmt: skip
def test_what_can_do_harm_is_refused_before_it_is_opened(changes: dict[str, str | bytes], said: str) -> None:
    assert said in refusal(rezipped(xlsx([HEADER, ("1", "a", "b")]), changes))


def test_what_is_no_workbook_is_refused() -> None:
    assert "geen werkmap" in refusal(b"<html><table></table></html>")
    assert "geen werkmap" in refusal(b"")
    assert "geen werkmap" in refusal(zipped({"a.csv": "x"}))
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert "wachtwoord" in refusal(protected)


def test_the_library_writes_nothing_of_a_damaged_file_in_a_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    workbook, sheet = one_sheet()
    sheet.append(["1", "a", "b"])
    workbook.create_chartsheet("Jan Jansen")
    assert cells(saved(workbook), "nummer") == [("1",)]
    batches(saved(workbook), ', sheets: ["*"]')
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


visible = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))
# A text that Excel keeps: no formula, no escape (_x000D_), no line ends that XML makes one.
texts = st.text(visible, min_size=1, max_size=8).filter(
    lambda t: not t.startswith("=") and "_x" not in t and t.strip()
)
numbers = st.integers(-(10**14), 10**14) | st.sampled_from([0.5, -2.25, 1e-5, 12345.678])
tables = st.lists(st.tuples(texts, texts | st.none(), texts | numbers), min_size=1, max_size=5)


def _as_text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return "0.00001" if cell == 1e-5 else str(cell)


def _written(rows: Sequence[Sequence[object]]) -> list[tuple[str | None, ...]]:
    return [tuple(map(_as_text, row)) for row in rows]


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(tables)
def test_a_written_xlsx_reads_back_cell_by_cell(rows: list[tuple[object, ...]]) -> None:
    assert cells(xlsx([HEADER, *rows]), *HEADER) == _written(rows)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(tables)
def test_a_written_ods_reads_back_cell_by_cell(rows: list[tuple[object, ...]]) -> None:
    written = [
        ods_row(*(
            ods_cell("float", "x", value=repr(cell)) if isinstance(cell, int | float)
            else ods_cell("string", None if cell is None else str(cell)) for cell in row
        )) for row in rows
    ]  # fmt: skip
    assert cells(ods([ods_row(*HEADER), *written]), *HEADER) == _written(rows)


_DATE = ods_cell("date", "x", date_value="2026-03-01")
WHOLE = (
    xlsx([("banner",), HEADER, *[(str(n), DAY, f"=-vraag {n}") for n in range(9)]]),
    ods([ods_row(*HEADER), *[ods_row(str(n), _DATE, "é") for n in range(9)]]),
)


@settings(max_examples=200, deadline=dt.timedelta(seconds=5), derandomize=True, database=None)
@given(st.sampled_from(WHOLE), st.integers(0, 100_000), st.binary(max_size=4), st.booleans())
def test_any_damage_gives_rows_or_one_sentence(whole: bytes, place: int, damage: bytes, cut: bool) -> None:  # noqa: FBT001
    place %= len(whole)
    content = whole[:place] + damage + (b"" if cut else whole[place + len(damage) :])
    try:
        found = frame(content)
    except SourceError:
        refusal(content)
    else:
        assert found[ROW].to_list() == list(range(1, found.height + 1))


@settings(max_examples=200, deadline=dt.timedelta(seconds=5), derandomize=True, database=None)
@given(st.sampled_from([0, 1]), st.integers(0, 100_000), st.binary(max_size=4), st.booleans())
def test_any_damage_to_a_sheet_gives_rows_or_one_sentence(
    kind: int,
    place: int,
    damage: bytes,
    cut: bool,  # noqa: FBT001
) -> None:
    path = (SHEET1, "content.xml")[kind]
    sheet = member(WHOLE[kind], path)
    place %= len(sheet)
    changed = sheet[:place] + damage + (b"" if cut else sheet[place + len(damage) :])
    content = rezipped(WHOLE[kind], {path: changed})
    try:
        frame(content)
    except SourceError:
        refusal(content)


def test_a_long_text_that_many_cells_share_is_not_written_out() -> None:
    content = xlsx([HEADER])
    strings = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 80_000))
    sheet = member(content, SHEET1).decode().replace("</sheetData>", f"{cells}</sheetData>")
    with pytest.raises(SourceError, match="te veel tekst in zijn cellen"):
        frame(rezipped(content, {SHEET1: sheet, "xl/sharedStrings.xml": strings}))


def test_a_long_text_that_an_ods_repeats_is_not_written_out() -> None:
    long = ods_cell("string", "x" * 30_000, number_columns_repeated="1000")
    content = ods([ods_row(*HEADER), ods_row("1", "2026-03-01T09:00:00", long, times=100)])
    with pytest.raises(SourceError, match="te veel cellen"):
        frame(content)


def test_the_process_that_reads_an_xls_knows_no_secret_and_runs_nothing_of_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {}
    run = subprocess.run

    def watched(*arguments: object, **options: object) -> object:
        given.update(options)
        return run(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setenv("WEERKLANK_SECRET_KEY", "kanarie")
    (tmp_path / "polars.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    [table] = xls_tables(xls([["nummer"], ["1"]]), "a.xls")
    assert next(table.frames).rows() == [("nummer",), ("1",)]
    assert "kanarie" not in str(given["env"])


def test_what_is_filled_down_ends_with_its_sheet() -> None:
    workbook, first = one_sheet()
    second = workbook.create_sheet("Twee")
    second.append(list(HEADER))
    first.append([1, DAY, "Eerste"])
    second.append([2, DAY, None])
    read = read_by(', sheets: ["*"], fill_down: [vraag]')
    rows = read_rows(saved(workbook), read, "proef.xlsx").frame
    assert rows["vraag"].to_list() == ["Eerste", None]
