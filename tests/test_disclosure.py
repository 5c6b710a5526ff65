from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.breakdown import TOGETHER, breakdown
from reports.disclosure import (
    MINIMUM_AUTHORS,
    hidden_cells,
    is_small,
    plain_text,
    protected_gap,
    public_link,
)
from reports.quotes import theme_voices
from reports.trend import trend
from tests.report_input import example_input


@pytest.mark.parametrize(
    ("authors", "hidden"),
    [
        ([], set()),
        ([0, 5, 12], set()),
        ([4, 30, 7], {0, 2}),
        ([3, 2, 9], {0, 1}),
        ([1, 1, 6, 40], {0, 1, 2}),
        ([3, 0, 0], {0}),
    ],
    ids=["none", "all large", "next smallest too", "two small", "remainder too small", "zero is no cover"],
)
def test_hidden_cells(authors: list[int], hidden: set[int]) -> None:
    assert hidden_cells(authors) == hidden


@given(st.lists(st.integers(0, 20), max_size=8))
def test_what_can_be_computed_from_the_total_is_no_small_count(authors: list[int]) -> None:
    hidden = hidden_cells(authors)
    shown = [count for i, count in enumerate(authors) if i not in hidden]
    assert not any(is_small(count) for count in shown)
    remainder = sum(authors) - sum(shown)
    assert not is_small(remainder) or not any(shown)
    assert len(hidden) != 1 or not any(shown)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("gewoon  \n zinnetje\t", "gewoon zinnetje"),
        ("rood\x1b[31mrood", "rood[31mrood"),
        ("ab\u202egnp.exe\u2066\u200f", "abgnp.exe"),
        ("on\u00adzicht\u200bbaar\ufeff", "onzichtbaar"),
        ("👩\u200d🚒 crème brûlée", "👩\u200d🚒 crème brûlée"),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "https:///x",
        "https://a.example/\"onclick='x'",
        "https://user:pw@a.example/",
        "http://[broken",
    ],
)
def test_no_link_but_an_ordinary_web_address(url: str | None) -> None:
    assert public_link(url) is None


def test_an_ordinary_web_address_is_a_link() -> None:
    assert public_link("https://www.facebook.com/p/1?a=b") == "https://www.facebook.com/p/1?a=b"


def test_a_small_theme_takes_the_next_smallest_along_and_loses_all_that_rests_on_residents() -> None:
    gap = example_input().gap
    protected = protected_gap(gap)
    hidden = protected.filter("hidden")
    assert gap.filter(pl.col("resident_authors") == 3)["theme_id"].item() in hidden["theme_id"].to_list()
    assert hidden.height == 2
    figures = ["resident_messages", "resident_voices", "resident_share", "difference_pp", "q_value"]
    assert hidden.select(figures).null_count().sum_horizontal().item() == 2 * len(figures)
    assert hidden["municipality_messages"].null_count() == 0
    assert not any(is_small(count) for count in protected["resident_authors"].drop_nulls())


def _said(authors: Sequence[str], group: Sequence[str]) -> pl.DataFrame:
    days = [date(2026, 5, 1)] * len(authors)
    return pl.DataFrame({"author_key": authors, "platform": group, "created_day": days})


def test_small_groups_are_one_row_together() -> None:
    rows = breakdown(
        _said([f"a{i}" for i in range(20)], ["x"] * 9 + ["y"] * 6 + ["z"] * 2 + ["q"] * 3), "platform"
    )
    assert [(row.label, row.authors) for row in rows] == [("x", 9), ("y", 6), (TOGETHER, 5)]
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_the_same_few_authors_in_many_small_groups_stay_hidden() -> None:
    authors = [f"a{i}" for i in range(8)] + ["b"] * 4 + ["c"] * 4
    groups = ["x"] * 8 + ["p", "q", "r", "s"] * 2
    assert breakdown(_said(authors, groups), "platform") == ()


@given(st.lists(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("xyzpq")), max_size=40))
def test_no_breakdown_shows_a_small_count_of_authors(pairs: list[tuple[str, str]]) -> None:
    rows = breakdown(_said([a for a, _ in pairs], [g for _, g in pairs]), "platform")
    assert not any(is_small(row.authors) for row in rows)


