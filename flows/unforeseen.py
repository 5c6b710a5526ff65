"""An error that nobody foresaw, told without its text: that text may hold a resident's words."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import WeerklankError

_ROOMS = {"flows", "nlp", "reports", "warehouse", "sources"}


@contextmanager
def discreet(where: str) -> Iterator[None]:
    """Turn any error that is not ours into one that shows none of its text."""
    try:
        yield
    except WeerklankError:
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold a resident's words
        raise unforeseen(where, error) from None


def unforeseen(where: str, error: Exception) -> WeerklankError:
    """The error that names `where` ("stap 'marts'"), the kind and the place in our code, and nothing else."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).parent.name in _ROOMS]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "onbekende plaats"
    return WeerklankError(
        f"Onverwachte fout in {where} ({type(error).__name__} bij {place}); "
        "meld dit met deze regel, het vorige rapport staat er nog."
    )
