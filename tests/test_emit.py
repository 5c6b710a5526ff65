"""From rows to messages: fields, verbs, rules and who speaks; every row ends somewhere and is counted."""

from datetime import datetime

import pytest

from tests.export_reading import CONTACTS, POSTS, emitted, mapping, page, post
from warehouse.errors import SourceError
from warehouse.sources.emit import DRAFT_SCHEMA, REJECTED, Emitted

HEADER = "nummer;datum;vraag;antwoord\n"
TEXT = "text: {from: vraag}"
STRICT = ("max_quarantined: 1", "max_quarantined: 0.2")


def contacts(rows: str, *changes: tuple[str, str]) -> Emitted:
    return emitted(HEADER + rows, mapping(CONTACTS, *changes))


def posts(*records: object, owned: tuple[str, ...] = ()) -> Emitted:
    return emitted(page(*records), mapping(POSTS), owned)


def broken(found: Emitted) -> list[tuple[object, ...]]:
    return found.rejected.select("row", "role", "rule", "field", "value").sort("row", "role").rows()


def test_a_row_gives_a_question_and_its_answer() -> None:
    found = contacts("7;01-04-2026 10:00;Wanneer?;Morgen\n8;02-04-2026;Hoe?;\n")
    assert found.messages.schema == DRAFT_SCHEMA
    assert found.rejected.schema == REJECTED
    assert found.messages.select(
        "row", "role", "kind", "native_id", "parent_id", "text", "author_kind"
    ).rows() == [
        (1, "contact", "contact", "7", None, "Wanneer?", "resident"),
        (2, "contact", "contact", "8", None, "Hoe?", "resident"),
        (1, "answer", "answer", "7:answer", "7", "Morgen", "municipality"),
    ]
    assert found.messages.filter(native_id="7").select("created_at", "created_at_basis").row(0) == (
        datetime.fromisoformat("2026-04-01 08:00"), "configured_zone",
    )  # fmt: skip
    assert (found.read, found.dropped, found.duplicates) == (3, 0, 0)


def test_every_row_that_breaks_a_rule_is_set_aside_with_rule_field_and_value() -> None:
    found = contacts(
        ";01-04-2026;Zonder nummer;\n2;morgen;Zonder datum;\n3;;Leeg;\n4;01-04-2026;;\n"
        "1,22158E+17;01-04-2026;Afgerond;\n6;01-04-2026\n7;01-04-2026;Goed;\n"
    )
    assert broken(found) == [
        (1, "contact", "geen_id", "native_id", None),
        (2, "contact", "onleesbare_datum", "created_at", "morgen"),
        (3, "contact", "geen_datum", "created_at", None),
        (4, "contact", "geen_tekst", "text", None),
        (5, "contact", "beschadigd_id", "native_id", "1,22158E+17"),
        (6, "", "aantal_kolommen", None, "2 in plaats van 4"),
    ]
    assert found.messages["native_id"].to_list() == ["7"]
    assert found.read == 7


def test_a_bad_answer_does_not_take_its_question_along() -> None:
    found = contacts(
        "7;01-04-2026;Wanneer?;Gauw\n",
        ("platform: kcc\n    author_kind: mu", "platform: {from: vraag}\n    author_kind: mu"),
    )
    assert found.messages["role"].to_list() == ["contact"]
    assert broken(found) == [(1, "answer", "onbekende_waarde", "platform", "Wanneer?")]


@pytest.mark.parametrize("number", ["1.22158E+17", "1,22158E+17", "1.2e17", "2E+10", " 1.22158E+17 "])
def test_a_rounded_id_is_never_taken_for_an_id(number: str) -> None:
    rules = [
        rule for _, _, rule, _, _ in broken(contacts(f"{number};01-04-2026;a;\n{number};01-04-2026;b;\n"))
    ]
    assert rules == ["beschadigd_id"] * 2
    found = posts(post(1, author={"id": number.strip()}), post(2, author={"id": "12E5A"}))
    assert broken(found) == [(1, "post", "beschadigd_id", "author_id", number.strip())]
    assert found.messages["author_id"].to_list() == ["12E5A"]


@pytest.mark.parametrize(
    "number", ["1E5", "12E17", "0042", "KCC-2026-00001", "122158123456789012345", "a:b#c d"]
)
def test_an_id_that_only_looks_odd_stays(number: str) -> None:
    assert contacts(f"{number};01-04-2026;a;\n").messages["native_id"].to_list() == [number]


def test_an_id_is_the_same_with_signs_around_it_that_cannot_be_seen() -> None:
    found = contacts("7;01-04-2026;eerst;\n \u200e7\u200b\u00a0;01-04-2026;later;\n")
    assert found.messages.select("native_id", "text").rows() == [("7", "later")]
    assert found.duplicates == 1


def test_of_rows_with_one_id_the_mapping_says_which_stays() -> None:
    rows = "7;01-04-2026;eerst;\n8;01-04-2026;ander;\n7;01-04-2026;later;\n"
    assert contacts(rows).messages.sort("native_id")["text"].to_list() == ["later", "ander"]
    first = ("max_quarantined: 1}", "max_quarantined: 1}\ndedupe: {keep: first}")
    assert contacts(rows, first).messages.sort("native_id")["text"].to_list() == ["eerst", "ander"]
    assert contacts(rows, first).duplicates == 1


