"""A gold set: labels that people gave, joined with what was found.

A gold set names its themes in its own way. A found theme therefore stands for the gold theme that most of
its labelled messages have; when that is "overig", it is a theme that the gold set does not name.
"""

import polars as pl

GOLD_WITHOUT_THEME = "overig"
FOUND_WITHOUT_THEME = "(geen thema)"
_LABELS = ("native_id", "author_kind", "theme", "is_question")


def labelled(found: pl.DataFrame, gold: pl.DataFrame) -> pl.DataFrame:
    """The messages of `found` (native_id, author_kind, theme_id and more) that have a label in `gold`
    (native_id, author_kind, theme; is_question when it was labelled), all String.

    Gives the columns of both; author_kind is the one of the label, a column of `found` that is also a
    label ends in `_found`, theme_id is FOUND_WITHOUT_THEME where it was null, and `mapped` (String) is the
    gold theme that the found theme stands for, GOLD_WITHOUT_THEME for none.
    """
    labels = gold.select(column for column in _LABELS if column in gold.columns)
    joined = labels.join(
        found.drop("author_kind"), on="native_id", how="inner", suffix="_found", maintain_order="left"
    ).with_columns(theme_id=pl.col("theme_id").fill_null(FOUND_WITHOUT_THEME))
    return joined.join(majority_gold(joined), on="theme_id", how="left", maintain_order="left").with_columns(
        pl.col("mapped").fill_null(GOLD_WITHOUT_THEME)
    )


def majority_gold(messages: pl.DataFrame) -> pl.DataFrame:
    """theme_id and mapped: the gold theme (`theme`) of most messages of a found theme (ties by name)."""
    counted = messages.filter(pl.col("theme_id") != FOUND_WITHOUT_THEME).group_by("theme_id", "theme").len()
    ranked = counted.sort(["theme_id", "len", "theme"], descending=[False, True, False])
    return ranked.group_by("theme_id", maintain_order=True).agg(mapped=pl.col("theme").first())


def share(frame: pl.DataFrame, condition: pl.Expr) -> float | None:
    """Part of the rows for which the condition holds, null being no; None without rows."""
    return None if frame.is_empty() else float(frame.select(condition.fill_null(value=False).mean()).item())
