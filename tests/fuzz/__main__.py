"""Many damaged files through one reader: prints what became of them; a file that should not be is kept."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.files import FORMATS, records
from tests.fuzz.mutations import mutated
from tests.fuzz.outcome import Hang, outcome


def main() -> int:
    """Run the command line; 1 when any file gave anything but rows or one sentence."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--reader", choices=[*FORMATS, "all"], default="all")
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that fail")
    parser.add_argument(
        "--gate-every", type=int, default=20, help="judge the messages of one in so many files"
    )
    parser.add_argument("--sentences", action="store_true", help="count the sentences of refusals")
    asked = parser.parse_args()
    readers = list(FORMATS) if asked.reader == "all" else [asked.reader]
    failed = [_fuzzed(reader, asked) for reader in readers]
    return 1 if any(failed) else 0


def _fuzzed(reader: str, asked: argparse.Namespace) -> int:
    """How many files failed."""
    form, said = FORMATS[reader], Counter[str]()
    failed, rows, quarantined, slowest = 0, 0, 0, (0.0, 0)
    whole = records(Random(reader))
    outcome(form.written(whole), form.mapping, len(whole), limited=False)
    for number in range(asked.files):
        random = Random(f"{reader}-{asked.seed}-{number}")
        content, expected = mutated(reader, form, records(random), random)
        begin = time.perf_counter()
        try:
            found = outcome(content, form.mapping, expected, gate=number % asked.gate_every == 0)
        except (Exception, Hang) as error:  # noqa: BLE001 - whatever it is, it is what is sought
            failed += 1
            sys.stdout.write(f"{reader} {number}: {type(error).__name__}: {str(error)[:200]}\n")
            if asked.keep:
                asked.keep.mkdir(parents=True, exist_ok=True)
                (asked.keep / f"{reader}-{asked.seed}-{number}").write_bytes(content)
            continue
        finally:
            slowest = max(slowest, (time.perf_counter() - begin, number))
        rows, quarantined = rows + found.rows, quarantined + found.quarantined
        if found.refused:
            said[found.refused] += 1
    sys.stdout.write(
        f"{reader}: {asked.files} files, {said.total()} refused, {rows} rows, {quarantined} quarantined, "
        f"{failed} failed, slowest {slowest[0]:.2f} s (file {slowest[1]})\n"
    )
    if asked.sentences:
        sys.stdout.writelines(f"  {times:6}  {sentence}\n" for sentence, times in said.most_common(25))
    return failed


if __name__ == "__main__":
    sys.exit(main())
