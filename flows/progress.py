"""What a night is doing, for who watches: a bar on a terminal, plain lines in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

STEPS = (
    "bestanden verzamelen", "lezen en vertalen", "poort: berichten", "persoonsgegevens weghalen en opslaan",
    "poort: venster", "woorden en zinsvectoren", "thema's", "kloof en signalen", "poort: cijfers", "marts",
    "rapport", "publiceren",
)  # fmt: skip


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Gives a function that is told what happens: a step of STEPS, or a detail of the current one."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda message: _log(f"{title}: {message}")
        return
    told = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), told, BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=len(STEPS))

        def tell(message: str) -> None:
            done = STEPS.index(message) if message in STEPS else None
            bar.update(task, description=f"{title}: {message}", completed=done)

        yield tell


def _log(line: str) -> None:
    # A night does not end because nobody reads along any more.
    with suppress(BrokenPipeError):
        print(f"{datetime.now(UTC).astimezone():%H:%M:%S} {line}", file=sys.stderr, flush=True)