@pytest.mark.parametrize("name", ["*", "^v.*$", "^vraag$", "a.b", "@kolom5"])
def test_a_column_with_an_odd_name_is_that_column(name: str) -> None:
    header = HEADER.strip() + ";" + ("" if name == "@kolom5" else name) + "\n"
    odd = mapping(CONTACTS, (TEXT, f'text: {{from: "{name}"}}'), ("{col: antwoord,", f'{{col: "{name}",'))
    found = emitted(header + "7;01-04-2026;Wanneer?;Morgen;hier\n8;01-04-2026;Hoe?;;\n", odd).messages
    assert found.select("native_id", "text").rows() == [("7", "hier"), ("7:answer", "Morgen")]


def test_rows_left_out_by_a_rule_are_counted_as_dropped() -> None:
    rules = (
        "max_quarantined: 1}",
        "max_quarantined: 1}\nrows: {drop_if: [{col: vraag, in: [test, proef]}], "
        "keep_if: [{col: antwoord, not_in: [intern]}, {col: nummer, regex: '^[0-9]'}]}",
    )
    rows = "1;01-04-2026;test;\n2;01-04-2026;a;intern\n3;01-04-2026;a;\nx;01-04-2026;a;\n;01-04-2026;a;\n"
    found = contacts(rows, rules)
    assert found.messages["native_id"].to_list() == ["3"]
    assert (found.dropped, found.rejected.height, found.read) == (4, 0, 5)


def test_a_row_that_no_message_wants_is_dropped() -> None:
    found = emitted(page(post(1, replies=[post(2)])), mapping(POSTS, ("in: replies}", "in: [elders]}")))
    assert (found.messages["native_id"].to_list(), found.dropped, found.read) == (["1"], 1, 2)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{col: antwoord, is: empty}", ["3"]),
        ("{col: antwoord, is: not_empty}", ["1", "2"]),
        ("{col: antwoord, in: Ja}", ["1"]),
        ("{col: antwoord, not_in: [Ja]}", ["2", "3"]),
        ("{col: antwoord, regex: '^[JN]'}", ["1", "2"]),
        ("{col: antwoord, ends_with: [e, a]}", ["1", "2"]),
        ("{col: antwoord, length_is: 3}", ["2"]),
    ],
)
def test_an_empty_cell_meets_only_what_asks_for_it(condition: str, kept: list[str]) -> None:
    rows = "1;01-04-2026;a;Ja\n2;01-04-2026;a;Nee\n3;01-04-2026;a;\n"
    found = contacts(rows, ("max_quarantined: 1}", f"max_quarantined: 1}}\nrows: {{keep_if: [{condition}]}}"))
    assert found.messages.filter(role="contact")["native_id"].to_list() == kept


def test_fields_are_joined_mapped_cut_and_completed() -> None:
    fields = (
        TEXT,
        TEXT + '\n      title: {from: [antwoord, vraag], join: " / "}\n      language: {const: nl}\n'
        "      department: {from: antwoord, map: {Ja: Wonen}, default: Overig}\n"
        "      area_name: {from: antwoord, map: {Ja: Noord}}\n"
        "      url: {from: nummer, prefix: 'https://a.nl/', suffix: '.html'}\n"
        "      channel_name: {from: vraag, regex: '([0-9]{4})'}",
    )
    found = contacts("1;01-04-2026;Postcode 1234 AB;Ja\n2;01-04-2026;Geen;Nee\n3;01-04-2026;Leeg;\n", fields)
    columns = ("title", "department", "area_name", "url", "channel_name", "language")
    assert found.messages.filter(role="contact").select(columns).rows() == [
        ("Ja / Postcode 1234 AB", "Wonen", "Noord", "https://a.nl/1.html", "1234", "nl"),
        ("Nee / Geen", "Overig", None, "https://a.nl/2.html", None, "nl"),
        ("Leeg", None, None, "https://a.nl/3.html", None, "nl"),
    ]


def test_what_the_verbs_leave_empty_gets_no_prefix_or_suffix() -> None:
    found = contacts(
        "<p> </p>;01-04-2026;a;b\n", ("{from: nummer, suffix", "{from: nummer, use: [strip_html], suffix")
    )
    assert broken(found) == [(1, "answer", "geen_id", "native_id", None)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12), (" 12\u200e", 12), ("12.0", 12), ("0", 0), ("9007199254740993", 9007199254740993),
        ("1.234", None), ("12,5", None), ("veel", None), ("inf", None), ("1e400", None), ("NaN", None),
    ],
)  # fmt: skip
def test_a_count_is_a_whole_number_or_the_row_is_set_aside(written: str, number: int | None) -> None:
    found = posts(post(1, likes=written), post(2))
    assert found.messages.sort("native_id")["likes"].to_list() == (
        [None] if number is None else [number, None]
    )
    assert broken(found) == ([] if number is not None else [(1, "post", "geen_getal", "likes", written)])


