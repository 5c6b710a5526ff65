"""From a JSON document, or one per line, to rows: records, the lists within them, and what is no record."""

import json

import pytest

from tests.export_reading import POSTS, mapping, page, post, refusal, rows_of
from warehouse.sources.rows import PATH, ROW

PAGE = mapping(POSTS)
LINES = mapping(POSTS, ("format: json", "format: ndjson"), ('records: "$.data[*]", ', ""))


def test_records_and_their_lists_become_rows_with_path_and_parent() -> None:
    content = page(
        post(1, replies=[post(2), post(3, replies=[post(4)])]), post(5, replies=[]), post(6, replies=None)
    )
    frame = rows_of(content, PAGE).frame
    assert frame.select(ROW, PATH, "id", "^.id").rows() == [
        (1, None, "1", None),
        (2, "replies", "2", "1"),
        (3, "replies", "3", "1"),
        (4, "replies", "4", "3"),
        (5, None, "5", None),
        (6, None, "6", None),
    ]


def test_what_stands_where_a_record_should_be_is_counted() -> None:
    content = page(post(1, replies=[None, "x", post(2)]), None, 7, [post(3)], post(4, replies={"id": 5}))
    rows = rows_of(content, PAGE)
    assert rows.frame.select(ROW, "id").rows() == [(1, "1"), (4, "2"), (8, "4")]
    assert rows.rejected.select("row", "rule").rows() == [
        (2, "geen_record"), (3, "geen_record"), (5, "geen_record"), (6, "geen_record"), (7, "geen_record"),
        (9, "geen_lijst"),
    ]  # fmt: skip


def test_empty_lists_and_blocks_are_nothing_and_others_stay_as_written() -> None:
    frame = rows_of(
        page(post(1, likes=[], author={}), post(2, likes=["a", 1], author={"name": None})), PAGE
    ).frame
    assert frame["likes"].to_list() == [None, '["a", 1]']
    assert frame["author.name"].to_list() == [None, None]


def test_columns_of_answers_are_needed_only_where_there_are_answers() -> None:
    parent = "      parent_id: {from: ^.id}"
    linked = (parent, parent + "\n      url: {from: link}")
    assert rows_of(page(post(1)), mapping(POSTS, linked)).frame["link"].to_list() == [None]
    assert "kolom 'link' ontbreekt" in refusal(page(post(1, replies=[post(2)])), linked, text=POSTS)


def test_json_names_are_made_equal_too() -> None:
    content = page({"ID": 1, " Text": "a", "Time": "x", "@path": "replies", "@row": 9, "*": "b", "": "c"})
    folded = mapping(POSTS, ("format: json\n", "format: json\n  columns: {normalise: [trim, casefold]}\n"))
    assert rows_of(content, folded).frame.select(ROW, PATH, "id", "text").row(0) == (1, None, "1", "a")


def test_half_characters_do_not_break_a_file() -> None:
    frame = rows_of(
        '{"data": [{"id": 1, "text": "\\ud83d!", "time": "\\ud83d\\ude00", "\\ud800": 1}]}', PAGE
    ).frame
    assert frame.select("text", "time").row(0) == ("\ufffd!", "😀")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"data": [\n{"id": 1},\n{"id": ', "regel 3: de JSON is beschadigd of afgebroken"),
        ("[" * 1000 + "]" * 1000, "de JSON is te diep genest"),
        ('{"data": ' * 1000 + "1" + "}" * 1000, "de JSON is te diep genest"),
        ("[" * 100_000, "de JSON is te diep genest"),
        ('{"data": [' + '{"a":' * 80 + "1" + "}" * 80 + "]}", "de JSON is te diep genest"),
        ('{"data": [{"id": ' + "9" * 5000 + "}]}", "heeft een te lang getal"),
        ('"tekst"', "bevat geen lijst of object"),
        ("12", "bevat geen lijst of object"),
        ("\x00", "de JSON is beschadigd"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_sentence(content: str, sentence: str) -> None:
    assert sentence in refusal(content, text=POSTS)


def test_one_document_per_line_and_damaged_lines_keep_their_number() -> None:
    lines = [
        json.dumps(post(1, text="a\u2028b\u0085c"), ensure_ascii=False),
        "",
        '{"id": 2',
        json.dumps(post(3)) + "\r",
    ]
    rows = rows_of("\n".join([*lines, "[" * 1000, "null", json.dumps([post(6)])]), LINES)
    assert rows.frame.select(ROW, "id", "text").rows() == [(1, "1", "a\u2028b\u0085c"), (3, "3", "Hallo")]
    assert rows.rejected.select("row", "rule").rows() == [
        (2, "beschadigde_regel"), (4, "beschadigde_regel"), (5, "beschadigde_regel"), (6, "geen_record"),
    ]  # fmt: skip


def test_a_path_finds_a_value_anywhere_in_the_record() -> None:
    found = mapping(POSTS, ("likes: {from: likes, ", "likes: {from: \"$.counts[?@.type=='like'].n\", "))
    column = "$.counts[?@.type=='like'].n"
    content = page(
        post(1, counts=[{"type": "share", "n": 1}, {"type": "like", "n": 3}]), post(2, counts=[]), post(3)
    )
    assert rows_of(content, found).frame[column].to_list() == ["3", None, None]


def test_a_byte_order_mark_before_a_document_is_no_damage() -> None:
    plain = mapping(POSTS, ("format: json\n", "format: json\n  encoding: utf-8\n"))
    assert rows_of(b"\xef\xbb\xbf" + page(post(1)).encode(), plain).frame["id"].to_list() == ["1"]


def test_an_answer_without_records_is_known_by_what_it_says_instead() -> None:
    told = ('records: "$.data[*]"', 'records: "$.data[*]", empty: $.meta.count')
    none = ("max_quarantined: 1", "min_rows: 0")
    assert "heeft geen $.data[*]" in refusal('{"meta": {"count": 0}}', text=POSTS)
    assert rows_of('{"meta": {"count": 0}}', mapping(POSTS, told, none)).frame.is_empty()
    assert "heeft geen $.data[*]" in refusal('{"detail": "verlopen"}', told, none, text=POSTS)
