"""The comparison of assigners as a Markdown table, for people; the figures of all homes share a cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """How well an assigner agrees with the labels of one municipality, all fractions of 1.

    alone, in_thread: accuracy of messages read by themselves and in their thread, None where that is not
    measured. The others are of messages in their thread, or alone where there is no such reading: v_measure,
    recognised_without, lost and gap_rank_correlation as `nlp.evaluate` has them; exact: share of labelled
    residents' messages with the very theme of the label, or none where it is "overig"; None when the labels
    are no themes of the catalogue.
    """

    alone: float | None
    in_thread: float | None
    v_measure: float
    exact: float | None
    recognised_without: float | None
    lost: float
    gap_rank_correlation: float | None


@dataclass(frozen=True)
class Row:
    """An assigner. catalogue: cross-validated accuracy, fraction of 1. fit: processor seconds to learn all
    examples; milliseconds: processor time per message. None where another row already says it."""

    name: str
    catalogue: float | None
    towns: tuple[Agreement, ...]
    fit: float | None
    milliseconds: float


_OF_TOWNS: dict[str, Callable[[Agreement], float | None]] = {
    "juist, los": lambda town: town.alone,
    "juist, in draad": lambda town: town.in_thread,
    "V": lambda town: town.v_measure,
    "precies": lambda town: town.exact,
    "overig herkend": lambda town: town.recognised_without,
    "verloren": lambda town: town.lost,
    "rangcorrelatie kloof": lambda town: town.gap_rank_correlation,
}


def as_markdown(rows: Sequence[Row]) -> str:
    """The table; shares and correlations with two decimals or more, one figure per municipality."""
    header = ["indeler", "catalogus", *_OF_TOWNS, "leren (s)", "ms per bericht"]
    lines = [header, ["---"] * len(header), *map(_cells, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(row: Row) -> list[str]:
    return [
        row.name,
        _decimal(row.catalogue, 3),
        *(_side_by_side([figure(town) for town in row.towns]) for figure in _OF_TOWNS.values()),
        _decimal(row.fit, 0),
        _decimal(row.milliseconds, 2),
    ]


def _side_by_side(figures: Sequence[float | None]) -> str:
    if all(figure is None for figure in figures):
        return "-"
    return " / ".join(_decimal(figure, 2) for figure in figures)


def _decimal(figure: float | None, decimals: int) -> str:
    return "-" if figure is None else f"{figure:.{decimals}f}".replace(".", ",")
