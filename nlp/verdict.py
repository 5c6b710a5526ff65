"""The verdict on a theme's gap, and the sentences that say why.

te_weinig  too little was said to judge, or the side that would carry the verdict is under its minimum.
in_balans  no difference that counts: it is small, or it may well be chance.
onzeker    there is a difference, but something other than a gap could explain it: looking at many themes
           at once, messages whose theme was not recognised, or a few authors or posts.
stil       residents bring it up, the municipality hardly or not.
overschot  the municipality posts about it, residents hardly or not.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class GapThresholds:
    """What a difference must meet to become a verdict.

    min_authors: different residents for `stil`; below it no sentence names a figure of residents.
    min_posts: posts of the municipality for `overschot`.
    q: largest share of false verdicts among the verdicts.
    min_difference_pp: smallest difference of the shares, in percentage points.
    min_ratio: smallest ratio of the larger to the smaller share: to write a bit less is not silence.
    missed_factor: how many times as often as the average theme one theme may be missed, where one side
        has more messages without a theme than the other.
    draws, min_survival: how often authors and posts are drawn again, and the share of draws in which the
        difference must stay at least `min_difference_pp`.
    """

    min_authors: int = 5
    min_posts: int = 5
    q: float = 0.05
    min_difference_pp: float = 1.0
    min_ratio: float = 1.5
    missed_factor: float = 3.0
    draws: int = 200
    min_survival: float = 0.8


def _percentage(share: pl.Expr) -> pl.Expr:
    return (100 * share).round(1).cast(pl.String).str.replace(".", ",", literal=True)


_UNRECOGNISED = pl.format(
    "Bij inwoners heeft {} % geen thema, bij de gemeente {} %: dat kan het verschil verklaren.",
    _percentage(pl.col("resident_unassigned")),
    _percentage(pl.col("municipality_unassigned")),
)
_UNSTABLE = pl.format(
    "Dat hangt aan enkele mensen of berichten: het houdt maar in {} % van de steekproeven stand.",
    _percentage(pl.col("survival")),
)


def with_verdict(themes: pl.DataFrame, least: GapThresholds) -> pl.DataFrame:
    """`themes` with `verdict` and `reason` (String; Dutch sentences that name the figures).

    Takes, per theme: resident_authors, resident_voices, municipality_messages and the sums over all themes
    resident_total, municipality_total (Int64); resident_share, municipality_share, resident_unassigned,
    municipality_unassigned (fractions); difference_pp; p_value and q_value; stretched_pp, the difference
    once unrecognised messages count against it; survival, the share of draws that keep the difference.
    """
    difference, shares = pl.col("difference_pp"), ("resident_share", "municipality_share")
    few_authors = pl.col("resident_authors") < least.min_authors
    few_posts = pl.col("municipality_messages") < least.min_posts
    alike = pl.max_horizontal(shares) < least.min_ratio * pl.min_horizontal(shares)
    # The first case that applies gives the verdict and the last sentence of the reason.
    cases = (
        (difference.is_null(), "te_weinig", "Dan valt er niets te vergelijken."),
        (few_authors & few_posts, "te_weinig", "Dat is te weinig om te oordelen."),
        (difference.abs() < least.min_difference_pp, "in_balans", "Dat verschil is klein."),
        (alike, "in_balans", "Dat ontloopt elkaar weinig."),
        (pl.col("p_value") >= least.q, "in_balans", "Dat verschil kan toeval zijn."),
        ((difference > 0) & few_authors, "te_weinig", "Dat zijn te weinig inwoners om te oordelen."),
        ((difference < 0) & few_posts, "te_weinig", "Dat zijn te weinig berichten om te oordelen."),
        (pl.col("q_value") >= least.q, "onzeker", "Bij zoveel thema's kan zo'n verschil toeval zijn."),
        (pl.col("stretched_pp") * difference.sign() < least.min_difference_pp, "onzeker", _UNRECOGNISED),
        (pl.col("survival") < least.min_survival, "onzeker", _UNSTABLE),
        (difference > 0, "stil", "Inwoners brengen dit vaker in dan de gemeente erover schrijft."),
        (difference < 0, "overschot", "De gemeente schrijft hier vaker over dan inwoners het inbrengen."),
    )
    verdict = pl.coalesce(pl.when(applies).then(pl.lit(name)) for applies, name, _ in cases)
    why = pl.coalesce(
        pl.when(applies).then(pl.lit(text) if isinstance(text, str) else text) for applies, _, text in cases
    )
    return themes.with_columns(verdict=verdict, reason=pl.format("{} {}", _figures(few_authors, least), why))


def _figures(few_authors: pl.Expr, least: GapThresholds) -> pl.Expr:
    residents = (
        pl.when(few_authors & (pl.col("resident_total") > 0))
        .then(pl.lit(f"minder dan {least.min_authors} mensen"))
        .otherwise(_part("resident_share", "resident_voices", "inbreng", "resident_total"))
    )
    municipality = _part("municipality_share", "municipality_messages", "berichten", "municipality_total")
    return pl.format("Inwoners: {}; gemeente: {}.", residents, municipality)


def _part(share: str, count: str, noun: str, total: str) -> pl.Expr:
    part = pl.format("{} % van de {} ({} van {})", _percentage(pl.col(share)), pl.lit(noun), count, total)
    return pl.when(pl.col(total) > 0).then(part).otherwise(pl.lit("niets met een thema"))