def test_a_count_as_the_dutch_write_it() -> None:
    dutch = mapping(POSTS, ("likes: {from: likes, optional", "likes: {from: likes, number: {}, optional"))
    content = page(post(1, likes="1.234"), post(2, likes="12,0"), post(3, likes="1,5"))
    assert emitted(content, dutch).messages["likes"].to_list() == [1234, 12]


def test_missing_counts_are_null_and_not_nought() -> None:
    assert posts(post(1), post(2, likes=0), post(3, likes=None)).messages["likes"].to_list() == [
        None,
        0,
        None,
    ]


@pytest.mark.parametrize(
    "name", ["Gemeente Súdwest", "gemeente súdwest", "Gemeente Su\u0301dwest", "\u200eGemeente Súdwest "]
)
def test_the_municipality_is_known_however_its_name_is_written(name: str) -> None:
    found = posts(
        post(1, author={"name": name}), post(2, author={"name": "Jan"}), post(3), owned=("Gemeente Súdwest",)
    )
    assert found.messages.select("author_kind", "author_kind_basis").rows() == [
        ("municipality", "owned_account"), ("resident", "default"), ("resident", "default"),
    ]  # fmt: skip


def test_the_first_rule_that_fits_says_who_speaks() -> None:
    rules = (
        "version: 1",
        "version: 1\nauthor_kind:\n  municipality_if: [{col: antwoord, in: [uit]}]\n"
        "  other_if: [{col: antwoord, in: [uit, pers]}]\n  default: unknown",
    )
    found = contacts(
        "1;01-04-2026;a;uit\n2;01-04-2026;a;pers\n3;01-04-2026;a;\n",
        rules,
        ("    author_kind: resident\n", ""),
    )
    assert found.messages.filter(role="contact").select("author_kind", "author_kind_basis").rows() == [
        ("municipality", "source_rule"), ("other", "source_rule"), ("unknown", "default"),
    ]  # fmt: skip


def test_a_column_that_says_who_speaks_must_say_what_we_know() -> None:
    found = contacts(
        "1;01-04-2026;a;resident\n2;01-04-2026;a;Burger\n3;01-04-2026;a;\n",
        ("author_kind: resident", "author_kind: {from: antwoord}"),
    )
    questions = found.messages.filter(role="contact")
    assert questions.select("author_kind", "author_kind_basis").rows() == [("resident", "column")]
    assert [line for line in broken(found) if line[1] == "contact"] == [
        (2, "contact", "onbekende_waarde", "author_kind", "Burger"),
        (3, "contact", "onbekende_waarde", "author_kind", None),
    ]


def test_a_kind_from_a_column_must_exist() -> None:
    found = contacts(
        "1;01-04-2026;a;report\n2;01-04-2026;a;klacht\n", ("kind: contact", "kind: {from: antwoord}")
    )
    assert found.messages.filter(role="contact")["kind"].to_list() == ["report"]
    assert broken(found) == [(2, "contact", "onbekende_waarde", "kind", "klacht")]


def test_a_text_is_marked_as_cut_off_by_rule() -> None:
    cut = ("version: 1", "version: 1\ntruncated_if: [{col: vraag, ends_with: […, ...]}]")
    found = contacts("1;01-04-2026;Heel lang…;\n2;01-04-2026;Lang...;\n3;01-04-2026;Kort.;\n", cut)
    assert found.messages["text_truncated"].to_list() == [True, True, False]


def test_too_much_set_aside_refuses_the_file_without_repeating_a_word_of_it() -> None:
    rows = "1;01-04-2026;a;\n2;mevrouw Jansen;b;\n3;mevrouw Jansen;c;\n4;01-04-2026;d;\n5;01-04-2026;e;\n"
    with pytest.raises(SourceError) as caught:
        contacts(rows, STRICT)
    assert str(caught.value) == (
        "Bestand proef: 2 van 5 rijen zijn onbruikbaar "
        "(onleesbare datum in 'created_at', voor het eerst in rij 2); "
        "controleer de export of pas mapping balie aan."
    )
    assert contacts(rows.replace("2;mevrouw Jansen", "2;01-04-2026"), STRICT).rejected.height == 1


def test_too_much_left_empty_refuses_the_file() -> None:
    most = ("max_quarantined: 1", "max_null: {title: 0.5}")
    title = (TEXT, TEXT + "\n      title: {from: antwoord, optional: true}")
    rows = "1;01-04-2026;a;\n2;01-04-2026;a;\n3;01-04-2026;a;x\n"
    with pytest.raises(SourceError, match="'title' is leeg in 67% van de rijen, meer dan de 50% die mapping"):
        contacts(rows, most, title)
    assert contacts(rows + "4;01-04-2026;a;x\n", most, title).read == 6


def test_a_file_of_which_every_row_is_dropped_is_a_good_file() -> None:
    found = contacts(
        "1;01-04-2026;a;\n",
        ("max_quarantined: 1}", "max_quarantined: 0}\nrows: {drop_if: [{col: vraag, in: a}]}"),
    )
    assert (found.messages.height, found.dropped, found.read) == (0, 1, 1)
