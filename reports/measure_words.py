"""Figures about weerklank itself in plain Dutch: what each is called, its value and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reports import wording

OUTCOMES = {
    "confirmed": "bevestigd",
    "false": "onjuist",
    "undecided": "niet te zeggen",
    "unnamed": "niet in de labels",
    "missed": "gemist",
    "found": "gevonden",
    "extra": "extra",
}
KINDS = {"burst": "piek", "weak_signal": "zwak signaal"}
UNKNOWN = "–"
WITHOUT_THEME = "geen thema"

Row = Mapping[str, float | None]
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class Line:
    """One figure: its Dutch name, its value as text and one sentence on what it says."""

    name: str
    value: str
    meaning: str


def evaluation_lines(row: Row) -> tuple[Line, ...]:
    """The figures against a gold set; `row` is the row of EvaluationInput.figures."""
    return (
        Line("Gelabelde berichten", _count(row["messages"]), "Berichten waar een label bij hoort."),
        Line("Labels zonder bericht", _count(row["missing"]), "Het bericht staat niet in de database."),
        Line("Regels zonder thema", _count(row["unlabelled"]), "Overgeslagen: de kolom theme is leeg."),
        Line("Berichten die mensen leerden", _count(row["taught"]), "Hun thema komt van een mens."),
        Line(
            "Goed ingedeeld",
            _percent(row["accuracy"]),
            "Van de berichten met een thema; een gevonden thema telt als zijn meest voorkomende label.",
        ),
        Line(
            "V-maat", _decimal(row["v_measure"]), "Hoe goed beide indelingen op elkaar passen, van 0 tot 1."
        ),
        Line("Ten onrechte zonder thema", _percent(row["lost"]), "Van de berichten met een thema."),
        Line(
            "Overig: zonder thema gelaten",
            _percent(row["recognised_without"]),
            "Van de berichten met label overig.",
        ),
        Line(
            "Overig: buiten de thema's",
            _percent(row["recognised_outside"]),
            "Zonder thema, of onder een thema dat vooral uit overig bestaat.",
        ),
        Line(
            "Thema's gevonden",
            f"{_count(row['themes_found'])} van {_count(row['themes_named'])}",
            "Voor zoveel thema's van de labels staat een gevonden thema.",
        ),
        Line(
            "Rangcorrelatie van de kloven",
            _decimal(row["gap_rank_correlation"]),
            "1: de thema's staan op volgorde van de ware kloof.",
        ),
        Line(
            "Gemiddelde fout van een kloof",
            UNKNOWN if (error := row["gap_mean_error_pp"]) is None else f"{wording.decimal(error)} pp",
            "Gevonden min ware kloof, zonder teken, in procentpunten.",
        ),
        Line(
            "Grootste kloven gevonden",
            f"{_count(row['top_gaps_hit'])} van {_count(row['top_gaps'])}",
            "Van de grootste ware kloven.",
        ),
        Line(
            "Fout van de zekerheid",
            _percent(row["calibration_error"]),
            "Hoe ver zekerheid en uitkomst uiteenlopen.",
        ),
        Line(
            "Vragen: precisie",
            _percent(row["question_precision"]),
            "Van wat een vraag heet, is zoveel er een.",
        ),
        Line("Vragen: bereik", _percent(row["question_recall"]), "Van de vragen is zoveel gevonden."),
    )


def assigner_lines(row: Row) -> tuple[Line, ...]:
    """The figures of the assigner; `row` is the row of StabilityInput.figures."""
    return (
        Line(
            "Voorbeelden goed ingedeeld",
            _percent(row["leave_one_out_accuracy"]),
            f"Elk van de {_count(row['examples'])} voorbeelden, gelezen alsof het er niet was;"
            f" {_count(row['themes'])} keuzes.",
        ),
        Line(
            "Correcties goed ingedeeld",
            _percent(row["corrections_accuracy"]),
            f"Elk van de {_count(row['corrections'])} verbeteringen, zonder zichzelf gelezen.",
        ),
    )


def known(value: _Number | None, written: Callable[[_Number], str]) -> str:
    """The value as `written` writes it, a dash when it is not known."""
    return UNKNOWN if value is None else written(value)


def points_interval(low: float, high: float) -> str:
    """Both ends of an interval in percentage points: −1,2 tot +3,4 pp."""
    return f"{wording.short_points(low).removesuffix(' pp')} tot {wording.short_points(high)}"


def _count(value: float | None) -> str:
    return known(value, lambda number: wording.whole(int(number)))


def _percent(value: float | None) -> str:
    return known(value, wording.percent)


def _decimal(value: float | None) -> str:
    return known(value, lambda number: wording.decimal(number, 2))
