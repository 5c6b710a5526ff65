"""What people decided, as far as a night can apply it: only themes that exist can be learned or changed."""

import polars as pl

from flows.night import Night
from nlp.catalogue import NO_THEME
from warehouse.decided import with_adopted
from warehouse.decisions import Decisions
from warehouse.store import Store


def teachable(night: Night, store: Store) -> Decisions:
    """The decisions about themes that exist before tonight's are sought: what may be learned from them.

    A theme that the catalogue no longer has is still stored, but nothing can be under it.
    """
    stored = store.query("SELECT theme_id FROM core.theme WHERE origin = 'emergent'")["theme_id"]
    adopted = {theme.theme_id for theme in night.decisions.adopted}
    return night.decisions.about(_of_catalogue(night) | adopted | set(stored))[0]


def in_force(night: Night, emergent: pl.DataFrame) -> tuple[pl.DataFrame, Decisions]:
    """THEME rows of the emergent themes with the adopted ones, and the decisions about tonight's themes.

    Decisions about other themes are told and left for a night that has them.
    """
    themes = with_adopted(emergent, night.decisions)
    decisions, lost = night.decisions.about(_of_catalogue(night) | set(themes["theme_id"]))
    if lost:
        night.tell(f"besluiten over thema's die er niet zijn, niet toegepast: {', '.join(lost)}")
    return themes, decisions


def _of_catalogue(night: Night) -> set[str]:
    return {NO_THEME, *(theme.theme_id for theme in night.catalogue.themes)}
