"""A night of an invented municipality, as the flow would hand it to the report.

Every text is made up. The figures follow from the messages, so that the report can be checked by hand.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from reports.report_input import COLUMNS, ReportInput
from tests.report_themes import FILL, THEMES, ExampleTheme

START, END = date(2025, 11, 24), date(2026, 5, 24)
RUN = "2026-05-24-3f9c2a71"
_LEFT_OUT = "Het bestand nextdoor_mei.csv is niet meegenomen: de kolom 'datum' ontbreekt."


_AREAS = ("Oosterhaven", "De Weide", "Centrum", "Meerzicht", "Noordbroek", "Het Zand")
_PLATFORMS = ("facebook",) * 6 + ("instagram",) * 2 + ("x", "nextdoor")


def example_input() -> ReportInput:
    """The night of 24 May 2026 in Meerwold: 17 themes, some 800 messages, one file left out."""
    messages = pl.DataFrame(list(_messages(random.Random(7))), infer_schema_length=None)
    gap = _gap(messages, END, RUN)
    return ReportInput(
        municipality="Meerwold",
        as_of=END,
        window_start=START,
        window_end=END,
        run_id=RUN,
        version="0.1.0",
        gap=gap,
        previous_gap=_previous(gap),
        theme_week=_theme_week(messages),
        signals=pl.DataFrame(
            [
                _signal("jongerenoverlast", "burst", date(2026, 5, 4), 31, 8.2, 7.4),
                _signal("e-stroomstoring", "weak_signal", date(2026, 4, 27), 3, 0.3, 2.6),
                _signal("bomen", "weak_signal", date(2026, 4, 13), 6, 1.4, 2.1),
            ]
        ),
        agenda=_agenda(),
        response=_response(messages),
        words=_words(),
        messages=messages,
        exports=_exports(),
        maturity=_maturity(),
        actions=_actions(),
        notices=(_LEFT_OUT,),
    )


def empty_input(*, without_columns: bool = False) -> ReportInput:
    """A night in which nothing was found; frames with all columns and no rows, or without columns."""
    frames: dict[str, Any] = {
        name: pl.DataFrame() if without_columns else pl.DataFrame(schema=schema)
        for name, schema in COLUMNS.items()
    }
    return replace(example_input(), **frames, notices=())


def _messages(draw: random.Random) -> Iterator[dict[str, Any]]:
    number = 0
    for theme in THEMES:
        for i in range(theme.residents):
            number += 1
            # A few residents write often, as everywhere.
            author = f"a{draw.randrange(40) if draw.random() < 0.25 else 100 + number}"
            asks = draw.random() < theme.question_share
            text = draw.choice(theme.asked if asks else theme.said).format(x=draw.choice(FILL))
            near = theme.area is not None and draw.random() < 0.72
            day = END - timedelta(days=int(draw.random() ** (2.5 if theme.late else 1.1) * 181))
            yield _message(
                f"facebook:{number}",
                theme,
                day,
                text,
                author_kind="resident",
                author_key=None if draw.random() < 0.05 else author,
                platform=draw.choice(_PLATFORMS) if theme.residents > 3 else "facebook",
                kind="comment",
                is_question=asks,
                area_name=(theme.area if near else draw.choice(_AREAS)) if draw.random() < 0.6 else None,
                likes=draw.randrange(40),
                theme_basis=draw.choice(("own", "own", "context")),
                theme_confidence=round(draw.uniform(0.5, 0.98), 3),
                dup_of=f"facebook:{number - 1}" if i % 41 == 40 else None,
            )
        for _ in range(theme.posts):
            number += 1
            day = START + timedelta(days=draw.randrange(182))
            text = f"Kijk op onze website voor het laatste nieuws over {theme.label.lower()}."
            yield _message(f"facebook:{number}", theme, day, text, author_kind="municipality", kind="post")


def _message(message_id: str, theme: ExampleTheme, day: date, text: str, **more: object) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "author_kind": "resident",
        "author_key": "gemeente",
        "platform": "facebook",
        "kind": "comment",
        "created_day": day,
        "text": text,
        "url": f"https://www.facebook.com/gemeentemeerwold/posts/{message_id.partition(':')[2]}",
        "theme_id": theme.theme_id,
        "theme_confidence": 0.9,
        "theme_basis": "own",
        "is_question": False,
        "quotable": True,
        "area_name": None,
        "dup_of": None,
        "likes": None,
    } | more


def _interval(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval at z = 3: wide, as simultaneous intervals are."""
    z2, p = 9.0, count / total
    middle, half = p + z2 / (2 * total), 3 * math.sqrt(p * (1 - p) / total + z2 / (4 * total**2))
    return max(0.0, (middle - half) / (1 + z2 / total)), (middle + half) / (1 + z2 / total)


