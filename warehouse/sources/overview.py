"""The mappings that weerklank comes with as a table, by what kind of source they read.

`python -m warehouse.sources.overview` prints it; it stands in `mappings/README.md`.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import built_in_mapping

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "Sociale media": (
        "meta-graph", "meta-graph-comments", "meta-business-suite-facebook", "facebook-download-posts",
        "facebook-download-comments", "instagram-graph", "meta-business-suite-instagram",
        "instagram-download-posts", "x-api-v2", "x-archive", "youtube-videos", "youtube-comments",
        "youtube-comment-replies", "linkedin-api-posts", "linkedin-api-comments", "linkedin-page-xls",
        "linkedin-page-xlsx", "mastodon", "mastodon-context", "bluesky-feed", "bluesky-thread",
        "tiktok-research-comments", "tiktok-studio-csv", "reddit", "nextdoor",
    ),
    "Luistertools": (
        "coosto-csv", "obi4wan-csv", "brandwatch-csv", "brandwatch-xlsx", "talkwalker-json",
        "talkwalker-csv", "meltwater-csv",
    ),
    "Verzameltools": (
        "exportcomments-xlsx", "exportcomments-csv", "facepager-csv", "4cat-facebook", "4cat-instagram",
        "4cat-x", "4cat-linkedin", "4cat-tiktok-comments", "4cat-bluesky",
    ),
    "Meldingen en klantcontact": (
        "signalen-api", "signalen-csv", "open311-json", "open311-xml", "fixmystreet-reports",
        "fixmystreet-updates", "fixmystreet-json", "fixmystreet-xml", "fixi-csv", "rotterdam-msb",
        "amsterdam-klachten", "melding-csv", "open-klant", "vng-contactmomenten", "klantcontact-csv",
    ),
    "Participatie": (
        "go-vocal-inputs", "go-vocal-comments", "decidim-proposals", "decidim-proposals-zip",
        "decidim-comments", "decidim-comments-zip", "consul-proposals", "consul-comments",
    ),
}  # fmt: skip
_HEADS = ("mapping", "bron", "wat wordt gelezen", "wat gaat verloren", "zekerheid", "waarop die rust")


def mapping_table() -> str:
    """Markdown (Dutch): per group of GROUPS a heading and a table with what each mapping says `about` itself.

    Raises ConfigurationError for a name in GROUPS that is no built-in mapping.
    """
    return "\n\n".join(
        f"### {title}\n\n{_table(map(built_in_mapping, ids))}" for title, ids in GROUPS.items()
    )


def _table(mappings: Iterable[Mapping]) -> str:
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_cells, mappings)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(mapping: Mapping) -> Sequence[str]:
    """One row; a mapping that says nothing about itself is a mistake that the tests find."""
    about = mapping.about
    said = (about.source, about.reads, about.lost, about.confidence, about.evidence) if about else ("",) * 5
    return f"`{mapping.id}`", *(" ".join(text.split()).replace("|", "\\|") for text in said)


if __name__ == "__main__":
    sys.stdout.write(mapping_table() + "\n")
