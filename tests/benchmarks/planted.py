"""A semi-synthetic municipality: real texts, drawn so that gaps, bursts, weak signals and a birth are known.

How much each side says of each theme is chosen, then messages are drawn: themes and weeks by one multinomial
per side, texts from those that people labelled with that theme.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.benchmarks.edits import unseen
from tests.benchmarks.labelled import WITHOUT_THEME

Floats = NDArray[np.float64]

LAST_DAY = date(2025, 6, 29)
ROLES = ("silent", "surplus", "balanced", "burst", "weak_signal", "born")
MESSAGES_SCHEMA = {
    "native_id": pl.String(),
    "author_kind": pl.String(),
    "author": pl.String(),
    "theme": pl.String(),
    "week": pl.Int64(),
    "created_at": pl.Datetime("us"),
    "parent_id": pl.String(),
    "text": pl.String(),
    "drawn_from": pl.String(),
}
_ENDING = (2, 4, 5)
_EARLIER_RATE = 0.15
_BURST_FACTOR = 8
_SHARE_WITHOUT_THEME = {"resident": 0.12, "municipality": 0.03}
# How the messages of a side are divided over the roles; what is planted week by week comes on top.
_SIDE_SHARES = {
    "resident": {"silent": 0.52, "surplus": 0.03, "balanced": 0.36, "burst": 0.03, "born": 0.06},
    "municipality": {"silent": 0.01, "surplus": 0.56, "balanced": 0.36, "burst": 0.03, "weak_signal": 0.02},
}
_MOST_PARENTS = 10


@dataclass(frozen=True)
class Plan:
    """How large a municipality is and how many themes play each role."""

    residents: int = 1_000
    posts: int = 250
    weeks: int = 30
    silent: int = 5
    surplus: int = 3
    weak_signals: int = 2
    balanced: int = 8


@dataclass(frozen=True)
class Planted:
    """A municipality and the truth about it.

    messages: MESSAGES_SCHEMA in order of time; theme is the label, WITHOUT_THEME for none; no author
    has two messages under a theme in a week, so that every message is a voice. themes: theme, role (one of
    ROLES), resident_share and municipality_share (of all that is drawn under a theme, as fractions of 1).
    born: the theme that nobody spoke of before `born_on`, a Monday.
    """

    seed: int
    messages: pl.DataFrame
    themes: pl.DataFrame
    born: str
    born_on: date

    @property
    def realised(self) -> pl.DataFrame:
        """themes (theme, role) with the shares of both sides as they were drawn."""
        found = self.themes.select("theme", "role")
        for side in ("resident", "municipality"):
            said = self.messages.filter(pl.col("author_kind") == side, pl.col("theme") != WITHOUT_THEME)
            shares = said.group_by("theme").agg((pl.len() / said.height).alias(f"{side}_share"))
            found = found.join(shares, on="theme", how="left", maintain_order="left")
        return found.with_columns(pl.col("resident_share", "municipality_share").fill_null(0.0))


def planted_municipality(labelled: pl.DataFrame, plan: Plan, seed: int) -> Planted:
    """Draw a municipality from `labelled` (LABELLED_SCHEMA); the same seed gives the same one.

    Raises ValueError when there are not enough labelled texts for every role.
    """
    rng = np.random.default_rng(seed)
    roles = _roles(labelled, plan, rng)
    names = [*roles, WITHOUT_THEME]
    cells = {side: _cells(side, roles, labelled, plan, rng) for side in _SIDE_SHARES}
    totals = {"resident": plan.residents, "municipality": plan.posts}
    counts = {side: _drawn(cells[side], totals[side], rng) for side in cells}
    for row, role in enumerate(roles.values()):
        if role == "weak_signal":
            counts["resident"][row] = _weak_weeks(plan.weeks, rng)
    expected = {side: _expected(side, cells[side], totals[side], roles, plan.weeks) for side in cells}
    themes = pl.DataFrame(
        {
            "theme": list(roles),
            "role": list(roles.values()),
            "resident_share": expected["resident"],
            "municipality_share": expected["municipality"],
        }
    )
    half = plan.weeks // 2
    return Planted(
        seed=seed,
        messages=_messages(names, counts, labelled, plan, rng),
        themes=themes,
        born=next(theme for theme, role in roles.items() if role == "born"),
        born_on=_monday(plan.weeks, half),
    )


def _monday(weeks: int, week: int) -> date:
    return LAST_DAY - timedelta(days=7 * (weeks - week) - 1)


def _roles(labelled: pl.DataFrame, plan: Plan, rng: np.random.Generator) -> dict[str, str]:
    """A role for every theme that has the texts for it, in order of theme."""
    counted = {
        (theme, side): number
        for theme, side, number in labelled.group_by("theme", "author_kind").len().rows()
    }
    free = sorted({theme for theme, _ in counted} - {WITHOUT_THEME})

    def texts(theme: str, side: str) -> int:
        return int(counted.get((theme, side), 0))

    def taken(role: str, number: int, able: Iterable[str]) -> dict[str, str]:
        pool = [theme for theme in able if theme in free]
        if len(pool) < number:
            raise ValueError(
                f"{len(pool)} themes have enough labelled texts for the role {role}, not {number}"
            )
        chosen = [pool[place] for place in rng.permutation(len(pool))[:number]]
        free[:] = [theme for theme in free if theme not in chosen]
        return dict.fromkeys(chosen, role)

    posted = [theme for theme in free if texts(theme, "municipality") >= 8]
    roles = taken("surplus", plan.surplus, [theme for theme in posted if texts(theme, "resident") >= 2])
    spoken = [theme for theme in free if texts(theme, "resident") >= 12 and theme not in posted]
    roles |= taken("born", 1, spoken) | taken("silent", plan.silent, spoken)
    roles |= taken("burst", 1, [theme for theme in free if texts(theme, "resident") >= 8])
    roles |= taken("weak_signal", plan.weak_signals, [t for t in free if texts(t, "resident") >= 6])
    both = [t for t in free if texts(t, "resident") >= 8 and texts(t, "municipality") >= 3]
    roles |= taken("balanced", min(plan.balanced, max(len(both), 1)), both)
    return dict(sorted(roles.items()))


def _cells(
    side: str, roles: dict[str, str], labelled: pl.DataFrame, plan: Plan, rng: np.random.Generator
) -> Floats:
    """Probability of every theme and week, (themes + 1, weeks); the last row is without a theme.

    Balanced themes have equal shares; a silent theme has more the more texts it has, so that no text is
    drawn much more often than another, and at most half of the silent ones have any posts. What is planted
    week by week (weak signals of residents) has probability 0 here.
    """
    said = labelled.filter(pl.col("author_kind") == side).group_by("theme").len()
    texts = dict(zip(said["theme"], said["len"], strict=True))
    weights = np.zeros(len(roles))
    for role, share in _SIDE_SHARES[side].items():
        rows = [row for row, (theme, r) in enumerate(roles.items()) if r == role and theme in texts]
        if role == "silent" and side == "municipality":
            rows = rows[: plan.silent // 2]
        parts = np.ones(len(rows))
        if role == "silent":
            names = list(roles)
            parts = rng.uniform(0.6, 1.6, len(rows)) * [texts[names[row]] for row in rows]
        if rows:
            weights[rows] = share * parts / parts.sum()
    over_weeks = np.full((len(roles), plan.weeks), 1.0 / plan.weeks)
    half = plan.weeks // 2
    for row, role in enumerate(roles.values()):
        if role == "burst" and side == "resident":
            over_weeks[row, -1] *= _BURST_FACTOR
        if role == "born":
            over_weeks[row] = np.where(np.arange(plan.weeks) < half, 0.0, 1.0 / (plan.weeks - half))
    themed = weights[:, None] * over_weeks
    without = _SHARE_WITHOUT_THEME[side]
    rest = np.full((1, plan.weeks), without / plan.weeks)
    return np.vstack([(1 - without) * themed / themed.sum(), rest])


def _drawn(cells: Floats, total: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.multinomial(total, cells.ravel() / cells.sum()).reshape(cells.shape)


def _weak_weeks(weeks: int, rng: np.random.Generator) -> NDArray[np.int64]:
    earlier = (rng.random(weeks - len(_ENDING)) < _EARLIER_RATE).astype(np.int64)
    return np.concatenate([earlier, np.asarray(_ENDING, dtype=np.int64)])


def _expected(side: str, cells: Floats, total: int, roles: dict[str, str], weeks: int) -> Floats:
    """Share of every theme in all that is expected under a theme."""
    expected = total * cells[:-1].sum(axis=1)
    if side == "resident":
        weak = np.asarray([role == "weak_signal" for role in roles.values()])
        expected[weak] = _EARLIER_RATE * (weeks - len(_ENDING)) + sum(_ENDING)
    shares: Floats = expected / expected.sum()
    return shares


def _messages(
    names: Sequence[str],
    counts: dict[str, NDArray[np.int64]],
    labelled: pl.DataFrame,
    plan: Plan,
    rng: np.random.Generator,
) -> pl.DataFrame:
    moments = sorted(
        moment for side, drawn in counts.items() for moment in _moments(side, names, drawn, plan, rng)
    )
    decks = _Decks(labelled, rng)
    threads = _Threads(rng)
    seen: set[str] = set()
    rows = []
    for number, (created_at, week, side, theme, author) in enumerate(moments):
        native_id = f"{side[0]}{number:05}"
        drawn = decks.next(side, theme)
        rows.append(
            {
                "native_id": native_id, "author_kind": side, "author": author, "theme": theme, "week": week,
                "created_at": created_at, "text": unseen(drawn["text"], side, seen, rng),
                "parent_id": threads.parent(theme, drawn["answers"], drawn["same_theme"]),
                "drawn_from": drawn["native_id"],
            }
        )  # fmt: skip
        threads.add(native_id, side, theme)
    return pl.DataFrame(rows, schema=MESSAGES_SCHEMA)


def _moments(
    side: str, names: Sequence[str], drawn: NDArray[np.int64], plan: Plan, rng: np.random.Generator
) -> list[tuple[datetime, int, str, str, str]]:
    """(created_at, week, side, theme, author) of every message; by day, between 8 and 22 hours."""
    people = max(plan.residents // 3, int(drawn.max()))
    found = []
    for row, week in zip(*np.nonzero(drawn), strict=True):
        number = int(drawn[row, week])
        authors = rng.choice(people, number, replace=False)
        for author in authors:
            day = _monday(plan.weeks, int(week)) + timedelta(days=int(rng.integers(7)))
            minute = timedelta(minutes=int(rng.integers(8 * 60, 22 * 60)))
            name = f"Inwoner {author}" if side == "resident" else "Gemeente Proefstad"
            found.append((datetime.combine(day, time()) + minute, int(week), side, names[row], name))
    return found


class _Decks:
    """Labelled texts per side and theme, dealt without repeats until all are used, then anew."""

    def __init__(self, labelled: pl.DataFrame, rng: np.random.Generator) -> None:
        self._texts = {
            (str(side), str(theme)): part.to_dicts()
            for (side, theme), part in labelled.sort("native_id").group_by(
                "author_kind", "theme", maintain_order=True
            )
        }
        self._left: dict[tuple[str, str], list[int]] = {}
        self._rng = rng

    def next(self, side: str, theme: str) -> dict[str, str]:
        texts = self._texts[side, theme]
        left = self._left.setdefault((side, theme), [])
        if not left:
            left += self._rng.permutation(len(texts)).tolist()
        return texts[left.pop()]


class _Threads:
    """What was said so far, to answer to: a reply that was about its parent's theme gets such a parent."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._by_theme: dict[tuple[str, str], list[str]] = {}
        self._by_side: dict[str, list[tuple[str, str]]] = {side: [] for side in _SIDE_SHARES}
        self._rng = rng

    def add(self, native_id: str, side: str, theme: str) -> None:
        self._by_theme.setdefault((side, theme), []).append(native_id)
        self._by_side[side].append((native_id, theme))

    def parent(self, theme: str, answers: str | None, same_theme: str | None) -> str | None:
        """A recent message that a reply can answer; None when it answered none or there is none."""
        if answers is None:
            return None
        if same_theme:
            # On a theme of which one side is silent, only the other side can be answered.
            said = self._by_theme.get((answers, theme)) or self._by_theme.get(("resident", theme), [])
            recent = said[-_MOST_PARENTS:]
        else:
            others = (message for message, about in reversed(self._by_side[answers]) if about != theme)
            recent = list(islice(others, _MOST_PARENTS))
        return recent[self._rng.integers(len(recent))] if recent else None
