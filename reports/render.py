"""The report as one accessible HTML page, and the archive page: no script, nothing fetched, all escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import wording
from reports.advice import RULES
from reports.charts import agenda_chart, gap_chart
from reports.disclosure import HIDDEN, MINIMUM_AUTHORS
from reports.drawings import shares_drawings, trend_drawing
from reports.figures import ThemeFigures
from reports.gap_report import GapReport
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
        # The charts escape their own texts.
        gap_chart=Markup(gap_chart(charted)),  # noqa: S704 - our own SVG, its texts escaped by charts.py
        agenda_chart=Markup(agenda_chart(report.agenda.months)),  # noqa: S704 - our own SVG, its texts escaped by charts.py
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
