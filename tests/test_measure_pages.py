"""The pages and texts about weerklank itself: what they say, and that everyone can read them."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from reports.measure_input import EVALUATION_COLUMNS, STABILITY_COLUMNS, EvaluationInput, StabilityInput
from reports.measure_text import evaluation_text, stability_text
from reports.render import render_evaluation, render_stability
from tests.test_render import PAYLOAD, Page

EVALUATION = EvaluationInput(
    gold="gold.csv",
    run_id="2026-09-30-abc",
    as_of=date(2026, 9, 30),
    version="1.2.3",
    figures=pl.DataFrame(
        {
            "messages": [120], "missing": 3, "unlabelled": 2, "taught": 0, "accuracy": 0.7, "v_measure": 0.64,
            "recognised_without": 0.25, "recognised_outside": 0.5, "lost": 0.1, "gap_rank_correlation": 0.9,
            "gap_mean_error_pp": 2.5, "top_gaps_hit": 5, "top_gaps": 7, "themes_found": 2, "themes_named": 3,
            "question_precision": 0.8, "question_recall": None, "calibration_error": 0.157,
            "window_messages": 1200, "window_labelled": 110,
        }
    ),
    themes=pl.DataFrame(
        {
            "theme": ["afval", "parkeren", "wmo"], "messages": [60, 40, 20], "right": [45, 10, 0],
            "precision": [0.9, 0.5, None], "recall": [0.75, 0.25, 0.0], "without": [5, 12, 8],
        }
    ),
    placed=pl.DataFrame(
        {
            "theme": ["afval"] * 6 + ["parkeren"] * 2,
            "theme_label": ["Afvalinzameling", None, "Bomen", "Fietsen", "Honden", "Water", None, "Parkeren"],
            "messages": [45, 5, 4, 3, 2, 1, 12, 10],
        }
    ),
    confusion=pl.DataFrame(
        {
            "theme": ["afval", "parkeren", "parkeren", "wmo"],
            "mapped": ["afval", "overig", "parkeren", "afval"], "messages": [45, 12, 10, 7],
        }
    ),
    calibration=pl.DataFrame(
        {
            "messages": [60, 60], "confidence_low": [0.1, 0.7], "confidence": [0.4, 0.9],
            "confidence_high": [0.6, 1.0], "right": [0.5, 0.8], "right_low": [0.38, 0.68],
            "right_high": [0.62, 0.88],
        }
    ),
    verdict_counts=pl.DataFrame(
        {
            "verdict": ["stil", "overschot"], "confirmed": [2, 1], "false": [1, 0], "undecided": [0, 0],
            "unnamed": [0, 0], "missed": [4, 0],
        }
    ),
    verdicts=pl.DataFrame(
        {
            "outcome": ["confirmed", "missed"], "verdict": ["stil", "stil"],
            "theme_label": ["Afvalinzameling", None], "found_verdict": ["stil", None],
            "found_pp": [6.8, None], "gold_theme": ["afval", "parkeren"], "gold_verdict": ["stil", "stil"],
            "gold_pp": [6.6, 12.0],
        }
    ),
    signals=pl.DataFrame(
        {
            "outcome": ["found"], "kind": ["burst"], "theme_label": ["Water"],
            "gold_theme": ["wateroverlast"], "since": [date(2026, 9, 24)],
        }
    ),
)  # fmt: skip
STABILITY = StabilityInput(
    run_id="2026-09-30-abc",
    as_of=date(2026, 9, 30),
    version="1.2.3",
    figures=pl.DataFrame(
        {
            "draws": [200], "authors": 1368, "posts": 183, "mean_rank_correlation": 0.784, "examples": 3752,
            "themes": 79, "leave_one_out_accuracy": 0.548, "corrections": 4, "corrections_accuracy": 0.75,
        }
    ),
    runs=pl.DataFrame(
        {
            "run_id": ["2026-09-23-x", "2026-09-30-abc"], "as_of": [date(2026, 9, 23), date(2026, 9, 30)],
            "themes": [53, 54], "kept": [None, 52], "lost": ["e-12", ""],
            "resident_rank_correlation": [None, 0.972], "municipality_rank_correlation": [None, 0.9],
        }
    ),
    redrawn=pl.DataFrame(
        {
            "theme_label": ["Afval", "Bomen"], "verdict": ["stil", "in_balans"],
            "difference_pp": [10.3, -0.4], "low_pp": [6.3, -2.0], "high_pp": [13.8, 1.1],
            "sign_kept": [1.0, 0.62], "verdict_kept": [0.96, 0.2],
        }
    ),
)  # fmt: skip


def nothing() -> tuple[EvaluationInput, StabilityInput]:
    """Labels for two messages of one side, and no finished night."""
    empty = {name: pl.DataFrame() for name in EVALUATION_COLUMNS if name != "figures"}
    figures = pl.DataFrame(
        {"messages": [2], "missing": 0, "accuracy": 1.0, "themes_found": 1, "themes_named": 1}
    )
    evaluation = EvaluationInput("gold.csv", None, None, "1.2.3", figures, **empty)
    alike = pl.DataFrame({"theme": ["a"], "mapped": ["a"], "messages": [2]})
    themes = pl.DataFrame({"theme": ["a"], "messages": [2], "right": [2], "recall": [1.0], "without": [0]})
    none = {name: pl.DataFrame() for name in STABILITY_COLUMNS if name != "figures"}
    learned = pl.DataFrame(
        {"examples": [3752], "themes": 79, "leave_one_out_accuracy": 0.548, "corrections": 0}
    )
    return (
        replace(evaluation, confusion=alike, themes=themes),
        StabilityInput(None, None, "1.2.3", learned, **none),
    )


PAGE, STEADY = render_evaluation(EVALUATION), render_stability(STABILITY)
EMPTY, EMPTY_STEADY = render_evaluation(nothing()[0]), render_stability(nothing()[1])
PAGES = pytest.mark.parametrize("page", [PAGE, STEADY, EMPTY, EMPTY_STEADY], ids=["gold", "steady", "0", "1"])


def words(page: str) -> str:
    """The text of a page, cells apart by one space."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", body)).replace("&#39;", "'")


