"""The tables of the pages about weerklank itself: cells of Dutch text under Dutch headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from reports import wording
from reports.measure_words import KINDS, OUTCOMES, UNKNOWN, WITHOUT_THEME, known, points_interval

_FOUND_UNDER = 4


@dataclass(frozen=True)
class Table:
    """Cells as text under their headings; the first cell of a row is its header. words: the columns,
    counted from 0, that hold words and not numbers."""

    caption: str
    headings: tuple[str, ...]
    words: frozenset[int]
    rows: tuple[tuple[str, ...], ...]


def mistaken(confusion: pl.DataFrame) -> pl.DataFrame:
    """The pairs of different themes (theme, mapped, messages), the most messages first."""
    return confusion.filter(pl.col("theme") != pl.col("mapped")).sort(
        "messages", "theme", "mapped", descending=[True, False, False]
    )


def largest(redrawn: pl.DataFrame) -> pl.DataFrame:
    """The redrawn themes by the size of their difference."""
    return redrawn.sort(pl.col("difference_pp").abs(), "theme_label", descending=[True, False])


def verdict_count_table(counts: pl.DataFrame) -> Table:
    """How many verdicts have each outcome."""
    outcomes = ("confirmed", "false", "undecided", "unnamed", "missed")
    return Table(
        "Uitkomst per oordeel",
        ("Oordeel", *(OUTCOMES[outcome].capitalize() for outcome in outcomes)),
        frozenset({0}),
        tuple(
            (wording.verdict_word(row["verdict"]), *(wording.whole(row[outcome]) for outcome in outcomes))
            for row in counts.iter_rows(named=True)
        ),
    )


def verdict_table(verdicts: pl.DataFrame) -> Table:
    """Each verdict beside what the labels say."""
    return Table(
        "Elk oordeel naast de labels",
        ("Label", "Oordeel", "Uitkomst", "Labels zeggen", "Kloof volgens de labels", "Gevonden thema",
         "Gevonden oordeel", "Gevonden kloof"),
        frozenset({0, 1, 2, 3, 5, 6}),
        tuple(
            (
                row["gold_theme"] or UNKNOWN,
                wording.verdict_word(row["verdict"]),
                OUTCOMES[row["outcome"]],
                wording.verdict_word(row["gold_verdict"] or UNKNOWN),
                known(row["gold_pp"], wording.short_points),
                row["theme_label"] or UNKNOWN,
                wording.verdict_word(row["found_verdict"] or UNKNOWN),
                known(row["found_pp"], wording.short_points),
            )
            for row in verdicts.iter_rows(named=True)
        ),
    )  # fmt: skip


def signal_table(signals: pl.DataFrame) -> Table:
    """Each burst and weak signal beside those of the labels."""
    return Table(
        "Pieken en zwakke signalen naast de labels",
        ("Label", "Soort", "Uitkomst", "Gevonden thema", "Sinds"),
        frozenset(range(5)),
        tuple(
            (
                row["gold_theme"] or UNKNOWN,
                KINDS[row["kind"]],
                OUTCOMES[row["outcome"]],
                row["theme_label"] or UNKNOWN,
                wording.day(row["since"]),
            )
            for row in signals.iter_rows(named=True)
        ),
    )


def theme_table(themes: pl.DataFrame, placed: pl.DataFrame) -> Table:
    """Precision, recall and where the messages lie, per label."""
    under = _found_under(placed)
    return Table(
        "Per label: hoe goed het wordt gevonden",
        ("Label", "Berichten", "Precisie", "Bereik", "Zonder thema", "Staat onder"),
        frozenset({0, 5}),
        tuple(
            (
                row["theme"],
                wording.whole(row["messages"]),
                known(row["precision"], wording.rough_percent),
                wording.rough_percent(row["recall"]),
                wording.whole(row["without"]),
                under.get(row["theme"], UNKNOWN),
            )
            for row in themes.iter_rows(named=True)
        ),
    )


def confusion_table(confusion: pl.DataFrame, most: int) -> Table:
    """The pairs that are confused most, with the part of the label's messages that it concerns."""
    parts = confusion.with_columns(part=pl.col("messages") / pl.col("messages").sum().over("theme"))
    return Table(
        "De grootste verwisselingen",
        ("Label", "Gevonden als", "Berichten", "Deel van het label"),
        frozenset({0, 1}),
        tuple(
            (row["theme"], row["mapped"], wording.whole(row["messages"]), wording.rough_percent(row["part"]))
            for row in mistaken(parts).head(most).iter_rows(named=True)
        ),
    )


