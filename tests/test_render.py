import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from reports.gap_report import build_gap_report
from reports.render import ArchiveEntry, render_archive, render_html
from reports.report_input import COLUMNS, ReportInput
from tests.report_input import empty_input, example_input

EXAMPLE = example_input()
PAGE = render_html(build_gap_report(EXAMPLE))
EMPTY = render_html(build_gap_report(empty_input()))
ARCHIVE = render_archive([ArchiveEntry(date(2026, 5, 24), ("gap.csv", "index.html"))])
PAGES = pytest.mark.parametrize("page", [PAGE, EMPTY, ARCHIVE], ids=["example", "empty", "archive"])

# Starts as a formula, closes what may be open, and opens what must not be; also for the template language.
PAYLOAD = (
    "=x\"'></style></title></svg><script>alert(1)</script><img src=q onerror=alert(1)>"
    "{{ 7*191 }}\u202e\x1b[2J&"
)
# Told apart by the code, so not free text.
CODES = {
    "author_kind",
    "kind",
    "status",
    "side",
    "window",
    "verdict",
    "theme_origin",
    "theme_basis",
    "dup_of",
}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text within the ones that are asked for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def hostile_input() -> ReportInput:
    """The example with the payload in every text, ids and names of platforms included."""
    frames: dict[str, Any] = {}
    for name in COLUMNS:
        frame: pl.DataFrame = getattr(EXAMPLE, name)
        texts = [c for c, t in frame.schema.items() if t == pl.String and c not in CODES]
        lists = [c for c, t in frame.schema.items() if t == pl.List(pl.String)]
        frames[name] = frame.with_columns(
            pl.col(texts) + PAYLOAD, pl.col(lists).list.eval(pl.element() + PAYLOAD)
        )
    hostile = replace(EXAMPLE, **frames)
    return replace(
        hostile,
        municipality=PAYLOAD,
        run_id=PAYLOAD,
        version=PAYLOAD,
        notices=(PAYLOAD, PAYLOAD + "2"),
    )


def test_hostile_text_stays_text() -> None:
    html = render_html(build_gap_report(hostile_input()))
    page, calm = Page(html), Page(PAGE)
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in calm.elements}
    assert not [a for _, attributes in page.elements for a in attributes if a.startswith("on") or a == "src"]
    assert "<script" not in html
    assert "{{ 7*191 }}" in html
    assert "1337" not in html
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", html)
    # The payload arrived in quotes, labels, departments, reasons, notices and the chart.
    assert html.count("&lt;script&gt;") > 100
    assert any("<script>" in text for text in page.texts["desc"])


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,<b>", "//evil.example", "vbscript:x", "https:/x y"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    messages = EXAMPLE.messages.with_columns(url=pl.lit(url))
    page = Page(render_html(build_gap_report(replace(EXAMPLE, messages=messages))))
    assert {attributes["href"][0] for attributes in page.all("a")} == {"#"}


def test_links_to_conversations_give_nothing_away() -> None:
    outward = [a for a in Page(PAGE).all("a") if a["href"].startswith("http")]
    assert len(outward) > 5
    assert {a["rel"] for a in outward} == {"noopener noreferrer nofollow"}


@PAGES
def test_the_page_loads_nothing(page: str) -> None:
    parsed = Page(page)
    loading = {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "source",
        "base",
        "form",
        "use",
    }
    assert not loading & {tag for tag, _ in parsed.elements}
    assert parsed.all("link") == [{"rel": "icon", "href": "data:,"}]
    assert not {"src", "srcset", "data", "action", "background", "xlink:href", "poster"} & {
        name for _, attributes in parsed.elements for name in attributes
    }
    assert not re.search(r"url\(|@import|@font-face|expression\(", page)
    assert "default-src 'none'" in page


@PAGES
def test_headings_are_in_order(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(page).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


@PAGES
def test_landmarks_language_and_skip_link(page: str) -> None:
    parsed = Page(page)
    assert parsed.all("html") == [{"lang": "nl"}]
    assert len(parsed.all("main")) == len(parsed.all("header")) == 1
    assert parsed.texts["title"][0].strip()
    first_link = parsed.all("a")[0]
    assert (first_link["class"], first_link["href"]) == ("skip", f"#{parsed.all('main')[0]['id']}")


@PAGES
def test_every_reference_within_the_page_leads_somewhere(page: str) -> None:
    parsed = Page(page)
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    targets = {target for value in parsed.values("aria-labelledby") for target in value.split()}
    targets |= {href[1:] for href in parsed.values("href") if href.startswith("#")}
    assert targets <= set(ids)


@PAGES
def test_tables_have_captions_and_headers_a_scope(page: str) -> None:
    parsed = Page(page)
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    assert all(text.strip() for text in parsed.texts.get("caption", []))
    assert {attributes.get("scope") for attributes in parsed.all("th")} <= {"col", "row"}


def test_every_drawing_has_words_or_is_beside_them() -> None:
    drawings = Page(PAGE).all("svg")
    spoken = [svg for svg in drawings if svg.get("role") == "img"]
    assert len(spoken) == 2
    assert all("aria-labelledby" in svg for svg in spoken)
    assert all(svg.get("aria-hidden") == "true" for svg in drawings if svg not in spoken)
    assert "Afval ophalen en containers: inwoners 21,7%, gemeente 2,0%" in PAGE


def test_figures_stand_with_their_n_and_interval() -> None:
    text = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", PAGE))
    assert "21,7% (17,5 tot 26,5%) bij inwoners" in text
    assert "154 inwoners, 164 berichten; 4 posts van ons" in text
    assert "58 van de 164 berichten zijn vragen (35%)" in text
    assert "te weinig" in text


def test_the_warning_about_public_opinion_names_its_source() -> None:
    text = re.sub(r"\s+", " ", PAGE)
    assert "niet de mening van alle inwoners" in text
    assert "Zijlstra Center, 2019" in text
    assert "4.092 reacties" in text


def test_what_was_left_out_is_said_at_the_top_and_in_the_quality_of_the_data() -> None:
    assert PAGE.count("nextdoor_mei.csv is niet meegenomen") == 2
    assert "Alle bronnen zijn meegenomen" in EMPTY


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_html(build_gap_report(example_input())) == PAGE


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_contrast_of_text_and_drawings(mode: int) -> None:
    block = re.findall(r":root \{(.*?)\}", PAGE, re.DOTALL)[mode]
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
    for text in ("ink", "muted", "residents", "municipality"):
        for ground in ("paper", "note"):
            light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
