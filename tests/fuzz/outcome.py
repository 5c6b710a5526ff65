"""What the whole way from bytes to the gate makes of one file, and what must hold for it."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType

import polars as pl

from tests.export_reading import NOW, SECRET
from warehouse.errors import SourceError
from warehouse.gates import BROKEN_ROW, check_messages
from warehouse.sources.emit import emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import part_of_bytes
from warehouse.sources.read import read_batches
from warehouse.sources.speakers import Parties
from warehouse.sources.tally import Tally

CPU_SECONDS = 5.0


class Hang(BaseException):
    """Reading took more than CPU_SECONDS; no handler on the way takes it for damage."""


@dataclass(frozen=True)
class Outcome:
    """refused: the sentence why there are no rows, or None. The counts are of rows and of messages."""

    refused: str | None
    rows: int = 0
    quarantined: int = 0


def outcome(
    content: bytes, read_by: Mapping, expected: int | None = None, *, limited: bool = True, gate: bool = True
) -> Outcome:
    """The outcome of one file. expected: how many rows it has, where that is known.

    limited: stop after CPU_SECONDS; not for the first file, which loads what reads it. gate: judge the
    messages too, which takes most of the time.

    Raises AssertionError when anything is lost or double, Hang when it takes too long, and whatever else
    goes wrong as it is.
    """
    try:
        with _limited() if limited else nullcontext():
            found = _judged(content, read_by, gate=gate)
    except SourceError as error:
        said = str(error)
        assert re.fullmatch(r"Bestand proef[^\n]+\.", said), said
        assert expected is None, said
        return Outcome(said)
    assert expected in (None, found.rows), f"{found.rows} rows instead of {expected}"
    return found


def _judged(content: bytes, read_by: Mapping, *, gate: bool) -> Outcome:
    tally, rows, accounted = Tally(read_by), 0, 0
    messages, quarantined = 0, 0
    numbers: list[int] = []
    for batch in read_batches(part_of_bytes(content, "proef"), read_by):
        rows += batch.frame.height + batch.rejected.height
        numbers += batch.frame["@row"].to_list() + batch.rejected["row"].to_list()
        emitted = emitted_messages(batch, read_by, Parties(frozenset(), frozenset()), SECRET)
        alive = emitted.messages.filter(~pl.col("deleted"))
        refused = check_messages(alive, NOW).broken_rows if gate else pl.DataFrame(schema=BROKEN_ROW)
        tally.add(emitted, refused)
        good = emitted.messages.join(refused, on=["row", "role"], how="anti")
        messages += good.height
        quarantined += emitted.rejected.height + refused.select("row", "role").n_unique()
        seen = pl.concat([good["row"], emitted.rejected["row"], refused["row"]]).n_unique()
        accounted += seen + emitted.dropped
    tally.check("proef", NOW)
    assert accounted == rows, f"{rows - accounted} rows are lost"
    assert len(set(numbers)) == rows, "a row number occurs twice"
    repeats = tally.repeats().height
    kept = messages - repeats
    assert tally.read == kept + tally.rejected + tally.dropped + repeats
    return Outcome(None, rows, quarantined)


@contextmanager
def _limited() -> Iterator[None]:
    """Raise Hang after CPU_SECONDS of work of this process, however busy the machine is."""

    def stopped(_: int, __: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stopped)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