def test_the_page_says_the_figures() -> None:
    said = words(PAGE)
    for sentence in (
        "Van de berichten met een thema is 70% goed ingedeeld.",
        "3 thema's heten stil: de labels bevestigen er 2 en spreken er 1 tegen. Gemist: 4.",
        "Labels zonder bericht 3",
        "Regels zonder thema 2",
        "V-maat 0,64",
        "Overig: zonder thema gelaten 25,0%",
        "Overig: buiten de thema's 50,0%",
        "Thema's gevonden 2 van 3",
        "Gemiddelde fout van een kloof 2,5 pp",
        "Grootste kloven gevonden 5 van 7",
        "Fout van de zekerheid 15,7%",
        "Vragen: bereik –",
        "Die rusten op 110 van de 1.200 berichten in het venster",
        "stil 2 1 0 0 4",
        "afval stil bevestigd stil +6,6 pp Afvalinzameling stil +6,8 pp",
        "parkeren stil gemist stil +12,0 pp – – –",
        "wateroverlast piek gevonden Water 24 september 2026",
        "afval 60 90% 75% 5 Afvalinzameling (45), geen thema (5), Bomen (4), Fietsen (3), elders (3)",
        "wmo 20 – 0% 8 –",
        "parkeren overig 12 55%",
        "10,0 tot 60,0% 40,0% 50,0% 38,0 tot 62,0% 60",
        "niet om te publiceren",
        "Stand van 30 september 2026; run 2026-09-30-abc; weerklank 1.2.3",
    ):
        assert sentence in said, sentence


def test_the_page_of_steadiness_says_the_figures() -> None:
    said = words(STEADY)
    for sentence in (
        "1 thema raakte zijn id kwijt.",
        "Elk oordeel stil of overschot blijft in minstens 96% van de trekkingen staan.",
        "2026-09-23-x 53 – – – e-12",
        "2026-09-30-abc 54 52 0,97 0,90 geen",
        "Opnieuw getrokken uit 1.368 inwoners en 183 posts, 200 keer",
        "rangcorrelatie van 0,78",
        "Afval stil +10,3 pp +6,3 tot +13,8 pp 100% 96%",
        "Bomen in balans −0,4 pp −2,0 tot +1,1 pp 62% 20%",
        "Voorbeelden goed ingedeeld 54,8% Elk van de 3.752 voorbeelden",
        "Correcties goed ingedeeld 75,0% Elk van de 4 verbeteringen",
    ):
        assert sentence in said, sentence


