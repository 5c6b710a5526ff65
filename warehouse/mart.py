"""The views for analysts as their files tell them: what each is called, means, holds and selects.

A file of `marts/` starts with `-- mart.<name>: meaning` and one `-- column: meaning` per column, in
order; the one SELECT follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_FOLDER = files("warehouse") / "marts"


@dataclass(frozen=True)
class Mart:
    """One view in schema mart: its meaning, the meaning of its columns in order, and its SELECT."""

    name: str
    meaning: str
    columns: Mapping[str, str]
    select: str


def marts() -> tuple[Mart, ...]:
    """All marts in order of name; the SELECT of one may read those that come before it."""
    found = [file for file in _FOLDER.iterdir() if file.name.endswith(".sql")]
    return tuple(_mart(file.read_text("utf-8")) for file in sorted(found, key=lambda file: file.name))


def _mart(text: str) -> Mart:
    lines = text.splitlines()
    size = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    header = [line.removeprefix("-- ").split(": ", maxsplit=1) for line in lines[:size]]
    (name, meaning), *columns = header
    return Mart(
        name=name.removeprefix("mart."),
        meaning=meaning,
        columns=dict(columns),
        select="\n".join(lines[size:]),
    )