def test_a_trend_takes_longer_periods_before_it_hides() -> None:
    start, end = date(2026, 1, 5), date(2026, 3, 29)
    days = pl.date_range(start, end, "2d", eager=True)
    said = pl.DataFrame({"author_key": [f"a{i}" for i in range(len(days))], "created_day": days})
    found = trend(said, said.head(0), start, end)
    assert found.weeks == 2
    assert all(point.residents and point.residents >= MINIMUM_AUTHORS for point in found.points)
    assert found.points[-1].last_day == end


def _message(number: int, text: str, **more: object) -> dict[str, object]:
    return {
        "message_id": f"x:{number}",
        "author_kind": "resident",
        "author_key": f"a{number}",
        "platform": "x",
        "kind": "comment",
        "created_day": date(2026, 5, 1),
        "text": text,
        "url": None,
        "theme_id": "t",
        "theme_confidence": 0.9,
        "theme_basis": "own",
        "is_question": False,
        "quotable": True,
        "dup_of": None,
        "likes": None,
    } | more


def _quoted(*messages: dict[str, object]) -> list[str]:
    frame = pl.DataFrame(
        messages, infer_schema_length=None, schema_overrides={"dup_of": pl.String, "url": pl.String}
    )
    return [quote.text for quote in theme_voices(frame, ["t"])["t"].quotes]


@pytest.mark.parametrize(
    "more",
    [
        {"quotable": False},
        {"quotable": None},
        {"author_kind": "municipality"},
        {"author_kind": "unknown"},
        {"kind": "contact"},
        {"kind": "report"},
        {"kind": None},
        {"dup_of": "x:0"},
        {"theme_id": "other"},
        {"text": "Te kort."},
        {"text": "Te lang. " * 30},
        {"text": "[naam] en [naam] stonden met [TELEFOON-1] voor de deur te wachten."},
        {"text": "Kijk maar wat hij schreef op https://voorbeeld.nl/profiel"},
        {"text": "Dat moet je aan @buurman vragen, die weet er alles van."},
    ],
    ids=str,
)
def test_never_quoted(more: dict[str, object]) -> None:
    fine = "De lantaarnpaal op de hoek is al weken stuk."
    assert _quoted(_message(1, fine)) == [fine]
    assert _quoted(_message(1, fine) | more) == []


def test_one_quote_per_author_and_no_near_equal_ones() -> None:
    texts = [
        "De lantaarnpaal op de hoek is al weken stuk.",
        "Op het schoolplein brandt ook geen enkele lamp.",
        "De lantaarnpaal op de hoek is weer weken stuk!",
        "Fietsen zonder licht wordt hier levensgevaarlijk.",
    ]
    assert _quoted(
        _message(1, texts[0]),
        _message(2, texts[1], author_key="a1"),
        _message(3, texts[2]),
        _message(4, texts[3]),
    ) == [texts[0], texts[3]]


def test_own_words_with_high_confidence_go_first() -> None:
    sure = "Deze zin gaat heel zeker over verlichting."
    unsure = "Misschien bedoelt iemand lampen langs paden."
    inherited = "Hier precies hetzelfde probleem vandaag weer."
    assert _quoted(
        _message(1, inherited, theme_basis="inherited", theme_confidence=0.99),
        _message(2, unsure, theme_confidence=0.5),
        _message(3, sure),
    ) == [sure, unsure, inherited]


def test_an_author_is_quoted_once_in_the_whole_report() -> None:
    one, two = (
        "De lantaarnpaal op de hoek is al weken stuk.",
        "En waar blijft de bus van half negen toch weer.",
    )
    frame = pl.DataFrame([_message(1, one), _message(2, two, author_key="a1", theme_id="u")])
    frame = frame.with_columns(pl.col("dup_of", "url").cast(pl.String))
    voices = theme_voices(frame, ["t", "u"])
    assert (len(voices["t"].quotes), len(voices["u"].quotes)) == (1, 0)


def test_the_main_question_is_the_one_most_like_the_others() -> None:
    asked = [
        "Mag ik de wethouder eens uitnodigen voor koffie?",
        "Wanneer wordt de kapotte container bij de winkels gemaakt?",
        "Goedemorgen. Wanneer wordt die container bij onze winkels gemaakt?",
    ]
    frame = pl.DataFrame([_message(i, text, is_question=True) for i, text in enumerate(asked)])
    questions = theme_voices(frame.with_columns(pl.col("dup_of", "url").cast(pl.String)), ["t"])[
        "t"
    ].questions
    assert questions[0].text == asked[1]
    assert len(questions) == 2
