"""The sheets of an xls, read in a process of its own with a limit on memory and time.

An xls says itself how much memory it takes to read it, and the library believes it: a damaged one would stop
the process. In a process of its own it stops only that one, which knows no secret and takes no code from the
folder that we happen to be in.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.rows import BATCH
from warehouse.sources.tables import Table

_SHEET = "@sheet"
_SECONDS = 120
_MEMORY = 4 << 30


def xls_tables(content: bytes, name: str) -> Iterator[Table]:
    """The sheets of an xls that hold anything, as `excel.excel_tables` gives them.

    Raises SourceError when it is damaged, protected or too large.
    """
    command = [sys.executable, "-P", "-m", __name__]
    known = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=_SECONDS, check=True, env=known
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise SourceError(
            f"Bestand {name}: de xls is beschadigd, beveiligd of te groot; bewaar het in Excel als .xlsx."
        ) from error.__cause__
    if done.stdout:
        for (sheet,), cells in pl.read_ipc_stream(done.stdout).group_by(_SHEET, maintain_order=True):
            frame = cells.drop(_SHEET)
            yield Table(str(sheet), (frame.slice(at, BATCH) for at in range(0, frame.height, BATCH)))


def _write_tables() -> None:
    """Reads an xls from standard input and writes its sheets to standard output as one Arrow stream."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from warehouse.sources.excel import excel_tables

    tables = list(excel_tables(sys.stdin.buffer.read(), "xls", {}))
    frames = [f.with_columns(pl.lit(t.name).alias(_SHEET)) for t in tables for f in t.frames if f.width]
    if frames:
        written = BytesIO()
        pl.concat(frames, how="diagonal").write_ipc_stream(written)
        sys.stdout.buffer.write(written.getvalue())


if __name__ == "__main__":
    _write_tables()
