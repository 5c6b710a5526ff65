"""The decision log: append-only files of JSON lines, one per year, that outlive every database.

It lies under the home, in `decisions/2026.jsonl` and so on, can be kept in version control, and is read as
a whole: files by name, lines in order. One writer at a time: the folder is locked while a decision is
weighed and written.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from warehouse.decision_kinds import KINDS, Decision
from warehouse.decisions import checked, replayed
from warehouse.errors import ConfigurationError
from warehouse.validation import first_complaint

_FOR_OWNER_AND_GROUP = 0o640


def read_log(folder: Path) -> tuple[Decision, ...]:
    """All decisions, the oldest first; none when nobody decided anything yet.

    Raises ConfigurationError that names file, line and theme of the first mistake, and when what is in
    effect contradicts itself.
    """
    if not folder.is_dir():
        # A link to a place that is not there now must not make a night forget what people decided.
        if folder.exists() or folder.is_symlink():
            raise ConfigurationError(
                f"Besluiten {folder} zijn niet te lezen, want dit is geen map; zet de map terug."
            )
        return ()
    with _locked(folder, fcntl.LOCK_SH):
        return _decisions(folder)


def decided(folder: Path, wanted: Sequence[Decision]) -> tuple[Decision, ...]:
    """Append decisions of one moment to the log, all or none; gives them as they were written.

    They are on disk when this returns. Two that would get the same id differ by a microsecond. Raises
    ConfigurationError when one cannot be (see `checked`) or when the log cannot be read or written.
    """
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder) from error
    with _locked(folder, fcntl.LOCK_EX):
        log = list(_decisions(folder))
        ids, new = {decision.id for decision in log}, list[Decision]()
        for decision in wanted:
            unique = decision
            while unique.id in ids:
                later = unique.at + timedelta(microseconds=1)
                unique = type(decision).model_validate({**decision.model_dump(), "at": later})
            new.append(checked(log, unique))
            ids.add(unique.id)
            log.append(unique)
        # Files are read by year: after a clock that ran ahead, a new line may come before an older one.
        replayed(sorted(log, key=lambda decision: decision.at.year))
        if new:
            text = "".join(f"{decision.line}\n" for decision in new)
            _append(folder / f"{new[0].at.year:04}.jsonl", text.encode())
        return tuple(new)


def _decisions(folder: Path) -> tuple[Decision, ...]:
    found = dict[str, Decision]()
    for path in sorted(folder.glob("*.jsonl")):
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise ConfigurationError(
                f"Besluiten {path} zijn niet te lezen; controleer de rechten."
            ) from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"Besluiten {path}, regel {number}"
            decision = _decision(line, where)
            if decision.id in found:
                raise ConfigurationError(
                    f"{where}, thema {decision.theme}: besluit {decision.id} staat er twee keer; haal deze"
                    " regel weg."
                )
            found[decision.id] = decision
    decisions = tuple(found.values())
    replayed(decisions)
    return decisions


def _decision(line: bytes, where: str) -> Decision:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise ConfigurationError(
            f"{where}, thema onbekend: dit is geen geldige JSON; zet de regel terug uit een reservekopie."
        ) from None
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"{where}, thema onbekend: dit is geen besluit; zet de regel terug uit een reservekopie."
        )
    where = f"{where}, thema {content.get('theme', 'onbekend')}"
    what = content.get("what")
    if not isinstance(what, str) or what not in KINDS:
        raise ConfigurationError(f"{where}: 'what' kent deze waarde niet; kies uit {', '.join(KINDS)}.")
    kind, stated = KINDS[what], content.pop("id", None)
    try:
        decision = kind.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {first_complaint(error, kind)[1]}.") from None
    if decision.id != stated:
        raise ConfigurationError(
            f"{where}: de regel is veranderd na het besluit ('id' past er niet meer bij); zet hem terug zoals"
            " hij was en neem een nieuw besluit."
        )
    return decision


def _append(path: Path, text: bytes) -> None:
    """Add to the file in one write, or leave it as it was."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _FOR_OWNER_AND_GROUP)
    except OSError as error:
        raise _unwritable(path) from error
    try:
        size = os.fstat(handle).st_size
        whole = size == 0 or os.pread(handle, 1, size - 1) == b"\n"
        written = text if whole else b"\n" + text
        if os.write(handle, written) != len(written):
            os.ftruncate(handle, size)
            raise _unwritable(path)
        os.fsync(handle)
    except OSError as error:
        raise _unwritable(path) from error
    finally:
        os.close(handle)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError(f"Besluiten {folder} zijn niet te lezen; controleer de rechten.") from error
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _unwritable(path: Path) -> ConfigurationError:
    return ConfigurationError(f"Besluiten {path} zijn niet te schrijven; controleer rechten en schijfruimte.")