def confusion_matrix(confusion: pl.DataFrame, names: Sequence[str]) -> Table:
    """Every label (rows) against what was found for it (columns, by the numbers of the rows)."""
    cells = {
        (row["theme"], row["mapped"]): wording.whole(row["messages"])
        for row in confusion.iter_rows(named=True)
    }
    numbered = tuple(enumerate(names, start=1))
    return Table(
        "Labels (rijen) en wat ervoor is gevonden (kolommen, met het nummer van de rij)",
        ("Label", *(str(number) for number, _ in numbered)),
        frozenset({0}),
        tuple(
            (f"{number} {name}", *(cells.get((name, other), "") for other in names))
            for number, name in numbered
        ),
    )


def calibration_table(bins: pl.DataFrame) -> Table:
    """The share right per bin of confidence."""
    return Table(
        "Tien even grote groepen berichten, van weinig naar veel zekerheid",
        ("Zekerheid", "Gemiddeld", "Goed", "95%-interval", "Berichten"),
        frozenset(),
        tuple(
            (
                wording.interval(row["confidence_low"], row["confidence_high"]),
                wording.percent(row["confidence"]),
                wording.percent(row["right"]),
                wording.interval(row["right_low"], row["right_high"]),
                wording.whole(row["messages"]),
            )
            for row in bins.iter_rows(named=True)
        ),
    )


def run_table(runs: pl.DataFrame) -> Table:
    """What stayed and what was lost from run to run."""
    return Table(
        "De runs, de oudste eerst",
        ("Run", "Thema's", "Gebleven", "Rangcorrelatie inwoners", "Rangcorrelatie gemeente", "Verloren id's"),
        frozenset({0, 5}),
        tuple(
            (
                row["run_id"],
                wording.whole(row["themes"]),
                known(row["kept"], lambda kept: wording.whole(int(kept))),
                known(row["resident_rank_correlation"], _two),
                known(row["municipality_rank_correlation"], _two),
                row["lost"] or "geen",
            )
            for row in runs.iter_rows(named=True)
        ),
    )


def redrawn_table(redrawn: pl.DataFrame) -> Table:
    """The difference of every theme and how it holds when people and posts are drawn anew."""
    return Table(
        "Kloof per thema, opnieuw getrokken",
        ("Thema", "Oordeel", "Kloof", "95% van de trekkingen", "Zelfde kant", "Groot genoeg"),
        frozenset({0, 1}),
        tuple(
            (
                row["theme_label"] or UNKNOWN,
                wording.verdict_word(row["verdict"]),
                wording.short_points(row["difference_pp"]),
                points_interval(row["low_pp"], row["high_pp"]),
                wording.rough_percent(row["sign_kept"]),
                wording.rough_percent(row["verdict_kept"]),
            )
            for row in redrawn.iter_rows(named=True)
        ),
    )


def _found_under(placed: pl.DataFrame) -> Mapping[str, str]:
    """By label: the found themes with the most of its messages, and how many lie elsewhere."""
    found: dict[str, str] = {}
    for (theme,), part in placed.group_by("theme", maintain_order=True):
        told = [
            f"{row['theme_label'] or WITHOUT_THEME} ({wording.whole(row['messages'])})"
            for row in part.head(_FOUND_UNDER).iter_rows(named=True)
        ]
        rest = int(part["messages"].slice(_FOUND_UNDER).sum())
        found[str(theme)] = ", ".join(told + ([f"elders ({wording.whole(rest)})"] if rest else []))
    return found


def _two(number: float) -> str:
    return wording.decimal(number, 2)
