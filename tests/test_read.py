"""From bytes to rows of text cells: nothing is lost without a number, and a bad file is one sentence."""

import pytest

from tests.export_reading import CONTACTS, POSTS, mapping, page, refusal, rows_of
from warehouse.sources.rows import PATH, ROW

HEADER = "nummer;datum;vraag;antwoord\n"
BALIE, PAGE = mapping(CONTACTS), mapping(POSTS)


def cells(content: bytes | str, column: str, *changes: tuple[str, str]) -> list[str | None]:
    return rows_of(content, mapping(CONTACTS, *changes)).frame[column].to_list()


def test_quotes_line_ends_and_delimiters_within_a_cell_stay() -> None:
    content = HEADER + '1;01-04-2026;"Zegt ""nee"";\r\nof\nja";\r\n2;02-04-2026; spatie ;x\r\n'
    rows = rows_of(content, BALIE)
    assert rows.frame["vraag"].to_list() == ['Zegt "nee";\r\nof\nja', " spatie "]
    assert rows.frame[ROW].to_list() == [1, 2]
    assert rows.rejected.is_empty()


def test_ragged_rows_are_set_aside_with_their_number_and_empty_lines_are_no_rows() -> None:
    content = HEADER + "1;a;b;c\n\n2;a;b\n ; ;;\n3;a;b;c;d\n4;a;b;c\n"
    rows = rows_of(content, BALIE)
    assert rows.frame.select(ROW, "nummer").rows() == [(1, "1"), (4, "4")]
    assert rows.rejected.rows() == [
        (2, "aantal_kolommen", None, "3 in plaats van 4"),
        (3, "aantal_kolommen", None, "5 in plaats van 4"),
    ]


@pytest.mark.parametrize("damage", ['"open gebleven', '"zei" ze', '"zei "nee" boos"', '"a\n"b'])
def test_a_stray_quote_sets_its_line_aside_and_not_the_rows_after_it(damage: str) -> None:
    content = f'{HEADER}1;a;"b";c\n2;a;{damage};c\n3;a;"b";c\n4;a;b;c\n'
    rows = rows_of(content, BALIE)
    assert rows.frame["nummer"].to_list() == ["1", "3", "4"]
    assert rows.rejected.select("row", "rule").row(0) == (2, "aanhalingsteken")
    assert set(rows.rejected["rule"]) <= {"aanhalingsteken", "aantal_kolommen"}


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    rows = rows_of(HEADER + '1;a;b;c\n2;a;"b;c\n' + "".join(f"{n};a;b;c\n" for n in range(3, 3000)), BALIE)
    assert rows.frame.height == 2998
    assert rows.rejected.rows() == [(2, "aanhalingsteken", None, None)]


def test_a_quote_within_a_plain_cell_is_a_letter() -> None:
    assert cells(HEADER + '1;a;zij zei "nee" (3" dik);c\n', "vraag") == ['zij zei "nee" (3" dik)']


def test_empty_cells_and_marks_for_nothing_are_null() -> None:
    content = HEADER + "1;-;n.v.t.;NULL\n2;#NAAM?;\u200b\u00a0;- \n3;;0;nee\n"
    columns = ("datum", "vraag", "antwoord")
    change = ('delimiter: ";"', 'delimiter: ";"\n  error_tokens: ["#NAAM?"]')
    assert [cells(content, name, change) for name in columns] == [
        [None, None, None],
        [None, None, "0"],
        [None, None, "nee"],
    ]
    only = ('delimiter: ";"', 'delimiter: ";"\n  nulls: [geen]')
    assert cells(HEADER + "1;-;geen;\n", "antwoord", only) == [None]
    assert cells(HEADER + "1;-;geen;\n", "datum", only) == ["-"]


def test_signs_that_cannot_be_seen() -> None:
    content = HEADER + "1;a;na\x00ar \u202eachter\u202c 👨\u200d👩\u200d👧\x07;c\n"
    assert cells(content, "vraag") == ["naar \u202eachter\u202c 👨\u200d👩\u200d👧"]


def test_ids_and_numbers_stay_the_text_they_were() -> None:
    content = HEADER + "0042;a;122158123456789012;1.0\n"
    assert rows_of(content, BALIE).frame.select("nummer", "vraag", "antwoord").row(0) == (
        "0042", "122158123456789012", "1.0",
    )  # fmt: skip
    found = rows_of(
        '{"data": [{"id": 122158123456789012345, "text": 1.10, "time": 1e3, "likes": true}]}', PAGE
    )
    assert found.frame.select("id", "text", "time", "likes").row(0) == (
        "122158123456789012345", "1.10", "1e3", "true",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "encodings"),
    [
        ((HEADER + "1;a;café;c\n").encode("utf-8"), "utf-8"),
        ((HEADER + "1;a;café;c\n").encode("utf-8-sig"), "utf-8"),
        ((HEADER + "1;a;café;c\n").encode("utf-8-sig"), "utf-8-sig"),
        ((HEADER + "1;a;café;c\n").encode("utf-16"), "[utf-8-sig, utf-16, cp1252]"),
        ((HEADER + "1;a;café;c\n").encode("cp1252"), "[utf-8-sig, utf-16, cp1252]"),
        ((HEADER + "1;a;café;c \n").encode("cp1252"), "[utf-8-sig, utf-16, cp1252]"),
    ],
)
def test_the_first_encoding_that_fits_without_loss(content: bytes, encodings: str) -> None:
    change = ('delimiter: ";"', f'delimiter: ";"\n  encoding: {encodings}')
    assert cells(content, "nummer", change) == ["1"]
    assert cells(content, "vraag", change) == ["café"]


