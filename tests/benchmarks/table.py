"""The figures of the planted-gap benchmark as Markdown tables, for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from statistics import fmean

from tests.benchmarks.scores import Count, Score

OURS = "weerklank"


@dataclass(frozen=True)
class Assigned:
    """How well topics agree with labels, and what they took: seconds, and MiB at its highest.

    accuracy, v_measure, gap_rank_correlation, top_gaps_hit and top_gaps as `nlp.evaluate` defines them;
    without_topic: share of all messages.
    """

    accuracy: float
    v_measure: float
    without_topic: float
    gap_rank_correlation: float | None
    top_gaps_hit: int
    top_gaps: int
    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Setting:
    """What was measured, on what."""

    plan: dict[str, int]
    seeds: list[int]
    nights: int
    commit: str
    machine: str
    versions: dict[str, str]
    peers: dict[str, str]


def as_markdown(setting: Setting, measured: Sequence[tuple[dict[str, Assigned], Score]]) -> str:
    """Two tables and what they were measured on. `measured`: per municipality what every method assigned,
    by name, and weerklank's score."""
    assigned = [methods for methods, _ in measured]
    scores = [one for _, one in measured]
    return "\n".join([_measured_on(setting), "", *_methods(assigned), "", *_ours(scores), ""])


def _measured_on(setting: Setting) -> str:
    used = {**setting.versions, **dict(value.split(" ") for value in setting.peers.values())}
    versions = ", ".join(f"{name} {number}" for name, number in sorted(used.items()))
    plan = setting.plan
    return (
        f"Gemeten op {len(setting.seeds)} gemeenten (seeds {', '.join(map(str, setting.seeds))}) van "
        f"{plan['residents']} berichten van inwoners en {plan['posts']} posts over {plan['weeks']} weken, "
        f"{setting.nights} nachten; weerklank op commit {setting.commit}.\n"
        f"Machine: {setting.machine}. Versies: {versions}."
    )


def _methods(assigned: Sequence[dict[str, Assigned]]) -> list[str]:
    """One row per method, means over the municipalities (lowest-highest for accuracy)."""
    rows = [
        "| methode | juist | V | zonder thema | rangcorrelatie kloof | top-7 kloven | s | MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in assigned[0]:
        each = [methods[name] for methods in assigned]
        shares = [one.accuracy for one in each]
        known = [one.gap_rank_correlation for one in each if one.gap_rank_correlation is not None]
        hits = Count(sum(one.top_gaps_hit for one in each), sum(one.top_gaps for one in each))
        cells = [
            name,
            f"{_decimal(fmean(shares))} ({_decimal(min(shares))}-{_decimal(max(shares))})",
            _decimal(fmean(one.v_measure for one in each)),
            _percent(fmean(one.without_topic for one in each)),
            _decimal(fmean(known)) if known else "-",
            _of(hits),
            f"{fmean(one.seconds for one in each):.1f}".replace(".", ","),
            f"{fmean(one.peak_memory_mb for one in each):.0f}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _ours(scores: Sequence[Score]) -> list[str]:
    """What only weerklank gives, added up over the municipalities."""

    def total(counted: Callable[[Score], Count]) -> Count:
        return reduce(add, map(counted, scores))

    births = [one.birth for one in scores]
    days = [birth.days for birth in births if birth.days is not None]
    rows = {
        "berichten met precies het geplante thema": _shared(total(lambda s: s.exact)),
        "stille thema's met oordeel `stil`": _of(total(lambda s: s.silent)),
        "overschotten met oordeel `overschot`": _of(total(lambda s: s.surplus)),
        "oordelen `stil` of `overschot` die niet kloppen": _of(total(lambda s: s.false_verdicts)),
        "oordelen over een thema dat niet geplant is (vaak een deel van een dat dat wel is)": _of(
            total(lambda s: s.other_verdicts)
        ),
        "intervallen die het aandeel bevatten waaruit getrokken is": _shared(
            total(lambda s: s.drawn_intervals)
        ),
        "intervallen die het aandeel volgens de labels bevatten": _shared(
            total(lambda s: s.realised_intervals)
        ),
        "uitbarstingen gevonden": _of(total(lambda s: s.burst)),
        "zwakke signalen gevonden": _of(total(lambda s: s.weak_signals)),
        "signalen over iets anders, laatste nacht": _of(total(lambda s: s.false_signals)),
        "signalen over iets anders, alle nachten voor de laatste drie weken": _of(
            total(lambda s: s.earlier_false_signals)
        ),
        "nieuw thema gevonden (in een van de nachten)": _of(Count(len(days), len(births))),
        "dagen van eerste bericht tot gevonden": ", ".join(map(str, days)) or "-",
        "berichten van het nieuwe thema eronder, laatste nacht": _shared(total(lambda s: s.birth.messages)),
        "id's van het nieuwe thema": ", ".join(str(birth.ids) for birth in births),
        "andere nieuwe thema's, laatste nacht": ", ".join(str(birth.others) for birth in births),
        "berichten die van nacht op nacht hun thema houden": _shared(total(lambda s: s.stability.kept), 2),
        "idem, bekende thema's onderling": _shared(total(lambda s: s.stability.kept_known), 2),
        "verloren thema-id's": str(sum(one.stability.lost_themes for one in scores)),
        "verloren berichten": str(sum(one.stability.lost_messages for one in scores)),
    }
    return ["| weerklank | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def _of(count: Count) -> str:
    return f"{count.number} van {count.of}"


def _shared(count: Count, decimals: int = 1) -> str:
    if not count.of:
        return "-"
    return f"{_percent(count.number / count.of, decimals)} ({_of(count)})"


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %".replace(".", ",")


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
