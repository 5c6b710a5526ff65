"""The two agendas as a whole: how far apart they are, and over how many themes each spreads."""

from collections.abc import Mapping

import polars as pl
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, spearmanr

from nlp.evidence import Counts
from nlp.voices import Window, municipality_posts, resident_voices, unassigned_share
from warehouse.tables import AGENDA


def agenda_figures(messages: pl.DataFrame, windows: Mapping[str, Window]) -> pl.DataFrame:
    """The agendas per window, in the order of `windows`: core.agenda without run_id and as_of.

    Takes `messages` as `voices.py` describes them. An agenda is the share of each theme in the themed
    voices of residents, or in the themed posts of the municipality.

    - js_distance: Jensen-Shannon distance, the square root of the divergence in bits: 0 for equal
      agendas, 1 for agendas without a common theme. Few messages make agendas differ by chance, so
      compare only windows of about the same size;
    - resident_entropy, municipality_entropy: Shannon's, in bits; 3 bits is as varied as 8 equal themes;
    - rank_correlation: Spearman's, over the themes that either side brings up; null when a side gives
      all of them the same share;
    - unassigned_resident_share, unassigned_municipality_share: part of all voices or posts.

    A figure is null where a side that it needs has nothing to count.
    """
    rows = [{"window": name, **_figures(window.of(messages))} for name, window in windows.items()]
    return pl.DataFrame(rows, schema=AGENDA.empty().drop("run_id", "as_of").schema)


def _figures(messages: pl.DataFrame) -> dict[str, float | None]:
    voices, posts = resident_voices(messages), municipality_posts(messages)
    themes = pl.concat([voices["theme_id"], posts["theme_id"]]).drop_nulls().unique().sort()
    residents, municipality = _counts(voices, themes), _counts(posts, themes)
    comparable = bool(residents.any() and municipality.any())
    return {
        "js_distance": float(jensenshannon(residents, municipality, base=2)) if comparable else None,
        "resident_entropy": _entropy(residents),
        "municipality_entropy": _entropy(municipality),
        "rank_correlation": _rank_correlation(residents, municipality) if comparable else None,
        "unassigned_resident_share": unassigned_share(voices),
        "unassigned_municipality_share": unassigned_share(posts),
    }


def _counts(side: pl.DataFrame, themes: pl.Series) -> Counts:
    counted = themes.to_frame("theme_id").join(
        side.group_by("theme_id").len(), on="theme_id", how="left", maintain_order="left"
    )
    return counted["len"].fill_null(0).cast(pl.Int64).to_numpy()


def _entropy(counts: Counts) -> float | None:
    return float(entropy(counts, base=2)) if counts.any() else None


def _rank_correlation(residents: Counts, municipality: Counts) -> float | None:
    if len(set(residents)) == 1 or len(set(municipality)) == 1:
        return None
    return float(spearmanr(residents, municipality).statistic)
