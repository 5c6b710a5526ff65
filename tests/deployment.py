"""Small municipalities on disk for tests: settings, mapping and exports written from a few lines."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

MAPPING = """\
id: proef
version: 1
read:
  format: csv
  encoding: [utf-8-sig]
  delimiter: ";"
emit:
  - kind: {soort}
    author_kind: {wie}
    platform: facebook
    fields:
      native_id: {{from: nummer}}
      created_at: {{from: datum, datetime: {{formats: ["%d-%m-%Y %H:%M"], tz: Europe/Amsterdam}}}}
      text: {{from: bericht}}
      parent_id: {{from: "reactie op", optional: true}}
      author: {{from: afzender, secret: true, optional: true}}
      likes: {{from: likes, number: {{}}, optional: true}}
"""
SETTINGS = """\
[municipality]
name = "Proefstad"
owned_accounts = ["Gemeente Proefstad"]

[[source]]
name = "inwoners"
mapping = "mappings/inwoners.yaml"
files = "exports/inwoners*.csv"

[[source]]
name = "gemeente"
mapping = "mappings/gemeente.yaml"
files = "exports/gemeente*.csv"

[report]
window_weeks = 13
"""
COLUMNS = ("nummer", "datum", "afzender", "reactie op", "bericht")


def written_deployment(folder: Path) -> Path:
    """A deployment without exports in `folder`; gives the path of its settings."""
    for name, kind, who in (("inwoners", "comment", "resident"), ("gemeente", "post", "municipality")):
        path = folder / "mappings" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MAPPING.format(soort=kind, wie=who), encoding="utf-8")
    (folder / "exports").mkdir(exist_ok=True)
    settings = folder / "weerklank.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    return settings


def written_export(path: Path, rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Path:
    """A semicolon-separated export with a byte order mark, as many tools write it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerows([columns, *rows])
    path.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    return path
