"""Geometry of the small drawings beside a theme: the shares on one line, and the trend.

The same language of form as the charts; coordinates only, the template draws them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures import Share, ThemeFigures
from reports.trend import Trend

SHARES_WIDTH, SHARES_HEIGHT = 260, 30
TREND_WIDTH, TREND_HEIGHT = 150, 40
_EDGE = 7


@dataclass(frozen=True)
class Lane:
    """One share: where its point and the ends of its interval lie."""

    x: float
    low: float
    high: float


@dataclass(frozen=True)
class SharesDrawing:
    """Both sides of a theme on the same axis; None where a share is not known."""

    residents: Lane | None
    municipality: Lane | None


@dataclass(frozen=True)
class TrendDrawing:
    """The trend as stretches of line, broken where a period is hidden, with dots for lone periods."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    posts: tuple[float, ...]


def shares_drawings(themes: Sequence[ThemeFigures]) -> tuple[SharesDrawing, ...]:
    """The drawings of several themes on one common axis, so that they can be compared."""
    shares = [s for f in themes for s in (f.resident_share, f.municipality_share) if s]
    most = max((max(s.value, s.high or 0.0) for s in shares), default=0.0) or 1.0

    def lane(share: Share | None) -> Lane | None:
        if share is None:
            return None
        place = (SHARES_WIDTH - 2 * _EDGE) / most
        low = share.value if share.low is None else share.low
        high = share.value if share.high is None else share.high
        return Lane(*(round(_EDGE + place * part, 1) for part in (share.value, low, high)))

    return tuple(SharesDrawing(lane(f.resident_share), lane(f.municipality_share)) for f in themes)


def trend_drawing(trend: Trend, width: int = TREND_WIDTH, height: int = TREND_HEIGHT) -> TrendDrawing:
    """The trend in a box of `width` by `height`: the baseline is zero, the highest period the top."""
    most = max((point.residents or 0 for point in trend.points), default=0) or 1
    step = (width - 2 * _EDGE) / max(1, len(trend.points) - 1)
    stretches: list[list[tuple[float, float]]] = [[]]
    for place, point in enumerate(trend.points):
        if point.residents is None:
            stretches.append([])
        else:
            y = height - _EDGE - (height - 2 * _EDGE) * point.residents / most
            stretches[-1].append((round(_EDGE + place * step, 1), round(y, 1)))
    last = stretches[-1][-1:]
    return TrendDrawing(
        lines=tuple(" ".join(f"{x},{y}" for x, y in line) for line in stretches if len(line) > 1),
        dots=tuple(dict.fromkeys([line[0] for line in stretches if len(line) == 1] + last)),
        posts=tuple(
            round(_EDGE + place * step, 1) for place, point in enumerate(trend.points) if point.posts
        ),
    )
