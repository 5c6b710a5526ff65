"""Labelled Dutch texts to plant from: the bundled sample, read through its own mappings, with its labels."""

from importlib.resources import as_file, files
from pathlib import Path

import polars as pl

from flows.collect import collected
from flows.settings import read_settings, source_mapping
from warehouse.sources.emit import emitted_messages
from warehouse.sources.read import read_batches
from warehouse.sources.speakers import Parties

# How a gold set calls a message that belongs to no theme.
WITHOUT_THEME = "overig"
LABELLED_SCHEMA = {
    "native_id": pl.String(),
    "author_kind": pl.String(),
    "theme": pl.String(),
    "text": pl.String(),
    "answers": pl.String(),
    "same_theme": pl.Boolean(),
}


def sample_texts() -> pl.DataFrame:
    """The labelled texts of the bundled sample, as `labelled_texts` gives them."""
    with as_file(files("warehouse") / "sample") as folder:
        return labelled_texts(folder / "weerklank.toml", folder / "gold.csv")


def labelled_texts(config: Path, gold: Path) -> pl.DataFrame:
    """LABELLED_SCHEMA of every labelled message in the exports that `config` names, sorted by native_id.

    gold: CSV with native_id, author_kind and theme. answers: who wrote the message that this one answers
    (null when it answers none that has a label), same_theme: whether that one has the same theme.
    """
    settings = read_settings(config)
    drafts = []
    parties = Parties(settings.owned_accounts, settings.partner_accounts)
    for source in settings.source:
        mapping = source_mapping(source, config.parent)
        for export in collected(source, mapping, config.parent):
            for rows in read_batches(export.part, mapping, export.parts_beside):
                emitted = emitted_messages(rows, mapping, parties, b"")
                drafts.append(emitted.messages.select("native_id", "parent_id", "text"))
    labels = pl.read_csv(gold, infer_schema=False).select("native_id", "author_kind", "theme")
    texts = pl.concat(drafts).unique("native_id", keep="first").join(labels, on="native_id")
    parents = labels.select(parent_id="native_id", answers="author_kind", above="theme")
    found = texts.join(parents, on="parent_id", how="left").with_columns(
        same_theme=pl.col("above") == pl.col("theme")
    )
    return found.select(pl.col(name).cast(kind) for name, kind in LABELLED_SCHEMA.items()).sort("native_id")
