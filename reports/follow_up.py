"""What was done with earlier themes, whether residents were told, and what it did to the gap."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class ActionNote:
    """One action; the gaps are differences in percentage points, None when unknown or hidden."""

    theme_id: str
    label: str
    action: str
    owner_department: str | None
    started_on: date | None
    told_residents_on: date | None
    gap_before: float | None
    gap_after: float | None


def action_notes(
    actions: pl.DataFrame, labels: Mapping[str, str], hidden: Collection[str]
) -> tuple[ActionNote, ...]:
    """The actions, those without feedback to residents first, then the newest; `hidden` names themes."""
    ordered = actions.sort(
        pl.col("told_residents_on").is_not_null(), "started_on", "action_id", descending=[False, True, False]
    )
    return tuple(
        ActionNote(
            theme_id=row["theme_id"],
            label=labels.get(row["theme_id"], row["theme_id"]),
            action=row["action"],
            owner_department=row["owner_department"],
            started_on=row["started_on"],
            told_residents_on=row["told_residents_on"],
            gap_before=None if row["theme_id"] in hidden else row["gap_before"],
            gap_after=None if row["theme_id"] in hidden else row["gap_after"],
        )
        for row in ordered.iter_rows(named=True)
    )
