"""Who speaks here, and who does not: platforms, concentration of authors, and what is known of both."""

from dataclasses import dataclass

import polars as pl

from reports.breakdown import BreakdownRow, breakdown
from reports.disclosure import MINIMUM_AUTHORS, is_small

_TOP_PART = 0.1

NOT_PUBLIC_OPINION = (
    "Reacties op sociale media zijn niet de mening van alle inwoners. Wie hier schrijft, is geen "
    "afspiegeling van de gemeente, en wie zwijgt kan iets anders vinden. Gebruik dit rapport om te weten "
    "waar u het gesprek begint, niet om te tellen wie er voor of tegen is."
)
KNOWN_BIAS = (
    "De VU onderzocht in 2019 bij 20 gemeenten wie er reageren (4.092 reacties). Ongeveer drie op de vijf "
    "reacties kwamen van vrouwen. Meer dan de helft kwam van mensen van 25 tot 45 jaar, terwijl minder dan "
    "een kwart van de bevolking zo oud is. Hoger opgeleiden reageerden veel vaker dan anderen."
)
KNOWN_BIAS_SOURCE = "Vrije Universiteit Amsterdam, Zijlstra Center, 2019 (nedictor.nl, 3-12-2019; sbe.vu.nl)"


@dataclass(frozen=True)
class Speakers:
    """The residents behind the messages of the window; None where a small count would show.

    `top_authors` known residents who write most wrote the part `top_share` of the messages of all known
    residents; `anonymous_share` is the part of all messages of which the author is not known.
    """

    residents: int | None
    messages: int | None
    platforms: tuple[BreakdownRow, ...]
    top_authors: int | None
    top_share: float | None
    anonymous_share: float | None


def speakers(messages: pl.DataFrame) -> Speakers:
    """Who speaks in the messages of residents, copies left out; an anonymous message counts as one author."""
    said = messages.filter(pl.col("author_kind") == "resident", pl.col("dup_of").is_null())
    known = said.drop_nulls("author_key")
    per_author = known.group_by("author_key").agg(messages=pl.len())["messages"].sort(descending=True)
    anonymous = said.height - known.height
    residents = per_author.len() + anonymous
    if is_small(residents):
        return Speakers(None, None, (), None, None, None)
    top = max(MINIMUM_AUTHORS, round(_TOP_PART * per_author.len()))
    # Both groups must be large enough: the rest is what is left of the total.
    tellable = per_author.len() - top >= MINIMUM_AUTHORS
    return Speakers(
        residents=residents,
        messages=said.height,
        platforms=breakdown(said, "platform"),
        top_authors=top if tellable else None,
        top_share=float(per_author.head(top).sum()) / known.height if tellable else None,
        anonymous_share=None if is_small(anonymous) or not said.height else anonymous / said.height,
    )
