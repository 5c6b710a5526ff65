"""Charts as SVG text: the gap per theme and the distance of the agendas over the months.

One language of form everywhere: residents are a filled circle on a solid line, the municipality an open
diamond on a dashed line. It can be told apart in grey and by the colour-blind. The bytes are the same on
every run: no layout depends on measured text, and nothing is fetched.
"""

import re
from collections.abc import Sequence
from html import escape

import altair as alt
import polars as pl
import vl_convert

from reports import wording
from reports.agenda_view import AgendaMonth
from reports.figures import Share, ThemeFigures

RESIDENTS = "#0b4f71"
MUNICIPALITY = "#b4560a"
INK = "#22282c"
MUTED = "#586269"
GRID = "#d8dcdf"
PAPER = "#ffffff"

_WIDTH = 380
_MARGIN = {"left": 4, "right": 12, "top": 9, "bottom": 26}
_ROW = 52
_SHARES = alt.Axis(format=".2~%", tickCount=6, title=None)
_LABEL_LENGTH = 38
_SPOKEN_PARTS = re.compile(r"<[a-z][^>]*>")


def gap_chart(themes: Sequence[ThemeFigures]) -> str:
    """Per theme the share among residents and among our posts, each with its interval; '' for no theme.

    Themes whose shares are hidden are left out.
    """
    told = [f for f in themes if f.resident_share and f.municipality_share]
    if not told:
        return ""
    sides = pl.DataFrame(
        [
            _lane(place, share, side)
            for place, figures in enumerate(told)
            for share, side in ((figures.resident_share, "resident"), (figures.municipality_share, "own"))
            if share
        ]
    )
    labels = pl.DataFrame(
        {
            "y": [float(place) for place in range(len(told))],
            "label": [wording.shortened(f.label, _LABEL_LENGTH) for f in told],
            "difference": [
                "" if f.difference_pp is None else wording.short_points(f.difference_pp) for f in told
            ],
        }
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(told) - 0.3, -0.35], nice=False), axis=None)
    layers = [
        _intervals(sides.filter(pl.col("side") == "resident"), y, RESIDENTS, [1, 0]),
        _intervals(sides.filter(pl.col("side") == "own"), y, MUNICIPALITY, [4, 3]),
        _points(sides.filter(pl.col("side") == "resident"), y, "circle", RESIDENTS),
        _points(sides.filter(pl.col("side") == "own"), y, "diamond", PAPER),
        alt.Chart(labels)
        .mark_text(align="left", fontSize=14, fontWeight="bold", color=INK)
        .encode(x=alt.value(0), y=y, text="label:N"),
        alt.Chart(labels)
        .mark_text(align="right", fontSize=13, color=MUTED)
        .encode(x=alt.value(_WIDTH), y=y, text="difference:N"),
    ]
    spoken = "; ".join(f"{f.label}: {_spoken(f)}" for f in told)
    chart = alt.LayerChart(layer=layers, width=_WIDTH, height=_ROW * len(told))
    return _svg(chart, "kloof", "Aandeel per thema: inwoners en gemeente", spoken)


def agenda_chart(months: Sequence[AgendaMonth]) -> str:
    """The distance of the agendas per month, from 0 (equal) to 1 (nothing in common); '' under two months."""
    if len(months) < 2:
        return ""
    frame = pl.DataFrame(
        {
            "place": [float(place) for place in range(len(months))],
            "month": [wording.month_label(month.month) for month in months],
            "distance": [month.distance for month in months],
            "figure": [wording.decimal(month.distance, 2) for month in months],
        }
    )
    # With many months only some get a label, the last one always.
    step = -(-len(months) // 6)
    labelled = frame.filter((len(months) - 1 - pl.col("place")) % step == 0)
    x = alt.X("place:Q", scale=alt.Scale(domain=[-0.35, len(months) - 0.65], nice=False), axis=None)
    y = alt.Y(
        "distance:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", title=None),
    )
    base = alt.Chart(frame).encode(x=x, y=y)
    layers = [
        base.mark_line(color=INK, strokeWidth=2),
        base.mark_point(shape="square", filled=True, color=INK, size=44, opacity=1),
        alt.Chart(labelled).mark_text(dy=-13, fontSize=13, color=INK).encode(x=x, y=y, text="figure:N"),
        alt.Chart(labelled)
        .mark_text(dy=18, fontSize=13, color=MUTED)
        .encode(x=x, y=alt.datum(0), text="month:N"),
    ]
    spoken = "; ".join(
        f"{wording.month_label(month.month)}: {wording.decimal(month.distance, 2)}" for month in months
    )
    chart = alt.LayerChart(layer=layers, width=_WIDTH - 30, height=120)
    return _svg(chart, "afstand", "Afstand van de agenda's per maand", spoken, left=34)


def _lane(place: int, share: Share, side: str) -> dict[str, object]:
    return {
        "y": place + (0.34 if side == "resident" else 0.55),
        "side": side,
        "value": share.value,
        "low": share.value if share.low is None else share.low,
        "high": share.value if share.high is None else share.high,
    }


def _intervals(side: pl.DataFrame, y: alt.Y, colour: str, dash: list[int]) -> alt.Chart:
    x = alt.X("low:Q", scale=alt.Scale(domainMin=0, nice=True), axis=_SHARES, title=None)
    rule: alt.Chart = (
        alt.Chart(side).mark_rule(color=colour, strokeWidth=2, strokeDash=dash).encode(x=x, x2="high:Q", y=y)
    )
    return rule


def _points(side: pl.DataFrame, y: alt.Y, shape: str, fill: str) -> alt.Chart:
    stroke = MUNICIPALITY if fill == PAPER else fill
    point: alt.Chart = (
        alt.Chart(side)
        .mark_point(shape=shape, filled=True, fill=fill, stroke=stroke, strokeWidth=2, size=100, opacity=1)
        .encode(x=alt.X("value:Q", axis=_SHARES, title=None), y=y)
    )
    return point


def _spoken(figures: ThemeFigures) -> str:
    resident, own = figures.resident_share, figures.municipality_share
    return (
        f"inwoners {wording.percent(resident.value)}, gemeente {wording.percent(own.value)}"
        if resident and own
        else ""
    )


def _svg(chart: alt.LayerChart, name: str, title: str, spoken: str, left: int = 4) -> str:
    whole = chart.properties(
        autosize=alt.AutoSizeParams(type="none"), padding=_MARGIN | {"left": left}, background="transparent"
    ).configure(
        font="sans-serif",
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=13,
            labelColor=MUTED,
            gridColor=GRID,
            domainColor=GRID,
            ticks=False,
            labelPadding=7,
        ),
    )
    drawn = vl_convert.vegalite_to_svg(whole.to_dict(), allowed_base_urls=[], format_locale="nl-NL")
    size = re.search(r'viewBox="([^"]*)"', drawn)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{size[1] if size else ""}" '
        f'role="img" aria-labelledby="{name}-titel {name}-tekst">'
        f'<title id="{name}-titel">{escape(title)}</title><desc id="{name}-tekst">{escape(spoken)}</desc>'
    )
    return re.sub(r"^<svg[^>]*>", lambda _: opening, _SPOKEN_PARTS.sub(_without_roles, drawn))


def _without_roles(tag: re.Match[str]) -> str:
    """A tag within a drawing without its own role and words (English): the title and text speak for all."""
    return re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", tag[0])