def test_every_drawing_has_a_text_alternative_and_a_table() -> None:
    spoken = dict(zip(Page(PAGE).texts["title"][1:], Page(PAGE).texts["desc"], strict=True))
    assert spoken == {
        "Precisie en bereik per thema": "afval: bereik 75%, precisie 90%; parkeren: bereik 25%, precisie 50%;"
        " wmo: bereik 0%, precisie –",
        "Labels en gevonden thema's": "12 van parkeren gevonden als overig; 7 van wmo gevonden als afval",
        "Zekerheid en het deel dat goed is": "zekerheid 40%: 50% goed; zekerheid 90%: 80% goed",
    }
    assert "1 afval 45 2 parkeren 10 12 3 wmo 7 4 overig" in words(PAGE)
    assert Page(STEADY).texts["desc"] == [
        "Afval: +10,3 pp, +6,3 tot +13,8 pp; Bomen: −0,4 pp, −2,0 tot +1,1 pp"
    ]
    for page in (PAGE, STEADY):
        assert all(svg["role"] == "img" for svg in Page(page).all("svg"))


def test_a_home_without_a_night_leaves_out_what_is_not_known() -> None:
    assert "Kloppen de oordelen?" not in words(EMPTY)
    assert "Zekerheid en het deel" not in EMPTY
    assert "1 keer" not in words(EMPTY_STEADY)
    said = words(EMPTY_STEADY)
    assert "Er is nog geen nacht klaar." in said
    assert "Er is geen thema met genoeg berichten om opnieuw te trekken." in said


@PAGES
def test_the_page_loads_nothing_and_has_one_of_each_landmark(page: str) -> None:
    parsed = Page(page)
    assert not {"script", "img", "iframe", "form"} & {tag for tag, _ in parsed.elements}
    assert not re.search(r"url\(|@import", page)
    assert "default-src 'none'" in page
    assert parsed.all("html") == [{"lang": "nl"}]
    assert len(parsed.all("main")) == len(parsed.all("header")) == len(parsed.all("footer")) == 1
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch("h[1-6]", tag)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


@PAGES
def test_every_reference_leads_somewhere_and_every_table_is_named(page: str) -> None:
    parsed = Page(page)
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    targets = {target for value in parsed.values("aria-labelledby") for target in value.split()}
    assert targets | {href[1:] for href in parsed.values("href") if href.startswith("#")} <= set(ids)
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    assert {attributes.get("scope") for attributes in parsed.all("th")} <= {"col", "row"}


def test_hostile_names_stay_text() -> None:
    codes = {"outcome", "kind", "verdict", "found_verdict", "gold_verdict"}
    frames = {
        name: frame.with_columns(
            pl.col([c for c, t in frame.schema.items() if t == pl.String and c not in codes]) + PAYLOAD
        )
        for name in EVALUATION_COLUMNS
        if (frame := getattr(EVALUATION, name)).width
    }
    hostile = render_evaluation(replace(EVALUATION, gold=PAYLOAD, **frames))
    assert "<script" not in hostile
    assert "1337" not in hostile
    assert {tag for tag, _ in Page(hostile).elements} <= {tag for tag, _ in Page(PAGE).elements}
    assert hostile.count("&lt;script&gt;") > 20
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", hostile)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert (render_evaluation(EVALUATION), render_stability(STABILITY)) == (PAGE, STEADY)


def test_the_text_for_the_terminal_is_a_table_for_each_part() -> None:
    said = evaluation_text(EVALUATION)
    assert [part.splitlines()[0] for part in said.split("\n\n")] == [
        "Tegen de labels in gold.csv", "Uitkomst per oordeel", "Elk oordeel naast de labels",
        "Pieken en zwakke signalen naast de labels", "Per label: hoe goed het wordt gevonden",
        "De grootste verwisselingen", "Tien even grote groepen berichten, van weinig naar veel zekerheid",
    ]  # fmt: skip
    assert "  Goed ingedeeld                   70,0%" in said
    assert "  afval            60       90%     75%             5" in said
    steady = stability_text(STABILITY)
    assert "  2026-09-30-abc       54        52" in steady
    assert "  Voorbeelden goed ingedeeld  54,8%" in steady
    assert not [line for line in (said + steady).splitlines() if line.rstrip() != line]


def test_a_long_table_says_what_it_leaves_out() -> None:
    many = pl.concat([STABILITY.redrawn] * 10)
    assert "\n  en nog 5 rijen\n" in stability_text(replace(STABILITY, redrawn=many))
