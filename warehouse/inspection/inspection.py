"""All that is seen of an export that nobody described, and the mapping that is proposed for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from warehouse.errors import ConfigurationError, SourceError
from warehouse.inspection.draft import Draft, drafted
from warehouse.inspection.known import Likeness, likenesses
from warehouse.inspection.layout import Layout, layout_of
from warehouse.inspection.sample import Group, Sample, groups_of, sample_of
from warehouse.inspection.setting import setting_of
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import parse_mapping
from warehouse.sources.parts import Part
from warehouse.sources.rows import PATH


@dataclass(frozen=True, repr=False)
class Inspection:
    """What was seen. `sample` holds raw text and is never shown.

    known: built-in mappings that look like it, the best first. mapping: the built-in one that fits, else the
    draft; None when the draft has a gap.
    """

    layout: Layout
    sample: Sample
    groups: tuple[Group, ...]
    known: tuple[Likeness, ...]
    draft: Draft
    mapping: Mapping | None

    @property
    def recognised(self) -> Mapping | None:
        """The built-in mapping that reads this export as it is."""
        return self.known[0].mapping if self.known and self.known[0].fits else None


def inspection_of(part: Part, name: str, now: datetime, beside: Sequence[Part] = ()) -> Inspection:
    """All that is seen of `part`, with a draft called `name`; `beside`: other files of the same drop.

    now: bounds what may be a time. Raises SourceError with one sentence for what is no export.
    """
    layout = layout_of(part)
    sample = sample_of(part, layout)
    groups = groups_of(sample.frame, now)
    if layout.read["format"] == "csv" and not {"text", "created_at", "native_id"} & groups[0].roles.keys():
        # what was taken for its header may be what somebody wrote
        raise SourceError(
            f"Bestand {part.name} heeft geen kolom die op een nummer, tekst of datum lijkt; "
            "controleer of dit een export met kolomnamen is."
        )
    known = tuple(likenesses(part, layout, sample, beside))
    records = sample.frame.filter(pl.col(PATH).eq_missing(groups[0].path))
    draft = drafted(name, layout.read, groups, setting_of(groups[0], records), part.name)
    fitting = known[0].mapping if known and known[0].fits else None
    return Inspection(layout, sample, groups, known, draft, fitting or _valid(draft, name))


def _valid(draft: Draft, name: str) -> Mapping | None:
    """The mapping that the draft is; None while it has a gap."""
    try:
        return parse_mapping(draft.text, f"{name}.yaml")
    except ConfigurationError:
        if draft.gaps:
            return None
        raise
