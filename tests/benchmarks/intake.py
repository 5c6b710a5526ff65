"""How fast and in how much memory a large export is read, mapped, gated and loaded.

`python -m tests.benchmarks.intake --rows 1000000` writes a CSV of that many messages, `--json-mb 2048` a JSON
document of that size. Names and numbers are not searched for in the texts (`--pseudonymise` does that too,
which takes far longer than all the rest); authors are hashed.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from flows.intake import Reading, judged, loaded_row, readers, safe_batches
from flows.night import prepared_night
from tests.deployment import COLUMNS, SETTINGS, written_deployment
from warehouse.load import load_export, tie_threads
from warehouse.pseudonymise import Pseudonymiser
from warehouse.store import open_store

_WORDS = (
    "container", "vol", "zakken", "ernaast", "straat", "lamp", "stuk", "bus", "rijdt", "niet", "meer",
    "drukke", "weg", "speeltuin", "kapot",
)  # fmt: skip
_START = datetime(2025, 1, 1, tzinfo=UTC)
_JSON_MAPPING = """\
id: groot
version: 1
read:
  format: json
  json: {records: "$.data[*]"}
emit:
  - kind: comment
    author_kind: resident
    platform: facebook
    fields:
      native_id: {from: id}
      created_at: {from: created_time, datetime: iso}
      text: {from: message, use: [nfc]}
      author_id: {from: from.id, secret: true, optional: true}
      likes: {from: like_count, optional: true}
"""


class AsItIs(Pseudonymiser):
    """Leaves every text as it is: what is measured is everything else."""

    def __init__(self) -> None:
        pass

    def texts(self, texts: pl.Series, known_names: frozenset[str]) -> pl.Series:
        """The texts."""
        del known_names
        return texts


def text(number: int) -> str:
    """A text of some fifty characters, different for every number."""
    return " ".join(_WORDS[(number * step) % len(_WORDS)] for step in range(1, 9)) + f" {number}"


def written_csv(path: Path, rows: int) -> None:
    """An export with the columns of the tests' deployment."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(COLUMNS) + "\r\n")
        for n in range(rows):
            when = _START + timedelta(seconds=n * 5 % 30_000_000)
            file.write(f'r{n};{when:%d-%m-%Y %H:%M};Inwoner {n % 90_000};;"{text(n)}"\r\n')


def written_json(path: Path, size: int) -> None:
    """One JSON document of about `size` bytes."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"data": [')
        for n, record in enumerate(_records()):
            file.write((", " if n else "") + record)
            if file.tell() > size:
                break
        file.write("]}")


def _records() -> Iterator[str]:
    n = 0
    while True:
        when = _START + timedelta(seconds=n * 5 % 30_000_000)
        yield json.dumps(
            {
                "id": str(10**14 + n), "message": text(n) * 4, "created_time": when.isoformat(),
                "like_count": n % 9, "from": {"id": str(n % 90_000), "name": f"Inwoner {n % 90_000}"},
                "attachments": {"data": [{"type": "photo", "url": "https://example.org/" + "x" * 200}]},
            }
        )  # fmt: skip
        n += 1


def peak_gib() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Write, judge and load one large export, and say how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json-mb", type=int)
    parser.add_argument("--pseudonymise", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.rows, given.json_mb, pseudonymise=given.pseudonymise)


def measure(folder: Path, rows: int, json_mb: int | None, *, pseudonymise: bool) -> None:
    """The benchmark itself, in `folder`."""
    from flows.collect import collected
    from flows.intake import night_pseudonymiser
    from flows.settings import source_mapping

    os.environ["WEERKLANK_HOME"] = str(folder / "home")
    config = written_deployment(folder)
    if json_mb:
        as_json = SETTINGS.replace("exports/inwoners*.csv", "exports/inwoners*.json")
        config.write_text(as_json, encoding="utf-8")
        (folder / "mappings" / "inwoners.yaml").write_text(_JSON_MAPPING, encoding="utf-8")
        written_json(folder / "exports" / "inwoners.json", json_mb << 20)
    else:
        written_csv(folder / "exports" / "inwoners.csv", rows)
    with prepared_night(config, "2026-12-31") as night, open_store(night.database) as store:
        source = night.settings.source[0]
        reading_by = readers(night.settings, night.base, night.secret)
        start = time.perf_counter()
        [export] = collected(source, source_mapping(source, night.base), night.base)
        took = {"collected (hash)": time.perf_counter() - start}
        start = time.perf_counter()
        reading: Reading = judged(export, reading_by, "Europe/Amsterdam", night.now)
        took["read, mapped, gated"] = time.perf_counter() - start
        said, judged_peak = reading.messages, peak_gib()
        start = time.perf_counter()
        pseudonymiser = night_pseudonymiser(night) if pseudonymise else AsItIs()
        batches = safe_batches(reading, frozenset(), pseudonymiser, reading_by, night)
        load_export(store, loaded_row(reading, night.now), batches, reading.told_at)
        took["read again, hashed, loaded"] = time.perf_counter() - start
        loaded_peak = peak_gib()
        start = time.perf_counter()
        tie_threads(store)
        took["threads and copies"] = time.perf_counter() - start
    sys.stdout.write(f"{export.size / 2**20:,.0f} MiB, {said:,} messages, {reading.rejected} rejected\n")
    for name, seconds in {**took, "all": sum(took.values())}.items():
        sys.stdout.write(f"{name:30} {seconds:8.1f} s\n")
    peaks = f"{judged_peak:.2f} when judged, {loaded_peak:.2f} when loaded"
    sys.stdout.write(f"peak memory {peak_gib():.2f} GiB ({peaks})\n")


if __name__ == "__main__":
    main()
