"""What may be written in a mapping, and the one sentence that says what is wrong with it."""

import re
from pathlib import Path

import pytest

from tests.export_reading import CONTACTS, POSTS, mapping
from warehouse.errors import ConfigurationError
from warehouse.sources.mapping_file import load_mapping, parse_mapping
from warehouse.validation import line_of, nearest, repeated_key

TEXT = "text: {from: vraag}"
TIME = 'created_at: {from: datum, datetime: {formats: ["%d-%m-%Y %H:%M", "%d-%m-%Y"], tz: Europe/Amsterdam}}'
MISTAKES = {
    "unknown key": ('delimiter: ";"', 'delimeter: ";"', 5, "'read.delimeter'; bedoelt u 'delimiter'"),
    "unknown key without a near one": ("version: 1", "version: 1\nzqx: 1", 3, "'zqx'; haal hem weg"),
    "unknown key called as pydantic's": ("version: 1", "version: 1\nstr: 1", 3, "onbekende sleutel 'str'"),
    "unknown key in a field": (
        TEXT,
        "text: {fron: vraag}",
        14,
        "'emit.0.fields.text.fron'; bedoelt u 'from'",
    ),
    "missing key": ("    platform: kcc\n", "", 8, "'emit.0.platform' ontbreekt; vul deze sleutel in"),
    "missing field": (TEXT, "title: {from: vraag}", 12, "'emit.0.fields': het veld 'text' ontbreekt"),
    "unknown field": (TEXT, "tekst: {from: vraag}", 12, "onbekend veld 'tekst'; bedoelt u 'text'"),
    "unknown verb": (TEXT, "text: {from: vraag, use: [trimm]}", 14, "'emit.0.fields.text.use.0' kent deze"),
    "wrong kind": (
        "kind: contact",
        "kind: contakt",
        9,
        "'emit.0.kind': 'contakt' bestaat niet; kies uit post",
    ),
    "wrong speaker": (
        "author_kind: resident",
        "author_kind: burger",
        11,
        "'burger' bestaat niet; kies uit resi",
    ),
    "wrong platform": ("platform: kcc", "platform: KCC", 10, "'emit.0.platform': 'KCC' is geen platform"),
    "naive time": (", tz: Europe/Amsterdam", "", 15, "%d-%m-%Y %H:%M heeft geen tijdzone; zet er tz:"),
    "unknown zone": ("Europe/Amsterdam", "Europa/Amsterdam", 15, "de tijdzone Europa/Amsterdam bestaat niet"),
    "half a date": ("%d-%m-%Y %H:%M", "%d-%m %H:%M", 15, "%d-%m %H:%M is geen volledige datum"),
    "hour without minutes": ("%d-%m-%Y %H:%M", "%d-%m-%Y %H", 15, "%d-%m-%Y %H is geen volledige datum"),
    "unknown sign in a time": ("%d-%m-%Y %H:%M", "%d-%m-%Y %Q", 15, "%d-%m-%Y %Q is geen volledige datum"),
    "time without formats": (TIME, "created_at: {from: datum}", 12, "'created_at' heeft een datetime met"),
    "time where none is": (
        TEXT,
        "text: {from: vraag, datetime: iso}",
        12,
        "'text' is geen tijd; haal datetime",
    ),
    "number where none is": (
        TEXT,
        "text: {from: vraag, number: {}}",
        12,
        "'text' is geen aantal; haal number",
    ),
    "author without secret": (
        TEXT,
        TEXT + "\n      author: {from: naam}",
        12,
        "'author' moet secret: true hebben",
    ),
    "secret that is stored": (
        TEXT,
        "text: {from: vraag, secret: true}",
        12,
        "'text' is niet geheim; haal secret",
    ),
    "two origins": (
        TEXT,
        "text: {from: vraag, const: a}",
        14,
        "'emit.0.fields.text': geef precies een van from",
    ),
    "no origin": (TEXT, "text: {use: [trim]}", 14, "'emit.0.fields.text': geef precies een van from"),
    "no column": (TEXT, "text: {from: []}", 14, "'emit.0.fields.text.from' mag niet leeg zijn"),
    "nameless column": (TEXT, 'text: {from: ""}', 14, "een kolom heeft een naam; vul hem in"),
    "row number as a column": (TEXT, 'text: {from: "@row"}', 14, "@row is het rijnummer en geen kolom"),
    "default without map": (TEXT, "text: {from: vraag, default: x}", 14, "default hoort bij map"),
    "bad regex": (TEXT, "text: {from: vraag, regex: '(a'}", 14, "de regex klopt niet; controleer de haakjes"),
    "regex that looks ahead": (TEXT, "text: {from: vraag, regex: '(a)(?=b)'}", 14, "de regex klopt niet;"),
    "regex without a group": (
        TEXT,
        "text: {from: vraag, regex: 'a'}",
        14,
        "precies een groep tussen haakjes",
    ),
    "bad regex in a rule": ("is: not_empty", "regex: '['", 17, "'emit.1.when.0': de regex klopt niet;"),
    "two tests in a rule": (
        "is: not_empty",
        "is: not_empty, in: [a]",
        17,
        "geef precies een van is, in, not_in",
    ),
    "value no key can have": (
        "is: not_empty",
        "is: vol",
        17,
        "kent deze waarde niet; kies uit 'empty' of 'not_",
    ),
    "role that is not there": ("ref: contact", "ref: vraag", 7, "'ref: vraag' wijst niet naar een role"),
    "role that has no own id": (
        '{from: nummer, suffix: ":answer"}',
        "{ref: answer}",
        7,
        "'ref: answer' wijst niet",
    ),
    "one role twice": ("role: answer", "role: contact", 7, "de role 'contact' komt twee keer voor"),
    "long delimiter": ('delimiter: ";"', 'delimiter: ";;"', 5, "een scheidingsteken is precies een teken"),
    "no delimiter": ('delimiter: ";"', "delimiter: []", 5, "'read.delimiter' mag niet leeg zijn"),
    "unknown encoding": ('delimiter: ";"', "encoding: utf-9", 5, "de codering 'utf-9' bestaat niet"),
    "encoding that is no text": ('delimiter: ";"', "encoding: rot13", 5, "de codering 'rot13' bestaat niet"),
    "bad path to the records": (
        'delimiter: ";"',
        "json: {records: '$.a['}",
        5,
        "$.a[ is geen geldig JSONPath",
    ),
    "bad path to a value": (TEXT, "text: {from: '$.a['}", 14, "$.a[ is geen geldig JSONPath"),
    "number as text": ("version: 1", "version: een", 2, "'version' moet een geheel getal zijn"),
    "a list within itself": ("id: balie", "id: &a [*a]", 1, "'id' moet tekst zijn"),
    "number out of range": ("version: 1", "version: 0", 2, "'version' is te klein"),
    "text as number": (TEXT, "text: {from: 3}", 14, "moet tekst zijn; zet de waarde tussen aanhalingstekens"),
    "list for a block": (
        'read:\n  format: csv\n  delimiter: ";"',
        "read: []",
        3,
        "'read' moet een blok met sl",
    ),
    "unknown field expected": (
        "max_quarantined: 1",
        "max_null: {tekst: 0}",
        6,
        "onbekend veld 'tekst'; kies uit",
    ),
    "half an author rule": (
        "version: 1",
        "version: 1\nauthor_kind: {other_if: [{col: x}]}",
        3,
        "geef precies een van is, in, not_in",
    ),
    "one key twice": (
        TEXT,
        TEXT + "\n      text: {from: antwoord}",
        15,
        "'text' staat er nu twee keer; haal er een",
    ),
    "broken YAML": (
        "emit:",
        "emit: [",
        8,
        "dit is geen geldige YAML; controleer inspringing en dubbele punten",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_dutch_sentence_with_file_line_and_key(
    old: str, new: str, line: int, sentence: str
) -> None:
    assert old in CONTACTS
    with pytest.raises(ConfigurationError) as caught:
        parse_mapping(CONTACTS.replace(old, new, 1), "balie.yaml")
    said = str(caught.value)
    assert said.startswith(f"Mapping balie.yaml, regel {line}: ")
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said


def test_half_a_character_is_refused_before_it_can_break_the_store() -> None:
    with pytest.raises(ConfigurationError, match="een teken is maar half geschreven"):
        mapping(CONTACTS, ("id: balie", 'id: balie\ndescription: "\\ud800"'))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "het bestand is leeg of heeft geen sleutels"),
        ("# alleen een opmerking", "het bestand is leeg of heeft geen sleutels"),
        ("- een lijst", "het bestand is leeg of heeft geen sleutels"),
        ("version: 1", "'id' ontbreekt; vul deze sleutel in"),
        ("id: 2026-13-45", "dit is geen geldige YAML"),
        ("id: " + "9" * 5000, "dit is geen geldige YAML"),
        ("[" * 3000, "dit is geen geldige YAML"),
        ("id: !!int", "dit is geen geldige YAML"),
        ("id: !!bool x", "dit is geen geldige YAML"),
        ("id: !!timestamp x", "dit is geen geldige YAML"),
        ("id: !!python/object:os.system x", "dit is geen geldige YAML"),
        ("id: \x07", "dit is geen geldige YAML"),
        ("a: *b", "dit is geen geldige YAML"),
    ],
)
def test_a_file_that_holds_no_mapping_is_one_sentence_too(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_mapping(text, "balie.yaml")
    assert str(caught.value).startswith("Mapping balie.yaml")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mapping_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "balie.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + CONTACTS.encode())
    assert load_mapping(path) == mapping(CONTACTS)
    with pytest.raises(ConfigurationError, match="bestaat niet"):
        load_mapping(tmp_path / "weg.yaml")
    path.write_bytes(CONTACTS.encode("utf-16"))
    with pytest.raises(ConfigurationError, match="bewaar hem als UTF-8-tekst"):
        load_mapping(path)
    with pytest.raises(ConfigurationError, match="is niet te lezen"):
        load_mapping(tmp_path)


def test_the_fingerprint_changes_with_what_the_mapping_says_and_with_nothing_else() -> None:
    plain = mapping(CONTACTS)
    assert mapping("# uitleg\n" + CONTACTS.replace('"', "'")).fingerprint == plain.fingerprint
    assert mapping(CONTACTS, ("Europe/Amsterdam", "UTC")).fingerprint != plain.fingerprint
    assert plain.name == "balie@1"
    assert re.fullmatch("[0-9a-f]{64}", plain.fingerprint)


def test_a_block_that_is_taken_over_counts_as_written_there() -> None:
    post, reply = mapping(POSTS).emit
    assert {**post.fields, "parent_id": reply.fields["parent_id"]} == reply.fields
    with pytest.raises(
        ConfigurationError, match=r"regel 13: onbekende sleutel 'emit\.0\.fields\.native_id\.x'"
    ):
        mapping(POSTS, ("native_id: {from: id}", "native_id: {from: id, x: 1}"))


def test_a_regex_may_use_what_its_engine_knows() -> None:
    changed = mapping(CONTACTS, (TEXT, r"text: {from: vraag, regex: '(\p{Lu}\pL*)'}"))
    assert changed.emit[0].fields["text"].regex == r"(\p{Lu}\pL*)"


@pytest.mark.parametrize(
    "format_", ["%d-%m-%Y", "%d/%m/%y %R", "%Y%m%dT%H%M%S", "%d-%m-%Y %I:%M %p", "%e %b %Y"]
)
def test_a_whole_date_is_a_format(format_: str) -> None:
    spec = mapping(CONTACTS, ('["%d-%m-%Y %H:%M", "%d-%m-%Y"]', f'"{format_}"')).emit[0].fields["created_at"]
    assert spec.datetime is not None
    assert spec.datetime.formats == (format_,)


def test_columns_are_needed_by_fields_and_rules_and_not_by_options() -> None:
    plain = mapping(
        CONTACTS, (TEXT, "text: {from: [vraag, toelichting]}\n      title: {from: kop, optional: true}")
    )
    assert set(plain.required_columns) == {("nummer",), ("datum",), ("antwoord",), ("vraag", "toelichting")}
    assert set(plain.mentioned_columns) == {"nummer", "datum", "antwoord", "vraag", "toelichting", "kop"}
    assert ("vraag", "toelichting") in plain.columns_for(plain.emit)


def test_line_and_nearest_and_repeated_key() -> None:
    text = "a:\n  - b: 1\n    c: 2\n  - b: 3\n"
    assert [line_of(text, place) for place in (("a",), ("a", 0, "c"), ("a", 1, "weg"), ("weg",))] == [
        1,
        3,
        4,
        None,
    ]
    assert line_of("a: {b: 1}", ("a", 0, "b")) == 1
    assert (nearest("Omschrijvng", ["omschrijving", "datum"]), nearest("x", ["omschrijving"])) == (
        "omschrijving",
        None,
    )
    assert repeated_key("a: 1\nb: {c: 1, c: 2}") == ("c", 2)
    assert repeated_key("a: &a {b: 1}\nc: {<<: *a, b: 2}") is None