def _gap(messages: pl.DataFrame, as_of: date, run_id: str) -> pl.DataFrame:
    said = messages.filter(pl.col("author_kind") == "resident", pl.col("dup_of").is_null())
    voices_all, posts_all = said.height, sum(theme.posts for theme in THEMES)
    rows = []
    for theme in THEMES:
        own = said.filter(pl.col("theme_id") == theme.theme_id)
        authors = own["author_key"].drop_nulls().n_unique() + own["author_key"].null_count()
        low, high = _interval(own.height, voices_all)
        posts_low, posts_high = _interval(theme.posts, posts_all)
        share, post_share = own.height / voices_all, theme.posts / posts_all
        rows.append(
            {
                "run_id": run_id,
                "as_of": as_of,
                "window_start": START,
                "window_end": as_of,
                "theme_id": theme.theme_id,
                "resident_messages": own.height,
                "resident_authors": authors,
                "resident_voices": own.height,
                "municipality_messages": theme.posts,
                "resident_share": share,
                "resident_share_low": low,
                "resident_share_high": high,
                "municipality_share": post_share,
                "municipality_share_low": posts_low,
                "municipality_share_high": posts_high,
                "difference_pp": 100 * (share - post_share),
                "log2_ratio": math.log2((own.height + 0.5) / voices_all / ((theme.posts + 0.5) / posts_all)),
                "log_odds_z": (share - post_share) * 60,
                "q_value": math.exp(-abs(share - post_share) * 120),
                "verdict": theme.verdict,
                "reason": _REASONS[theme.verdict],
                "theme_label": theme.label,
                "department": theme.department,
                "keywords": theme.label.lower().split()[:3],
                "theme_origin": "emergent" if theme.theme_id.startswith("e-") else "catalogue",
            }
        )
    return pl.DataFrame(rows)


_REASONS = {
    "stil": "Inwoners praten er veel meer over dan wij posten, en dat is geen toeval (q kleiner dan 0,05).",
    "overschot": "Wij posten er veel meer over dan inwoners erover praten, en dat is geen toeval.",
    "in_balans": "Het verschil is klein genoeg om toeval te kunnen zijn.",
    "onzeker": "Bij herhaling op een deel van de berichten hield het oordeel geen stand.",
    "te_weinig": "Te weinig inwoners of posts voor een oordeel.",
}


def _previous(gap: pl.DataFrame) -> pl.DataFrame:
    theme = pl.col("theme_id")
    return gap.filter(theme != "e-stroomstoring").with_columns(
        run_id=pl.lit("2026-04-26-11c0ffee"),
        as_of=pl.lit(date(2026, 4, 26)),
        verdict=pl.when(theme == "jongerenoverlast")
        .then(pl.lit("in_balans"))
        .when(theme == "zwembad")
        .then(pl.lit("stil"))
        .otherwise("verdict"),
        resident_share=pl.col("resident_share")
        * pl.when(theme == "te-hard-rijden").then(0.7).otherwise(1.03),
    )


def _theme_week(messages: pl.DataFrame) -> pl.DataFrame:
    return (
        messages.filter(pl.col("dup_of").is_null())
        .group_by(
            pl.col("created_day").dt.truncate("1w").alias("week"), "theme_id", "author_kind", "platform"
        )
        .agg(messages=pl.len(), authors=pl.col("author_key").n_unique())
        .with_columns(share=pl.col("messages") / pl.col("messages").sum().over("week", "author_kind"))
    )


def _signal(
    theme_id: str, kind: str, since: date, messages: int, expected: float, score: float
) -> dict[str, Any]:
    label = next(theme.label for theme in THEMES if theme.theme_id == theme_id)
    return {
        "run_id": RUN,
        "theme_id": theme_id,
        "theme_label": label,
        "kind": kind,
        "since": since,
        "messages": messages,
        "expected": expected,
        "score": score,
    }