def test_a_wrong_encoding_is_said_and_not_guessed() -> None:
    assert "is niet gecodeerd als utf-8-sig; bewaar het als UTF-8" in refusal(
        HEADER.encode() + b"1;a;\xe9;c\n"
    )
    assert "is niet gecodeerd als utf-16" in refusal(HEADER, ("csv", "csv\n  encoding: utf-16"))


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_says_so(content: bytes) -> None:
    assert "is leeg" in refusal(content)
    assert "is leeg" in refusal(content, text=POSTS)


def test_too_few_rows_says_how_many() -> None:
    assert "bevat geen rijen" in refusal(HEADER)
    assert "bevat geen rijen" in refusal('{"data": []}', text=POSTS)
    assert "heeft geen $.data[*]" in refusal('{"error": {"message": "token"}}', text=POSTS)
    more = ("max_quarantined: 1", "min_rows: 3")
    assert "bevat 1 rijen, minder dan 3" in refusal(HEADER + "1;a;b;c\n", more)
    none = ("max_quarantined: 1", "min_rows: 0")
    assert rows_of(HEADER, mapping(CONTACTS, none)).frame.is_empty()
    assert {"id", "^.id", PATH, ROW} <= set(rows_of('{"data": []}', mapping(POSTS, none)).frame.columns)


def test_a_renamed_column_is_named_with_its_new_name() -> None:
    content = HEADER.replace("vraag", "vraagtekst") + "1;a;b;c\n"
    assert refusal(content) == (
        "Bestand proef: kolom 'vraag' ontbreekt; "
        "lijkt 'vraagtekst' de nieuwe naam, pas dan mapping balie aan."
    )
    told = refusal(page({"id": 1, "tekst": "a", "time": "x"}), text=POSTS)
    assert "kolom 'text' ontbreekt; lijkt 'tekst' de nieuwe naam" in told


def test_a_row_of_data_where_the_header_should_be_is_not_repeated() -> None:
    told = refusal("17;01-04-2026;Vraag van mevrouw Jansen;geen\n18;x;y;z\n")
    assert told == "Bestand proef: kolom 'antwoord' ontbreekt; controleer de export of pas mapping balie aan."


def test_another_delimiter_is_recognised() -> None:
    for sign, name, written in ((",", "komma", ","), ("\t", "tab", "\\t"), ("|", "streep", "|")):
        told = refusal(HEADER.replace(";", sign) + sign.join("1abc") + "\n")
        assert (
            f"heeft een {name} als scheidingsteken; zet 'delimiter: \"{written}\"' in mapping balie" in told
        )
    assert cells(
        HEADER.replace(";", ",") + "1,a,b,c\n", "vraag", ('delimiter: ";"', 'delimiter: [";", ","]')
    ) == ["b"]


def test_the_header_may_stand_below_a_banner() -> None:
    content = "Export;van 1 april\n\n Nummer ;DATUM;Vraag  tekst;Antwoord\n1;a;b;c\n"
    changes = (
        ('delimiter: ";"', 'delimiter: ";"\n  header: {must_contain: [nummer, datum]}\n'
                           "  columns: {normalise: [trim, casefold, collapse_space]}"),
        ("from: vraag", "from: Vraag tekst"),
    )  # fmt: skip
    rows = rows_of(content, mapping(CONTACTS, *changes))
    assert rows.frame.select(ROW, "nummer", "vraag tekst").rows() == [(1, "1", "b")]
    lacking = content.replace("DATUM", "DAG")
    assert "kolom 'datum' ontbreekt" in refusal(lacking, *changes)


def test_odd_column_names_are_only_names() -> None:
    content = HEADER.strip() + ";*;^x$;;@row;@path\n1;a;b;c;ster;dak;leeg;rij;pad\n"
    frame = rows_of(content, BALIE).frame
    assert frame["*"].to_list() == ["ster"]
    assert frame["^x$"].to_list() == ["dak"]
    assert frame.select(ROW, PATH, "@kolom7", "@kolom8", "@kolom9").row(0) == (1, None, "leeg", "rij", "pad")


def test_two_equal_columns_are_refused() -> None:
    assert "kolom 'vraag' staat er twee keer in" in refusal(HEADER.strip() + ";vraag\n1;a;b;c;d\n")


def test_a_cell_of_a_million_characters_is_the_limit() -> None:
    assert len(cells(HEADER + f"1;a;{'x' * (1 << 20)};c\n", "vraag")[0] or "") == 1 << 20
    longer = rows_of(HEADER + f"1;a;{'x' * ((1 << 20) + 1)};c\n2;a;b;c\n", BALIE)
    assert (longer.frame["nummer"].to_list(), longer.rejected["row"].to_list()) == (["2"], [1])


def test_columns_are_filled_down() -> None:
    content = HEADER + "1;01-04-2026;a;\n;;b;\n2;;c;\n"
    change = ('delimiter: ";"', 'delimiter: ";"\n  fill_down: [nummer, datum]')
    assert cells(content, "nummer", change) == ["1", "1", "2"]
    assert cells(content, "datum", change) == ["01-04-2026"] * 3
    assert "kolom 'zaak' ontbreekt" in refusal(
        content, ('delimiter: ";"', 'delimiter: ";"\n  fill_down: zaak')
    )
