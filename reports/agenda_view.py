"""The two agendas as a whole: how far apart they are, now and over the months."""

from dataclasses import dataclass

import polars as pl

WHOLE_WINDOW = "report"


@dataclass(frozen=True)
class AgendaMonth:
    """The distance in one month (YYYY-MM), 0 for equal agendas to 1 for nothing in common."""

    month: str
    distance: float


@dataclass(frozen=True)
class AgendaView:
    """The agendas over the window; None where the run had too little to measure. Entropies in bits."""

    distance: float | None
    resident_entropy: float | None
    municipality_entropy: float | None
    rank_correlation: float | None
    unassigned_resident_share: float | None
    unassigned_municipality_share: float | None
    months: tuple[AgendaMonth, ...]


def agenda_view(agenda: pl.DataFrame) -> AgendaView:
    """The agenda frame of one run as a value."""
    whole = next(agenda.filter(pl.col("window") == WHOLE_WINDOW).iter_rows(named=True), None)
    months = agenda.filter(pl.col("window") != WHOLE_WINDOW).drop_nulls("js_distance").sort("window")

    def figure(name: str) -> float | None:
        return whole[name] if whole else None

    return AgendaView(
        distance=figure("js_distance"),
        resident_entropy=figure("resident_entropy"),
        municipality_entropy=figure("municipality_entropy"),
        rank_correlation=figure("rank_correlation"),
        unassigned_resident_share=figure("unassigned_resident_share"),
        unassigned_municipality_share=figure("unassigned_municipality_share"),
        months=tuple(AgendaMonth(row["window"], row["js_distance"]) for row in months.iter_rows(named=True)),
    )
