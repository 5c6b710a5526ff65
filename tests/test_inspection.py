"""An export that nobody described: its layout, its columns and a draft are found back, and nothing breaks."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.invented_exports import HEADERS, columns, export, found_roles
from warehouse.errors import SourceError
from warehouse.inspection.inspection import Inspection, inspection_of
from warehouse.inspection.layout import member_glob
from warehouse.inspection.written_times import written_times
from warehouse.inspection.yaml_text import flow
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.parts import part_of_bytes
from warehouse.sources.rows import Rows, rejected_rows
from warehouse.sources.speakers import Parties

NOW = datetime(2026, 11, 22)  # noqa: DTZ001 - all times here are naive UTC


def inspected(content: bytes | str, file: str = "proef.csv") -> Inspection:
    """What is seen of a file."""
    raw = content.encode() if isinstance(content, str) else content
    return inspection_of(part_of_bytes(raw, file), "proef", NOW)


def roles(seen: Inspection, group: int = 0) -> Mapping[str, str]:
    """The first column of every role."""
    return {role: guess.column.name for role, guess in seen.groups[group].roles.items()}


def table(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def several(line: str, count: int = 12) -> list[str]:
    """Lines in which {n} is a number that differs and {d} a day above 12."""
    return [line.format(n=100 + n, d=13 + n) for n in range(count)]


PLAIN = several("Z{n};{d}-04-2026 10:00;De brug {n} staat open en niemand kan er meer langs")
HEAD = "nummer;datum;omschrijving"


def test_the_roles_of_forty_invented_headers_are_found() -> None:
    wanted, found = set(), set()
    for header in HEADERS:
        seen = inspected(export(header))
        named = {(header, name.casefold(), role) for name, _, role in columns(header) if role}
        wanted |= named
        found |= {(header, *one) for one in found_roles(seen.groups[0].roles)}
    right = len(wanted & found)
    precision, recall = right / len(found), right / len(wanted)
    assert len(HEADERS) == 40
    assert precision >= 0.95, sorted(found - wanted)
    assert recall >= 0.95, sorted(wanted - found)
    main = {one for one in wanted if one[2] in ("native_id", "text", "created_at")}
    assert main <= found


@pytest.mark.parametrize("header", HEADERS)
def test_every_draft_of_an_invented_header_reads_its_own_export(header: str) -> None:
    seen = inspected(export(header))
    assert seen.draft.gaps == ()
    read_by = parse_mapping(seen.draft.text, "proef.yaml")
    emitted = emitted_messages(Rows(seen.sample.frame, rejected_rows([])), read_by, Parties(), b"sleutel")
    assert emitted.messages.height >= seen.sample.frame.height
    assert emitted.rejected.height == 0


def test_an_export_that_a_built_in_mapping_reads_is_recognised() -> None:
    seen = inspected(export("coosto-achtig"))
    assert seen.recognised is not None
    assert seen.recognised.id == "coosto-csv"
    assert inspected(export("balie")).recognised is None


def test_the_delimiter_is_the_one_that_gives_every_row_as_many_cells() -> None:
    lines = several("Z{n}|{d}-04-2026|De brug, die bij de sluis, staat open; al {n} dagen")
    seen = inspected(table("nummer|datum|omschrijving", *lines))
    assert seen.layout.read["delimiter"] == "|"
    assert "streep 3 kolommen in 100% van de rijen" in " ".join(seen.layout.seen)


@pytest.mark.parametrize(
    ("encoding", "told", "said"),
    [
        ("utf-8-sig", ["utf-8-sig", "cp1252"], "UTF-8 (met BOM)"),
        ("utf-8", ["utf-8-sig", "cp1252"], "UTF-8 (zonder BOM)"),
        ("cp1252", ["utf-8-sig", "cp1252"], "Windows-1252 (UTF-8 geprobeerd, past niet)"),
        ("utf-16", ["utf-16"], "UTF-16 (met BOM)"),
        ("utf-16-le", ["utf-16-le"], "zonder BOM"),
    ],
)
def test_the_encoding_is_the_first_that_fits(encoding: str, told: list[str], said: str) -> None:
    lines = [line.replace("brug", "café-brug") for line in PLAIN]
    seen = inspected(table(HEAD, *lines).encode(encoding))
    assert seen.layout.read["encoding"] == told
    assert said in seen.layout.seen[0]
    assert "café" in seen.sample.frame["omschrijving"][0]


def test_what_stands_above_the_header_is_passed_over() -> None:
    seen = inspected(table("Rapport klantcontacten", "Periode: april", "", HEAD, *PLAIN))
    assert seen.layout.read["header"] == {
        "scan_rows": 20,
        "must_contain": ["nummer", "datum", "omschrijving"],
    }
    assert seen.mapping is not None
    assert seen.sample.frame.height == len(PLAIN)


def test_a_file_without_a_header_is_refused_and_nothing_of_it_is_repeated() -> None:
    with pytest.raises(SourceError, match="geen rij met kolomnamen") as caught:
        inspected(table(*PLAIN))
    assert "brug" not in str(caught.value)


def test_a_text_that_is_no_table_is_refused_without_repeating_it() -> None:
    letter = "Beste gemeente, de brug staat open\nen dat is al weken zo, zegt Karel\nGroet, Karel\n" * 5
    with pytest.raises(SourceError) as caught:
        inspected(letter)
    assert "Karel" not in str(caught.value)


def test_equal_and_empty_column_names_get_a_name_by_their_place() -> None:
    lines = several("Z{n};{d}-04-2026;De brug {n} staat open voor de hele dag;{d}-05-2026;x{n}")
    seen = inspected(table("nummer;datum;omschrijving;datum;", *lines))
    assert seen.layout.read["columns"] == {
        "normalise": ["strip_bom", "trim", "casefold", "collapse_space"],
        "names": {3: "datum 4", 4: "kolom 5"},
    }
    assert seen.mapping is not None


def test_a_day_above_twelve_settles_the_order_of_day_and_month() -> None:
    seen = written_times(["03-04-2026", "25-04-2026", "13-05-2026"], NOW, hinted=False)
    assert seen is not None
    assert seen.formats == ("%d-%m-%Y",)
    assert seen.evidence == (
        "03-04-2026 kan 3 april of 4 maart zijn; 2 waarden hebben een dag boven 12, dus dag-maand-jaar"
    )
    american = written_times(["03/27/2026 06:08", "04/01/2026 09:00"], NOW, hinted=False)
    assert american is not None
    assert american.formats == ("%m/%d/%Y %H:%M",)


def test_an_order_that_nothing_settles_is_called_undecided() -> None:
    seen = written_times(["03-04-2026", "05-06-2026", "01-02-2026"], NOW, hinted=False)
    assert seen is not None
    assert seen.doubt.endswith("geen waarde heeft een dag boven 12, dus niet te beslissen")
    lines = several("Z{n};03-04-2026;De brug {n} staat open en niemand kan er meer langs")
    assert "CONTROLEER: 03-04-2026 kan 3 april of 4 maart zijn" in inspected(table(HEAD, *lines)).draft.text


def test_another_column_of_the_same_file_settles_the_order() -> None:
    lines = several(
        "Z{n};{d}/04/2026;De brug {n} staat open en niemand kan er langs;Gemaakt {n}, dank u wel;03/05/2026"
    )
    seen = inspected(table(f"{HEAD};antwoord;afgehandeld op".replace(";", ";"), *lines))
    times = seen.groups[0].roles["answer_time"].column.times
    assert times is not None
    assert times.doubt == ""
    assert "in 'datum' is het dag-maand-jaar" in times.evidence


@pytest.mark.parametrize(
    ("values", "formats", "zone"),
    [
        (["2026-04-01T10:00:00Z"], ("iso",), None),
        (["2026-04-01 10:00", "2026-04-02"], ("iso",), "Europe/Amsterdam"),
        (["1775000000"], ("epoch_s",), None),
        (["1775000000000"], ("epoch_ms",), None),
        (["46112.5"], ("excel_serial",), "Europe/Amsterdam"),
        (["Wed Oct 10 20:19:24 +0000 2018"], ("%a %b %d %H:%M:%S %z %Y",), None),
        (["2026-11-21 08:30:00 UTC"], ("%Y-%m-%d %H:%M:%S UTC",), "UTC"),
        (["31.03.26 10:11:12"], ("%d.%m.%y %H:%M:%S",), "Europe/Amsterdam"),
        (["4/30/2026 5:06 PM"], ("%m/%d/%Y %I:%M %p",), "Europe/Amsterdam"),
        (["20260401"], ("%Y%m%d",), "Europe/Amsterdam"),
    ],
)
def test_the_format_of_times_is_found(values: list[str], formats: tuple[str, ...], zone: str | None) -> None:
    seen = written_times(values, NOW, hinted=True)
    assert seen is not None
    assert (seen.formats, seen.zone, seen.share) == (formats, zone, 1.0)


def test_numbers_are_no_times_unless_the_column_is_called_so() -> None:
    assert written_times(["1775000000", "1775000001"], NOW, hinted=False) is None


def test_damage_is_told_with_the_verb_that_mends_it() -> None:
    texts = [
        "'=leuk", "CafÃ© dicht vandaag bij de brug", "<p>De brug</p> staat open voor ons",
        "Loop &amp; fiets langs de brug",
    ]  # fmt: skip
    lines = [f'Z{n};{13 + n}-04-2026;"{text} elke dag nummer {n}"' for n, text in enumerate(texts * 3)]
    seen = inspected(table(HEAD, *lines))
    assert {"apostrophe", "mojibake", "html", "entities"} <= set(seen.groups[0].roles["text"].column.damage)
    assert seen.mapping is not None
    verbs = ("undo_apostrophe", "fix_encoding", "strip_html", "nfc", "trim")
    assert seen.mapping.emit[0].fields["text"].use == verbs


def test_an_id_that_a_spreadsheet_rounded_is_taken_from_the_link() -> None:
    lines = several(
        "1.22E+1{n};{d}-04-2026;De brug {n} staat open voor ons;https://www.facebook.com/1/posts/{n}"
    )
    seen = inspected(table("post id;datum;bericht;permalink", *lines))
    assert seen.mapping is not None
    spec = seen.mapping.emit[0].fields["native_id"]
    assert spec.from_ == ("post id", "permalink")
    assert spec.use == ("trim", "null_if_sci_notation", "id_from_url")


def test_texts_of_one_great_length_are_taken_for_cut() -> None:
    long = "De_brug_staat open al een week " * 9
    lines = [f"Z{n};{13 + n % 15}-04-2026;{long[: 99 if n % 2 else 40 + n]}" for n in range(30)]
    seen = inspected(table(HEAD, *lines))
    assert seen.mapping is not None
    assert seen.mapping.truncated_if[0].length_is == 99


def test_a_question_with_an_answer_becomes_two_messages() -> None:
    seen = inspected(export("balie"))
    assert seen.mapping is not None
    question, answer = seen.mapping.emit
    assert question.fields["created_at"].from_ == ("datum", "tijd")
    assert answer.kind.const == "answer"
    assert answer.author_kind is not None
    assert answer.author_kind.const == "municipality"
    assert answer.fields["parent_id"].ref == question.role


def test_names_and_addresses_are_named_as_not_to_be_taken_over() -> None:
    seen = inspected(export("meldingen"))
    assert "Niet overnemen (persoonsgegevens): straatnaam, huisnummer." in seen.draft.text
    assert "Niet overnemen (intern): medewerker." in inspected(export("klantcontact")).draft.text


def test_without_a_number_the_id_is_made_of_what_the_row_holds() -> None:
    seen = inspected(export("zonder-nummer"))
    assert seen.mapping is not None
    assert seen.mapping.emit[0].fields["native_id"].hash_of == ("datum/tijd", "opmerking")


def test_a_missing_date_is_a_gap_with_the_line_to_fill_in() -> None:
    lines = several("Z{n};De brug {n} staat open en niemand kan er meer langs")
    seen = inspected(table("nummer;omschrijving", *lines))
    assert seen.mapping is None
    assert len(seen.draft.gaps) == 1
    assert "# GAT: geen kolom gevonden met de datum van het bericht" in seen.draft.text
    assert "# created_at: {from:" in seen.draft.text


def message(number: int, **more: object) -> dict[str, object]:
    """A record as an API gives it."""
    text = f"De brug {number} staat al weken open"
    return {"id": f"m{number}", "message": text, "created_time": "2026-04-13T10:00:00+0000", **more}


def test_the_records_of_json_and_the_lists_within_them_are_found() -> None:
    posts = [message(n, reacties={"data": [message(100 * n), message(100 * n + 1)]}) for n in range(1, 6)]
    document = {"paging": {"next": "x"}, "antwoord": {"berichten": posts}}
    seen = inspected(json.dumps(document), "pagina.json")
    assert seen.layout.read["json"] == {"records": "$.antwoord.berichten[*]", "explode": ["reacties.data"]}
    assert [group.path for group in seen.groups] == [None, "reacties.data"]
    assert seen.mapping is not None
    assert seen.mapping.emit[1].fields["parent_id"].from_ == ("^.id",)


def test_json_that_is_assigned_to_a_variable_is_read_as_such() -> None:
    records = [{"bericht": message(n)} for n in range(5)]
    seen = inspected("window.berichten.deel0 = " + json.dumps(records), "berichten.js")
    assert seen.layout.read["json"] == {"records": "$[*].bericht", "javascript": True}


def test_a_single_record_is_read_from_the_root() -> None:
    seen = inspected(json.dumps(message(1)), "bericht.json")
    assert seen.layout.read["json"] == {"records": "$"}
    assert seen.sample.frame.height == 1


def test_one_json_object_per_line_is_seen() -> None:
    seen = inspected(table(*(json.dumps(message(n)) for n in range(9))), "berichten.ndjson")
    assert seen.layout.read["format"] == "ndjson"
    assert seen.mapping is not None


def test_the_records_of_xml_are_found() -> None:
    record = (
        "<melding><nummer>{n}</nummer><datum>2026-04-{n}T10:00:00Z</datum>"
        "<omschrijving>De brug {n} staat open</omschrijving></melding>"
    )
    records = "".join(record.format(n=n) for n in range(13, 25))
    seen = inspected(f"<export><kop>april</kop><meldingen>{records}</meldingen></export>", "m.xml")
    assert seen.layout.read["xml"] == {"records": "export/meldingen/melding"}
    assert roles(seen)["text"] == "omschrijving"
    assert seen.mapping is not None


def test_the_sheet_with_messages_is_chosen() -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Toelichting"
    cover.append(["Deze export is gemaakt in april"])
    sheet = book.create_sheet("Meldingen")
    sheet.append(["Rapport"])
    sheet.append(["Nummer", "Datum", "Omschrijving"])
    for n in range(12):
        sheet.append([f"Z{n}", datetime(2026, 4, 1 + n, 10), f"De brug {n} staat open en niemand kan langs"])  # noqa: DTZ001
    file = io.BytesIO()
    book.save(file)
    seen = inspected(file.getvalue(), "m.xlsx")
    assert seen.layout.read["format"] == "xlsx"
    assert seen.mapping is not None
    assert seen.sample.frame.height == 12
    assert seen.mapping.emit[0].fields["created_at"].datetime is not None


def test_the_member_of_a_zip_with_messages_is_chosen() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("20261122_teams.csv", "code;leider\n1;x\n2;y\n")
        archive.writestr("20261122_meldingen.csv", table(HEAD, *PLAIN))
    seen = inspected(file.getvalue(), "levering.zip")
    assert seen.layout.read["members"] == ["*meldingen.csv"]
    assert seen.mapping is not None


def test_numbers_and_dates_in_a_file_name_become_a_star() -> None:
    assert member_glob("export_2026-11-22_v3.csv") == "export_*v*.csv"
    assert member_glob("143000UTC_signals.csv") == "*signals.csv"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", "een PDF"), (b"\x89PNG\r\n", "een afbeelding"), (b"", "is leeg"),
        (b"  \n", "is leeg"), (b"<html><body><table></table></body></html>", "webpagina"),
        (b"\x00\x01\x02\x00binair", "geen tekst"), (b"PK\x03\x04kapot", "zip"), (b'{"a": ', ""),
        (b"<a><b></a>", "XML"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        inspected(content, "iets.csv")
    assert said in str(caught.value)
    assert str(caught.value).startswith("Bestand iets.csv")
    assert "\n" not in str(caught.value)


def told_or_refused(content: bytes, file: str) -> None:
    """A draft that parses unless it has a gap, or one sentence; whatever the file holds."""
    try:
        seen = inspected(content, file)
    except SourceError:
        return
    if not seen.draft.gaps:
        parse_mapping(seen.draft.text, "proef.yaml")


EASY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TREE = st.recursive(
    st.booleans() | st.integers() | CELL,
    lambda inner: st.lists(inner) | st.dictionaries(CELL, inner),
    max_leaves=20,
)


@EASY
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "a.xlsx", "a.zip", "a.xml"]))
def test_no_bytes_break_it(content: bytes, file: str) -> None:
    told_or_refused(content, file)


@EASY
@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8), st.sampled_from(";,\t|"))
def test_no_table_breaks_it(rows: list[list[str]], sign: str) -> None:
    head = [*HEAD.split(";"), *rows[0]]
    lines = [head, *(["1", "13-04-2026", "De brug staat open", *cells][: len(head)] for cells in rows)]
    told_or_refused(table(*(sign.join(cells) for cells in lines)).encode(), "a.csv")


@EASY
@given(TREE)
def test_no_json_breaks_it(document: object) -> None:
    told_or_refused(json.dumps(document).encode(), "a.json")


@EASY
@given(CELL, CELL, CELL)
def test_columns_of_any_name_give_a_draft_that_parses(text: str, id_: str, more: str) -> None:
    records = [
        {f"tekst {text}": f"De brug {n} is open", f"id {id_}": f"Z{n}", "datum": "2026-04-13", more: "x"}
        for n in range(5)
    ]
    told_or_refused(json.dumps({"data": records}).encode(), "a.json")


@given(TREE)
def test_yaml_reads_back_what_was_written(value: object) -> None:
    assert yaml.safe_load(flow({"from": value}))["from"] == value
