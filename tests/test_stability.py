"""Without labels: what lasts from run to run, what rests on chance, what the assigner learned."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from nlp.assign import Texts
from nlp.continuity import continuity
from nlp.gap import theme_gap
from nlp.leave_one_out import assigner_quality
from nlp.resampling import resampling
from nlp.verdict import GapThresholds
from nlp.voices import Window
from tests.spec.written import agendas, messages

WINDOW = Window(date(2026, 3, 1), date(2026, 3, 31))


def history(*runs: dict[str, tuple[float | None, float | None]]) -> pl.DataFrame:
    """Runs as themes with their share among residents and posts, a week apart."""
    rows = [
        {
            "run_id": f"run-{number}", "as_of": date(2026, 3, 7 * number), "theme_id": theme,
            "resident_share": resident, "municipality_share": own,
        }
        for number, run in enumerate(runs, start=1)
        for theme, (resident, own) in run.items()
    ]  # fmt: skip
    schema = {"resident_share": pl.Float64, "municipality_share": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=schema)


def test_an_id_that_no_longer_exists_is_lost() -> None:
    runs = history({"a": (0.6, 0.5), "b": (0.4, 0.5)}, {"a": (0.5, 0.5), "c": (0.5, 0.5)})
    found = continuity(runs, ["a", "c"])
    assert found.lost == ("b",)
    assert [(run.themes, run.kept, run.lost) for run in found.runs] == [(2, None, ("b",)), (2, 1, ())]


def test_shares_of_successive_runs_are_compared_in_rank() -> None:
    """Residents keep their order; posts turn it round, theme d of the second run had no share before."""
    first = {"a": (0.5, 0.2), "b": (0.3, 0.3), "c": (0.2, 0.5)}
    second = {"a": (0.6, 0.5), "b": (0.3, 0.3), "c": (0.1, 0.2), "d": (None, None)}
    _, later = continuity(history(first, second), ["a", "b", "c", "d"]).runs
    assert later.resident_rank_correlation == pytest.approx(1)
    assert later.municipality_rank_correlation == pytest.approx(0.2)


def test_shares_that_are_all_equal_have_no_rank() -> None:
    _, later = continuity(
        history({"a": (0.5, 1.0), "b": (0.5, 0.0)}, {"a": (0.6, 1.0), "b": (0.4, 0.0)}), []
    ).runs
    assert later.resident_rank_correlation is None
    assert later.municipality_rank_correlation == pytest.approx(1)


def test_before_the_first_run_there_is_nothing_to_lose() -> None:
    found = continuity(history({"a": (1.0, 1.0)}).clear(), ["a"])
    assert (found.runs, found.lost) == ((), ())


AGENDAS = """
theme_id  inwoners  gemeente
afval     60        1
cultuur   2         30
bomen     20        12
-         9         3
"""


def test_redrawing_gives_the_observed_difference_an_interval() -> None:
    found = resampling(agendas(AGENDAS), ["afval", "bomen", "cultuur"], WINDOW, 1.0, 200, seed=1)
    assert found is not None
    assert [theme.theme_id for theme in found.themes] == ["afval", "bomen", "cultuur"]
    assert (found.draws, found.authors, found.posts) == (200, 82, 43)
    for theme in found.themes:
        assert theme.low_pp < theme.difference_pp < theme.high_pp
        assert theme.verdict_kept <= theme.sign_kept <= 1
    afval, bomen, _ = found.themes
    assert afval.difference_pp == pytest.approx(100 * (60 / 82 - 1 / 43))
    assert (afval.sign_kept, afval.verdict_kept) == (1, 1)
    assert bomen.sign_kept < 1
    assert found.mean_rank_correlation is not None
    assert 0.8 < found.mean_rank_correlation <= 1


def test_the_draws_are_those_of_the_verdict_with_the_same_seed() -> None:
    """theme_gap calls a theme uncertain from its own draws; ten loud authors give a share that falters."""
    thresholds = GapThresholds(min_survival=1.01)
    frame = agendas(AGENDAS)
    found = resampling(frame, ["afval", "bomen", "cultuur"], WINDOW, 1.0, thresholds.draws, seed=5)
    assert found is not None
    gap = theme_gap(frame, ["afval", "bomen", "cultuur"], WINDOW, thresholds, seed=5)
    [afval] = gap.filter(pl.col("theme_id") == "afval").to_dicts()
    kept = {theme.theme_id: theme.verdict_kept for theme in found.themes}["afval"]
    assert f"{100 * kept:.1f}".replace(".", ",") in afval["reason"]


def test_the_same_seed_gives_the_same_and_authors_are_drawn_whole() -> None:
    one = resampling(agendas(AGENDAS), ["afval", "bomen", "cultuur"], WINDOW, 1.0, 50, seed=3)
    shuffled = agendas(AGENDAS).sample(fraction=1, shuffle=True, seed=9)
    assert resampling(shuffled, ["cultuur", "bomen", "afval"], WINDOW, 1.0, 50, seed=3) == one
    loud = messages("""
        author_kind   author_key  kind     created_day  theme_id
        resident      anna        comment  2026-03-02   afval
        resident      anna        comment  2026-03-09   afval
        resident      bert        comment  2026-03-02   bomen
        municipality  gemeente    post     2026-03-02   bomen
    """)
    two = resampling(loud, ["afval", "bomen"], WINDOW, 1.0, 400, seed=1)
    assert two is not None
    assert two.authors == 2
    # Two draws of two people: Anna twice, once or never, so all, two thirds or none of the voices are hers.
    assert (two.themes[0].low_pp, two.themes[0].high_pp) == (0, 100)


@pytest.mark.parametrize("side", ["resident", "municipality"])
def test_one_side_alone_is_not_redrawn(side: str) -> None:
    frame = agendas(AGENDAS).filter(pl.col("author_kind") == side)
    assert resampling(frame, ["afval"], WINDOW, 1.0, 10, seed=1) is None


def read(words: list[str]) -> Texts:
    """Texts of which the word is all there is: the same word, the same vector."""
    kinds = sorted(set(words))
    vectors = np.eye(len(kinds), dtype=np.float32)[[kinds.index(word) for word in words]]
    return Texts(words, [[word] for word in words], vectors)


def test_what_is_learned_is_read_as_if_it_had_not_been_there() -> None:
    words = ["kliko", "kliko", "kliko", "boom", "boom", "boom", "fiets"]
    themes = ["afval", "afval", "afval", "bomen", "bomen", "bomen", "verkeer"]
    weights = np.ones(7, dtype=np.float32)
    alone = assigner_quality(read(words), themes, weights, np.zeros(7, dtype=bool))
    # The only text about bicycles is not known by any other.
    assert (alone.examples, alone.themes, alone.leave_one_out_accuracy) == (7, 3, pytest.approx(6 / 7))
    assert (alone.corrections, alone.corrections_accuracy) == (0, None)
    corrected = np.array([False] * 5 + [True] * 2)
    both = assigner_quality(read(words), themes, weights, corrected)
    assert (both.examples, both.leave_one_out_accuracy) == (5, 1.0)
    assert (both.corrections, both.corrections_accuracy) == (2, 0.5)
    with pytest.raises(ValueError, match="catalogue"):
        assigner_quality(read(words), themes, weights, np.ones(7, dtype=bool))
