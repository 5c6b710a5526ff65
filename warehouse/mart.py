"""The views for analysts as their files tell them: what each is called, means, holds and selects.

A file of `marts/` starts with `-- mart.<name>: meaning` and one `-- column: meaning` per column, in
order; the one SELECT follows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files

_FOLDER = files("warehouse") / "marts"
_READ = re.compile(r"\b(?:FROM|JOIN) mart\.(\w+)")


@dataclass(frozen=True)
class Mart:
    """One view in schema mart: its meaning, the meaning of its columns in order, and its SELECT."""

    name: str
    meaning: str
    columns: Mapping[str, str]
    select: str


def marts() -> tuple[Mart, ...]:
    """All marts, each after those that its SELECT reads, otherwise in order of name."""
    files_ = sorted((file for file in _FOLDER.iterdir() if file.name.endswith(".sql")), key=lambda f: f.name)
    found = {mart.name: mart for mart in (_mart(file.read_text("utf-8")) for file in files_)}
    reads = {name: sorted(set(_READ.findall(mart.select))) for name, mart in found.items()}
    return tuple(found[name] for name in TopologicalSorter(reads).static_order())


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
