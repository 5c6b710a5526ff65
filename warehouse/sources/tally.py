"""What becomes of a whole file, counted batch by batch: repeats, and whether it is what the mapping expects.

Only ids and counts are kept, so that a file of any size can be judged before anything of it is loaded.
"""

from collections import Counter
from datetime import datetime, timedelta

import polars as pl

from warehouse.errors import SourceError
from warehouse.sources.emit import DRAFT_SCHEMA, Emitted
from warehouse.sources.mapping import Mapping
from warehouse.sources.rows import normalised

PLACE = {"row": pl.Int64(), "role": pl.String()}
_ID = ("platform", "native_id")


class Tally:
    """Counts of one file; grows by `add`, and says at the end what it all comes to."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._ids = [pl.DataFrame(schema={name: DRAFT_SCHEMA[name] for name in ("row", "role", *_ID)})]
        self._broken: Counter[tuple[str, str | None]] = Counter()
        self._first_row: dict[tuple[str, str | None], int] = {}
        self._given: Counter[str] = Counter()
        self._nulls: Counter[str] = Counter()
        self.dropped = 0
        self.newest: datetime | None = None
        self.oldest: datetime | None = None

    def add(self, emitted: Emitted, refused: pl.DataFrame) -> None:
        """Count a batch. refused: row, role, rule and field of messages in it that a gate refuses."""
        good = emitted.messages.join(refused, on=["row", "role"], how="anti")
        self._ids.append(good.select("row", "role", *_ID))
        self.dropped += emitted.dropped
        self._given.update(emitted.given)
        self._nulls.update(emitted.nulls)
        for rejected in (emitted.rejected, refused):
            counts = rejected.group_by("rule", "field").agg(pl.len(), pl.col("row").min())
            for rule, field, times, row in counts.rows():
                self._broken[(rule, field)] += times
                self._first_row.setdefault((rule, field), row)
        first, last, edited = good.select(
            first=pl.col("created_at").min(),
            last=pl.col("created_at").max(),
            edited=pl.col("edited_at").max(),
        ).row(0)
        self.newest = max(filter(None, (self.newest, last, edited)), default=None)
        self.oldest = min(filter(None, (self.oldest, first)), default=None)

    @property
    def rejected(self) -> int:
        """Rows and messages that broke a rule."""
        return self._broken.total()

    @property
    def unnamed(self) -> int:
        """How many of those have no id, so that nobody knows which message they are."""
        return sum(times for (_, field), times in self._broken.items() if field in (None, "native_id"))

    @property
    def good(self) -> int:
        """Messages that broke none, repeats included."""
        return sum(ids.height for ids in self._ids)

    @property
    def read(self) -> int:
        """All that the file held; always the sum of what became of it."""
        return self.good + self.rejected + self.dropped

    def repeats(self) -> pl.DataFrame:
        """PLACE of messages whose id another one of the file has too, and which give way to it."""
        ids = pl.concat(self._ids).sort("row", maintain_order=True)
        kept = ids.unique(_ID, keep=self._mapping.dedupe.keep, maintain_order=True)
        return ids.join(kept, on=["row", "role"], how="anti").select(*PLACE)

    def check(self, file_name: str, now: datetime) -> None:
        """Raise SourceError when the file as a whole is not what the mapping expects; `now` in UTC."""
        self._check_quarantined(file_name)
        self._check_nulls(file_name)
        self._check_range(file_name, now)

    def _check_quarantined(self, file_name: str) -> None:
        total = self.good + self.rejected
        if not total or self.rejected / total <= self._mapping.expect.max_quarantined:
            return
        (rule, field), _ = max(self._broken.items(), key=lambda item: (item[1], item[0][0]))
        row = min(first for (name, _), first in self._first_row.items() if name == rule)
        where = f" in '{field}'" if field else ""
        raise SourceError(
            f"Bestand {file_name}: {self.rejected} van {total} rijen zijn onbruikbaar "
            f"({rule.replace('_', ' ')}{where}, voor het eerst in rij {row}); "
            f"controleer de export of pas mapping {self._mapping.id} aan."
        )

    def _check_nulls(self, file_name: str) -> None:
        for name, most in self._mapping.expect.max_null.items():
            share = self._nulls[name] / self._given[name] if self._given[name] else 0.0
            if share > most:
                raise SourceError(
                    f"Bestand {file_name}: '{name}' is leeg in {share:.0%} van de rijen, meer dan "
                    f"de {most:.0%} die mapping {self._mapping.id} toestaat; controleer de export."
                )

    def _check_range(self, file_name: str, now: datetime) -> None:
        span = self._mapping.expect.created_at_range
        if span is None or self.oldest is None or self.newest is None:
            return
        first, last = (now + timedelta(days=days) for days in span)
        if not first <= self.oldest <= self.newest <= last:
            raise SourceError(
                f"Bestand {file_name}: berichten van {self.oldest:%d-%m-%Y} tot {self.newest:%d-%m-%Y}, "
                f"terwijl mapping {self._mapping.id} {first:%d-%m-%Y} tot {last:%d-%m-%Y} verwacht; "
                "controleer de export en het datumformaat."
            )


def new_columns(columns: list[str], mapping: Mapping) -> list[str]:
    """The columns of a file that the mapping neither uses nor knows."""
    known = (*mapping.mentioned_columns, *mapping.expect.columns)
    names = {normalised(name, mapping.read.columns) for name in known}
    return [name for name in columns if name not in names and not name.startswith(("@", "^."))]
