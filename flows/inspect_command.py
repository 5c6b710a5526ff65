"""`weerklank inspect`: what an export is, and the mapping that would read it; nothing is loaded.

Names are known here only to be taken out of the twenty messages that are shown.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.file_rules import visible
from flows.inspect_view import Preview, as_json, as_text
from flows.settings import prepare_process, read_environment
from warehouse.errors import ConfigurationError, SourceError
from warehouse.gates import check_messages
from warehouse.inspection.inspection import Inspection, inspection_of
from warehouse.inspection.layout import member_glob
from warehouse.inspection.sample import LOOKED_AT
from warehouse.inspection.yaml_text import quoted
from warehouse.pseudonymise import PseudonymiseRules, author_keys, pseudonymiser
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import Part, part_of
from warehouse.sources.read import read_batches
from warehouse.sources.rows import Rows
from warehouse.sources.speakers import Parties
from warehouse.sources.tally import Tally

SHOWN = 20
_MOST_BESIDE = 50
_KEY = b"inspect"  # keys made here are compared within this one answer and never kept


@dataclass(frozen=True)
class Request:
    """What was asked: the export, how to call it, where to write the draft, and in which form to answer."""

    file: Path
    name: str | None = None
    write: Path | None = None
    as_json: bool = False


def answer(request: Request) -> str:
    """What was seen of the file, for a terminal or as JSON; writes the draft where that was asked.

    Raises ConfigurationError when the file is not there, the name cannot be used or the draft would take the
    place of another file, and SourceError when the file is no export.
    """
    name = _checked_name(request)
    if request.write is not None and request.write.exists():
        raise ConfigurationError(f"Bestand {request.write} bestaat al; kies met --write een ander bestand.")
    part, beside = _opened(request.file)
    now = datetime.now(UTC)
    inspection = inspection_of(part, name, now, beside)
    preview = None if inspection.mapping is None else _preview(part, inspection.mapping, beside, now)
    if request.write is not None:
        _write(request.write, _written(inspection, name))
    block = source_block(request.file.name, name, inspection, request.write)
    told = (as_json if request.as_json else as_text)(inspection, preview, block)
    return "\n".join(map(visible, told.split("\n")))


def source_block(file_name: str, name: str, inspection: Inspection, written: Path | None) -> str:
    """The lines for weerklank.toml."""
    known = inspection.recognised
    mapping = str(written) if written else known.id if known else f"{name}.yaml"
    lines = ["[[source]]", f"name = {quoted(name)}", f"mapping = {quoted(mapping)}"]
    return "\n".join([*lines, f"files = {quoted('exports/' + member_glob(file_name))}"])


def _checked_name(request: Request) -> str:
    if request.name is None:
        stem = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\d+", "", request.file.stem.casefold())).strip("-")
        return stem or "export"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", request.name):
        raise ConfigurationError(
            f"Naam '{request.name}' kan niet; gebruik bij --as kleine letters, cijfers, - en _."
        )
    return request.name


def _opened(file: Path) -> tuple[Part, list[Part]]:
    """The file, and those that lie beside it."""
    try:
        if not file.is_file():
            raise ConfigurationError(f"Bestand {file} bestaat niet; geef het pad van een export.")
        with file.open("rb"):
            part = part_of(file)
        others = sorted(path for path in file.absolute().parent.iterdir() if path.name != file.name)
        return part, [part_of(path) for path in others if path.is_file()][:_MOST_BESIDE]
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"Bestand {file} is niet te lezen; controleer de rechten.") from error


def _written(inspection: Inspection, name: str) -> str:
    """What is written: the draft, or a start on top of the mapping that fits already."""
    known = inspection.recognised
    if known is None:
        return inspection.draft.text
    return (
        f"# {known.id} leest deze export al; hieronder kunt u ervan afwijken.\n"
        f"id: {name}\nversion: 1\nextends: {known.id}\ndescription: {quoted(known.description)}\n"
    )


def _write(path: Path, text: str) -> None:
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(
            f"Bestand {path} is niet te schrijven; controleer de map en de rechten."
        ) from error


def _preview(part: Part, mapping: Mapping, beside: list[Part], now: datetime) -> Preview:
    """The first messages as a night would store them, and what the gates would say."""
    rows = _first_rows(part, mapping, beside)
    emitted = emitted_messages(rows, mapping, Parties(), _KEY)
    with _ready() as cache:
        gate = check_messages(emitted.messages.filter(~pl.col("deleted")), now)
        tally = Tally(mapping)
        tally.add(emitted, gate.broken_rows)
        try:
            tally.check(part.name, now)
            refusal = ""
        except SourceError as error:
            refusal = str(error)
        good = emitted.messages.join(gate.broken_rows, on=["row", "role"], how="anti")
        names = frozenset(emitted.messages["author"].drop_nulls().unique().to_list())
        safe = _safe(_various(good), names, cache)
    rejected = emitted.rejected.group_by("rule", "field").len().sort("len", "rule", descending=[True, False])
    return Preview(
        safe, good.height, emitted.dropped, tally.repeats().height,
        tuple((rule, field or "", count) for rule, field, count in rejected.rows()), gate.warnings, refusal,
    )  # fmt: skip


def _first_rows(part: Part, mapping: Mapping, beside: list[Part]) -> Rows:
    """As many rows as were looked at. Raises SourceError when the mapping cannot read them."""
    frames, rejected, seen = [], [], 0
    for batch in read_batches(part, mapping, beside):
        frames.append(batch.frame)
        rejected.append(batch.rejected)
        seen += batch.frame.height
        if seen >= LOOKED_AT:
            break
    return Rows(pl.concat(frames, how="diagonal").head(LOOKED_AT), pl.concat(rejected))


def _various(messages: pl.DataFrame) -> pl.DataFrame:
    """The messages to show: the first of every role in turn, in the order of the file."""
    turn = pl.int_range(pl.len()).over("role")
    chosen = messages.filter(~pl.col("deleted")).with_columns(turn=turn).sort("turn", maintain_order=True)
    return chosen.head(SHOWN).sort("row", maintain_order=True)


def _safe(messages: pl.DataFrame, names: frozenset[str], cache: Path) -> pl.DataFrame:
    """Messages without names: who wrote is a letter, texts are pseudonymised as in the night."""
    pseudonymise = pseudonymiser(PseudonymiseRules(cache=cache, keep=frozenset()))
    authors = messages.select(pl.coalesce("author_id", "author")).to_series()
    keys = author_keys(authors, messages["platform"], _KEY)
    letters = {
        key: _letters(place) for place, key in enumerate(keys.drop_nulls().unique(maintain_order=True))
    }
    told = [None if key is None else f"auteur {letters[key]}" for key in keys.to_list()]
    free = ("title", "text", "area_name", "channel_name", "source_category", "department")
    return messages.select(
        "row", "role", "kind", "platform", "author_kind", "created_at", "text_truncated",
        author=pl.Series(told, dtype=pl.String()),
        **{name: pseudonymise.texts(messages[name], names) for name in free},
    )  # fmt: skip


def _letters(place: int) -> str:
    """a to z, then aa, ab and so on."""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("a") + place % 26)


@contextmanager
def _ready() -> Iterator[Path]:
    """The cache of the pseudonymiser, in the home when there is one; nothing is made there."""
    home = read_environment().home
    cache = home / "cache" / "namen"
    with tempfile.TemporaryDirectory(prefix="weerklank-") as aside:
        prepare_process(home if (home / "prefect").exists() else Path(aside))
        yield cache if cache.exists() else Path(aside)
