"""The theme of last night as the assigner may have given it, whatever people made of it since."""

import numpy as np
import polars as pl

from flows.themes import remembered_themes
from nlp.catalogue import NO_THEME

THEMES = ("afval", "bomen", NO_THEME)
READ = np.log([[0.5, 0.3, 0.2], [0.3, 0.5, 0.2], [0.1, 0.3, 0.6]])


def stored(**merged: str | None) -> pl.DataFrame:
    """Themes, each with the one that it went into; what starts with e is emergent."""
    rows = [
        {
            "theme_id": theme,
            "origin": "emergent" if theme.startswith("e") else "catalogue",
            "merged_into": into,
        }
        for theme, into in merged.items()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("theme_id", "origin", "merged_into"), pl.String()))


def test_a_theme_is_remembered_as_it_is() -> None:
    had = ["afval", NO_THEME, None]
    assert remembered_themes(had, stored(afval=None, bomen=None), READ, THEMES) == had
    assert remembered_themes(had, stored(), READ, THEMES) == had


def test_what_went_into_a_theme_may_have_been_either() -> None:
    into_bomen = stored(afval="bomen", bomen=None)
    assert remembered_themes(["bomen"] * 3, into_bomen, READ, THEMES) == ["afval", "bomen", "bomen"]
    with_found = stored(bomen=None, e1="bomen")
    assert remembered_themes(["bomen"] * 3, with_found, READ, THEMES) == ["bomen", "bomen", NO_THEME]


def test_an_emergent_theme_that_is_not_learned_was_no_theme() -> None:
    assert remembered_themes(["e1"] * 3, stored(e1=None), READ, THEMES) == [NO_THEME] * 3
    assert remembered_themes(["e1"] * 3, stored(e1=None), READ, ("afval", "e1", NO_THEME)) == ["e1"] * 3
    assert remembered_themes(["weg"] * 3, stored(weg=None), READ, THEMES) == ["weg"] * 3