def _agenda() -> pl.DataFrame:
    distances = {"2025-12": 0.52, "2026-01": 0.55, "2026-02": 0.49, "2026-03": 0.58, "2026-04": 0.61}
    return pl.DataFrame(
        {
            "run_id": RUN,
            "as_of": END,
            "window": window,
            "js_distance": distance,
            "resident_entropy": 3.31,
            "municipality_entropy": 2.94,
            "rank_correlation": -0.18,
            "unassigned_resident_share": 0.14,
            "unassigned_municipality_share": 0.09,
        }
        for window, distance in {"report": 0.57, **distances, "2026-05": 0.63}.items()
    )


def _response(messages: pl.DataFrame) -> pl.DataFrame:
    asked = messages.filter("is_question", pl.col("dup_of").is_null())
    slow = pl.col("theme_id").is_in(["te-hard-rijden", "openbaar-vervoer"])
    return (
        asked.group_by(pl.col("created_day").dt.truncate("1w").alias("week"), "platform", "theme_id")
        .agg(questions=pl.len())
        .with_columns(answered=pl.when(slow).then(0).otherwise((pl.col("questions") * 0.6).ceil().cast(int)))
        .with_columns(
            answer_rate=pl.col("answered") / pl.col("questions"),
            median_hours_to_answer=pl.when(pl.col("answered") > 0).then(
                pl.col("week").dt.day().cast(float) + 3
            ),
        )
    )


def _words() -> pl.DataFrame:
    sides = {
        "resident": ("kliko", "pasje", "stank", "overvol", "rooster", "meeuw", "bak"),
        "municipality": ("minicontainer", "milieustraat", "grondstof", "inzameldag", "restafval"),
    }
    return pl.DataFrame(
        {
            "run_id": RUN,
            "theme_id": "afvalinzameling",
            "side": side,
            "lemma": lemma,
            "resident_texts": 40 - 4 * place if side == "resident" else 0,
            "municipality_texts": 0 if side == "resident" else 3,
            "log_odds_z": (6.0 - place / 2) * (1 if side == "resident" else -1),
        }
        for side, lemmas in sides.items()
        for place, lemma in enumerate(lemmas)
    )


def _exports() -> pl.DataFrame:
    rows = (
        ("facebook", "facebook_mei.json", 1480, 1466, 9, "loaded", None),
        ("x", "x_mei.json", 212, 209, 0, "loaded", None),
        ("nextdoor", "nextdoor_mei.csv", 96, 0, 0, "left_out", _LEFT_OUT),
    )
    names = ("source_id", "file_name", "rows_read", "rows_loaded", "rows_quarantined", "status", "reason")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], infer_schema_length=None)


def _maturity() -> pl.DataFrame:
    rows = (
        (1, "Aandeel weken met ten minste één post", 1.0, 0.9, True),
        (2, "Aandeel posts dat iets vraagt of uitnodigt", 0.12, 0.10, True),
        (2, "Aandeel vragen met een antwoord", 0.51, 0.50, True),
        (3, "Aandeel vragen met een antwoord binnen een dag", 0.38, 0.75, False),
        (3, "Overlap van de agenda's (1 min de afstand)", 0.43, 0.60, False),
        (3, "Antwoorden buiten kantooruren", None, 0.1, None),
        (4, "Afdelingen die een thema oppakten", 2.0, 4.0, False),
        (4, "Aandeel acties met terugkoppeling", 0.33, 0.8, False),
    )
    names = ("phase", "indicator", "value", "threshold", "met")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], infer_schema_length=None)


def _actions() -> pl.DataFrame:
    rows = (
        (
            "1",
            "zwembad",
            "Vragenuurtje met de wethouder",
            "Sport",
            date(2026, 3, 9),
            date(2026, 3, 30),
            3.1,
            0.4,
        ),
        ("2", "afvalinzameling", "Kapotte containers gemeld", "Afval", date(2026, 4, 2), None, 17.5, 18.2),
        ("3", "parkeren", "Enquête onder winkeliers", "Parkeren", date(2026, 5, 11), None, 1.9, None),
    )
    names = (
        "action_id",
        "theme_id",
        "action",
        "owner_department",
        "started_on",
        "told_residents_on",
        "gap_before",
        "gap_after",
    )
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], infer_schema_length=None)
