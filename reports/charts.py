"""Charts as SVG text: the gap per theme, the distance of the agendas, and how good the themes are.

One language of form everywhere: residents are a filled circle on a solid line, the municipality an open
diamond on a dashed line. It can be told apart in grey and by the colour-blind. The bytes are the same on
every run: no layout depends on measured text, and nothing is fetched. `spoken` is the text alternative.
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
_SIDE_LABELS, _SIDE_LABEL_LENGTH = 238, 34
_NARROW_ROW, _CELL = 21, 18
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


def calibration_chart(bins: pl.DataFrame, spoken: str) -> str:
    """Share right (right, right_low, right_high) against `confidence`, all fractions, beside the diagonal on
    which both are equal; '' for no bin."""
    if bins.is_empty():
        return ""
    axis = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".0%", title=None)
    x = alt.X("confidence:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    y = alt.Y("right:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    equal = pl.DataFrame({"confidence": [0.0, 1.0], "right": [0.0, 1.0]})
    layers = [
        alt.Chart(equal).mark_line(color=INK, strokeWidth=1.5, strokeDash=[4, 3]).encode(x=x, y=y),
        alt.Chart(bins)
        .mark_rule(color=RESIDENTS, strokeWidth=2)
        .encode(x=x, y=alt.Y("right_low:Q", axis=axis), y2="right_high:Q"),
        alt.Chart(bins).mark_point(filled=True, color=RESIDENTS, size=70, opacity=1).encode(x=x, y=y),
    ]
    chart = alt.LayerChart(layer=layers, width=320, height=320)
    return _svg(chart, "zekerheid", "Zekerheid en het deel dat goed is", spoken, left=48)


def quality_chart(themes: pl.DataFrame, spoken: str) -> str:
    """Precision (null for none) and recall of every `theme`, fractions, in the order given; '' for none."""
    if themes.is_empty():
        return ""
    rows = themes.with_columns(y=pl.int_range(pl.len()).cast(pl.Float64))
    y = _places(rows.height)
    x = alt.Scale(domain=[0, 1])
    recall = alt.X(
        "recall:Q", scale=x, axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".0%", title=None)
    )
    precise = alt.Chart(rows.drop_nulls("precision"))
    precision = alt.X("precision:Q", scale=x)
    layers = [
        precise.mark_rule(color=MUTED, strokeWidth=1).encode(x=precision, x2="recall:Q", y=y),
        # The circle fits in the square, so that both are seen where they are equal.
        precise.mark_point(
            shape="square", filled=True, fill=PAPER, stroke=INK, strokeWidth=1.6, size=130, opacity=1
        ).encode(x=precision, y=y),
        alt.Chart(rows).mark_point(filled=True, color=INK, size=45, opacity=1).encode(x=recall, y=y),
        _side_labels(rows, "theme", y),
    ]
    chart = alt.LayerChart(layer=layers, width=270, height=_NARROW_ROW * rows.height)
    return _svg(chart, "kwaliteit", "Precisie en bereik per thema", spoken, left=_SIDE_LABELS)


def confusion_chart(confusion: pl.DataFrame, names: Sequence[str], spoken: str) -> str:
    """How many messages of each label (rows) lie under what stands for each label (columns); '' for none.

    confusion: theme, mapped and messages; names: the labels in order. The stronger the colour, the larger
    the part of the row; columns have the numbers of the rows.
    """
    if confusion.is_empty():
        return ""
    place = (
        pl.DataFrame({"name": names}).with_row_index("place").with_columns(pl.col("place").cast(pl.Float64))
    )
    cells = (
        confusion.join(place.select(theme="name", y="place"), on="theme")
        .join(place.select(mapped="name", x="place"), on="mapped")
        # Half as dark at most: the counts stay readable, also on a dark page.
        .with_columns(shade=pl.col("messages") / pl.col("messages").sum().over("theme") / 2)
    )
    rows = place.select(
        y="place", x="place", number=(pl.col("place") + 1).cast(pl.Int64).cast(pl.String), name="name"
    )
    y, x = _places(len(names)), alt.X("x:Q", scale=alt.Scale(domain=[-0.5, len(names) - 0.5]), axis=None)
    layers = [
        alt.Chart(rows)
        .encode(x=x, y=y)
        .mark_rect(fill=PAPER, stroke=MUTED, width=_CELL - 1, height=_CELL - 1),
        alt.Chart(cells)
        .mark_rect(fill=RESIDENTS, width=_CELL - 1, height=_CELL - 1)
        .encode(x=x, y=y, opacity=alt.Opacity("shade:Q", scale=None)),
        alt.Chart(cells).mark_text(fontSize=10, color=INK).encode(x=x, y=y, text="messages:Q"),
        alt.Chart(rows).mark_text(fontSize=10, color=MUTED).encode(x=x, y=alt.value(-9), text="number:N"),
        alt.Chart(rows)
        .mark_text(fontSize=10, color=MUTED, align="right")
        .encode(x=alt.value(-8), y=y, text="number:N"),
        _side_labels(rows, "name", y, at=-26),
    ]
    chart = alt.LayerChart(layer=layers, width=_CELL * len(names), height=_CELL * len(names))
    return _svg(chart, "verwisseld", "Labels en gevonden thema's", spoken, left=_SIDE_LABELS + 22, top=22)


def redrawn_chart(themes: pl.DataFrame, spoken: str) -> str:
    """The difference of every theme (theme_label) with its interval over the draws (difference_pp, low_pp,
    high_pp, percentage points), in the order given; '' for no theme."""
    if themes.is_empty():
        return ""
    rows = themes.with_columns(y=pl.int_range(pl.len()).cast(pl.Float64))
    y = _places(rows.height)
    axis = alt.Axis(format="~f", tickCount=6, title=None)
    layers = [
        alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=INK, strokeWidth=1).encode(x="zero:Q"),
        alt.Chart(rows)
        .mark_rule(color=RESIDENTS, strokeWidth=2)
        .encode(x=alt.X("low_pp:Q", axis=axis), x2="high_pp:Q", y=y),
        alt.Chart(rows)
        .mark_point(filled=True, color=RESIDENTS, size=70, opacity=1)
        .encode(x=alt.X("difference_pp:Q", axis=axis), y=y),
        _side_labels(rows, "theme_label", y),
    ]
    chart = alt.LayerChart(layer=layers, width=270, height=_NARROW_ROW * rows.height)
    return _svg(chart, "getrokken", "Kloof per thema, opnieuw getrokken", spoken, left=_SIDE_LABELS)


def _places(rows: int) -> alt.Y:
    """The vertical place of so many rows, the first on top, on the field `y`."""
    return alt.Y("y:Q", scale=alt.Scale(domain=[rows - 0.5, -0.5], nice=False), axis=None)


def _side_labels(rows: pl.DataFrame, column: str, y: alt.Y, at: int = -12) -> alt.Chart:
    """The names in `column` to the left of the drawing."""
    short = [wording.shortened(name, _SIDE_LABEL_LENGTH) for name in rows[column]]
    labels: alt.Chart = (
        alt.Chart(rows.with_columns(pl.Series("side_label", short, dtype=pl.String)))
        .mark_text(align="right", fontSize=13, color=INK, baseline="middle")
        .encode(x=alt.value(at), y=y, text="side_label:N")
    )
    return labels


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


def _svg(
    chart: alt.LayerChart, name: str, title: str, spoken: str, left: int = 4, top: int = _MARGIN["top"]
) -> str:
    whole = chart.properties(
        autosize=alt.AutoSizeParams(type="none"),
        padding=_MARGIN | {"left": left, "top": top},
        background="transparent",
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
