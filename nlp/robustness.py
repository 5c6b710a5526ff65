"""What else than a gap could explain a difference: unrecognised messages, a few authors, a few posts."""

import numpy as np
import polars as pl

from nlp.evidence import Counts, Figures


def stretched_pp(missed_factor: float) -> pl.Expr:
    """The difference in percentage points once unrecognised messages are counted against it.

    Residents chat, so they usually have more messages without a theme than the municipality. That excess
    may be chat, but it may also be themes that were not recognised. Suppose the worst: all of it belongs to
    themes. Where the excess is on the side that brings the theme up less, the theme gets `missed_factor`
    times its due of it, its due being its share on the other side. Where the excess is on the side that
    brings the theme up more, all of it goes to other themes.
    With the usual 15 % and 5 % without a theme and a factor 3, this can explain a share that is up to a
    quarter lower than the other side's. It can explain full silence from 37 % and 5 % onwards.

    Takes the columns of `with_verdict`; null where a side has no themed message.
    """
    residents_lead = pl.col("difference_pp") > 0
    due = pl.max_horizontal("resident_share", "municipality_share")
    missed = (missed_factor * due).clip(upper_bound=1)
    return 100 * (
        _stretched_share("resident", "resident_voices", "municipality", ~residents_lead, missed)
        - _stretched_share("municipality", "municipality_messages", "resident", residents_lead, missed)
    )


def _stretched_share(side: str, count: str, other: str, is_lower: pl.Expr, missed: pl.Expr) -> pl.Expr:
    unassigned = pl.col(f"{side}_unassigned")
    excess_rate = ((unassigned - pl.col(f"{other}_unassigned")) / (1 - unassigned)).clip(lower_bound=0)
    excess = excess_rate * pl.col(f"{side}_total")
    to_theme = pl.when(is_lower).then(missed * excess).otherwise(0)
    return (pl.col(count) + to_theme) / (pl.col(f"{side}_total") + excess)


def survival(
    voices: Counts, posts: Counts, min_difference_pp: float, draws: int, generator: np.random.Generator
) -> Figures:
    """Share of resamples, per theme, that keep the sign of the difference and its minimum size.

    Takes `voices`, the voices per author (rows) and theme (columns), and `posts`, the posts per theme; both
    sums above zero: see `redrawn_differences`. A theme that rests on a few persistent authors falters.
    """
    observed, drawn = redrawn_differences(voices, posts, draws, generator)
    kept: Figures = np.mean(100 * drawn * np.sign(observed) >= min_difference_pp, axis=0)
    return kept


def redrawn_differences(
    voices: Counts, posts: Counts, draws: int, generator: np.random.Generator
) -> tuple[Figures, Figures]:
    """The difference of the shares per theme (fractions of 1), as observed and in each draw (draws, themes).

    Takes what `survival` takes. Draws as many authors, with all that they brought up, and as many posts,
    with replacement. Authors with the same row are drawn together, which is the same thing and takes
    seconds for 50,000 authors.
    """
    profiles, authors = np.unique(voices, axis=0, return_counts=True)
    drawn_authors = generator.multinomial(authors.sum(), authors / authors.sum(), size=draws)
    drawn_voices = drawn_authors @ profiles
    drawn_posts = generator.multinomial(posts.sum(), posts / posts.sum(), size=draws)
    observed = voices.sum(axis=0) / voices.sum() - posts / posts.sum()
    drawn = drawn_voices / drawn_voices.sum(axis=1, keepdims=True) - drawn_posts / posts.sum()
    return observed, drawn
