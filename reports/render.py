"""The report as one accessible HTML page, and the archive page: no script, nothing fetched, all escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import wording
from reports.advice import RULES
from reports.charts import (
    agenda_chart,
    calibration_chart,
    confusion_chart,
    gap_chart,
    quality_chart,
    redrawn_chart,
)
from reports.disclosure import HIDDEN, MINIMUM_AUTHORS
from reports.drawings import shares_drawings, trend_drawing
from reports.figures import ThemeFigures
from reports.gap_report import GapReport
from reports.measure_input import EvaluationInput, StabilityInput
from reports.measure_view import evaluation_view, stability_view
from reports.speakers import KNOWN_BIAS, KNOWN_BIAS_SOURCE, NOT_PUBLIC_OPINION

_CHART_THEMES = 4


@dataclass(frozen=True)
class ArchiveEntry:
    """One published report: the day it looks back from, and its files (names within its folder)."""

    as_of: date
    files: tuple[str, ...]


def render_html(report: GapReport) -> str:
    """The whole report as HTML; the same report gives the same bytes."""
    charted = chart_themes(report)
    drawings = shares_drawings([story.figures for story in report.silent])
    return _PAGES.get_template("report.html").render(
        report=report,
        charted=charted,
        gap_chart=_drawn(gap_chart(charted)),
        agenda_chart=_drawn(agenda_chart(report.agenda.months)),
        drawings=dict(zip((s.figures.theme_id for s in report.silent), drawings, strict=True)),
        trend_drawing=trend_drawing,
        rules=RULES,
        phases=wording.PHASES,
        hidden=HIDDEN,
        minimum=MINIMUM_AUTHORS,
        not_public_opinion=NOT_PUBLIC_OPINION,
        known_bias=KNOWN_BIAS,
        known_bias_source=KNOWN_BIAS_SOURCE,
    )


def render_archive(entries: Sequence[ArchiveEntry]) -> str:
    """The list of all reports, in the order given."""
    return _PAGES.get_template("archive.html").render(entries=entries)


def render_evaluation(data: EvaluationInput) -> str:
    """The figures against a gold set as HTML."""
    view = evaluation_view(data)
    return _PAGES.get_template("evaluation.html").render(
        view=view,
        quality_chart=_drawn(quality_chart(view.data.themes, view.spoken_quality)),
        confusion_chart=_drawn(confusion_chart(view.data.confusion, view.names, view.spoken_confusion)),
        calibration_chart=_drawn(calibration_chart(view.data.calibration, view.spoken_calibration)),
    )


def render_stability(data: StabilityInput) -> str:
    """How steady the figures are as HTML."""
    view = stability_view(data)
    return _PAGES.get_template("stability.html").render(
        view=view, redrawn_chart=_drawn(redrawn_chart(view.charted, view.spoken))
    )


def _drawn(chart: str) -> Markup:
    return Markup(chart)  # noqa: S704 - our own SVG, its texts escaped by charts.py


def chart_themes(report: GapReport) -> tuple[ThemeFigures, ...]:
    """What the gap chart shows: the top silent themes, then the surplus themes."""
    surplus = [figures for figures in report.surplus if not figures.hidden]
    return (*report.silent_figures[:_CHART_THEMES], *surplus[:_CHART_THEMES])


def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "whole": wording.whole,
        "decimal": wording.decimal,
        "percent": wording.percent,
        "rough_percent": wording.rough_percent,
        "interval": wording.interval,
        "points": wording.points,
        "short_points": wording.short_points,
        "residents": wording.residents,
        "messages": wording.messages,
        "posts": wording.posts,
        "counted": wording.counted,
        "hours": wording.hours,
        "day": wording.day,
        "short_day": wording.short_day,
        "month": wording.month,
        "month_label": wording.month_label,
        "platform": wording.platform_name,
        "verdict": wording.verdict_word,
        "indicator_value": wording.indicator_value,
    }
    pages.globals |= {"period": wording.period}
    return pages


_PAGES = _pages()
