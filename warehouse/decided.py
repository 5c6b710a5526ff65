"""What people decided, applied to the themes and messages of a night."""

from collections.abc import Mapping, Sequence

import polars as pl

from warehouse.decisions import Decisions
from warehouse.tables import THEME

_ADOPTED = "Gevonden in de berichten en door mensen overgenomen."


def with_adopted(emergent: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    """THEME rows of emergent themes, with a row for every adopted theme that is not among them.

    A database that was made anew does not know what an earlier one found; the log does.
    """
    rows = [
        {
            "theme_id": theme.theme_id, "label": theme.label, "department": theme.department,
            "description": _ADOPTED, "origin": "emergent", "status": "active",
        }
        for theme in decisions.adopted
    ]  # fmt: skip
    adopted = pl.DataFrame(rows, schema=THEME.schema)
    return pl.concat([THEME.conform(emergent), adopted.join(emergent, on="theme_id", how="anti")])


def decided_themes(themes: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    """THEME rows as people decided them: label, department, status and merged_into.

    own_label and own_department keep what was there before: of a row that is not stored yet they are null
    and become its label and department. A theme that is merged or hidden no longer is active, or asleep
    when it is emergent and no message is under it (null last_seen). An adopted theme is always active.
    """
    theme = pl.col("theme_id")
    own = themes.with_columns(
        own_label=pl.coalesce("own_label", "label"),
        own_department=pl.coalesce("own_department", "department"),
    )
    unset = pl.col("status").is_in(["merged", "hidden"])
    heard = pl.when(pl.col("last_seen").is_null()).then(pl.lit("asleep")).otherwise(pl.lit("active"))
    adopted = [adopted.theme_id for adopted in decisions.adopted]
    return THEME.conform(
        own.with_columns(
            label=pl.coalesce(_chosen(decisions.labels), "own_label"),
            department=pl.coalesce(_chosen(decisions.departments), "own_department"),
            merged_into=_chosen(decisions.merged),
            status=pl.when(theme.is_in(list(decisions.merged)))
            .then(pl.lit("merged"))
            .when(theme.is_in(list(decisions.hidden)))
            .then(pl.lit("hidden"))
            .when(theme.is_in(adopted))
            .then(pl.lit("active"))
            .when(unset & (pl.col("origin") == "catalogue"))
            .then(pl.lit("active"))
            .when(unset)
            .then(heard)
            .otherwise("status"),
        )
    )


def merged_messages(messages: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    """`messages` (theme_id, other_themes) with what is under a merged theme under the one that it went into.

    A message names each theme once: its main theme is none of its other themes.
    """
    if not decisions.merged:
        return messages
    main = messages.with_columns(theme_id=pl.coalesce(_chosen(decisions.merged), "theme_id"))
    others = [
        None if themes is None else _others(themes, theme, decisions.merged)
        for theme, themes in main.select("theme_id", "other_themes").iter_rows()
    ]
    return main.with_columns(other_themes=pl.Series(others, dtype=main.schema["other_themes"]))


def _others(themes: Sequence[str], main: str | None, merged: Mapping[str, str]) -> list[str]:
    targets = dict.fromkeys(merged.get(theme, theme) for theme in themes)
    return [theme for theme in targets if theme != main]


def _chosen(by_theme: Mapping[str, str]) -> pl.Expr:
    """What was decided for the theme of the row; null when nothing was."""
    return pl.col("theme_id").replace_strict(dict(by_theme), default=None, return_dtype=pl.String())
