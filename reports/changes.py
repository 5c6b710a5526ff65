"""What changed since the previous report: themes that fell silent, were taken up, grew or shrank."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports import wording
from reports.figures import ThemeFigures

_MOST = 5
_NOTABLE_PP = 1.0


@dataclass(frozen=True)
class Change:
    """One change of one theme, as a Dutch sentence."""

    kind: str
    theme_id: str
    sentence: str


def changes(now: tuple[ThemeFigures, ...], before: tuple[ThemeFigures, ...]) -> tuple[Change, ...]:
    """The changes that matter most, one per theme, those of verdict first.

    A theme whose figures are hidden in either report is left out.
    """
    earlier = {figures.theme_id: figures for figures in before}
    pairs = [
        (figures, earlier[figures.theme_id])
        for figures in now
        if figures.theme_id in earlier and not figures.hidden and not earlier[figures.theme_id].hidden
    ]
    by_theme = dict[str, Change]()
    for change in (*_verdict_changes(pairs), *_born(now, earlier), *_share_changes(pairs)):
        by_theme.setdefault(change.theme_id, change)
    return tuple(by_theme.values())[:_MOST]


def _verdict_changes(pairs: list[tuple[ThemeFigures, ThemeFigures]]) -> Iterator[Change]:
    for now, before in pairs:
        if now.verdict == "stil" and before.verdict != "stil":
            share = f" met {_shares(now)}" if _shares(now) else ""
            yield Change("silent", now.theme_id, f"{now.label} is nu een stil thema{share}. {_was(before)}")
    for now, before in pairs:
        if before.verdict == "stil" and now.verdict != "stil":
            yield Change(
                "resolved",
                now.theme_id,
                f"{now.label} is niet meer stil. Het oordeel is nu: {wording.verdict_word(now.verdict)}.",
            )
    for now, before in pairs:
        if now.verdict == "overschot" and before.verdict not in ("stil", "overschot"):
            yield Change("surplus", now.theme_id, f"{now.label} is nu een overschot. {_was(before)}")


def _born(now: tuple[ThemeFigures, ...], earlier: Mapping[str, ThemeFigures]) -> Iterator[Change]:
    for figures in now:
        if figures.theme_id not in earlier and not figures.hidden and figures.resident_authors:
            yield Change(
                "new",
                figures.theme_id,
                f"{figures.label} is een nieuw thema, met {wording.residents(figures.resident_authors)}.",
            )


def _share_changes(pairs: list[tuple[ThemeFigures, ThemeFigures]]) -> Iterator[Change]:
    moved = [
        (100 * (now.resident_share.value - before.resident_share.value), now, before)
        for now, before in pairs
        if now.resident_share and before.resident_share
    ]
    for pp, now, before in sorted(moved, key=lambda move: (-abs(move[0]), move[1].theme_id)):
        if abs(pp) >= _NOTABLE_PP and now.resident_share and before.resident_share:
            yield Change(
                "grown" if pp > 0 else "shrunk",
                now.theme_id,
                f"{now.label} {'groeide' if pp > 0 else 'kromp'} bij inwoners: van "
                f"{wording.percent(before.resident_share.value)} "
                f"naar {wording.percent(now.resident_share.value)}.",
            )


def _shares(figures: ThemeFigures) -> str:
    if not figures.resident_share or not figures.municipality_share:
        return ""
    return (
        f"{wording.percent(figures.resident_share.value)} bij inwoners en "
        f"{wording.percent(figures.municipality_share.value)} bij ons"
    )


def _was(before: ThemeFigures) -> str:
    return f"Het was: {wording.verdict_word(before.verdict)}."
