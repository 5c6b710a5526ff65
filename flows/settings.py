"""What a deployment says about itself: `weerklank.toml`, and the environment.

The only module that knows the environment. Both are read once, at the edge, and handed down as values.
"""

import contextlib
import getpass
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator

from flows.source_settings import Part, Source
from warehouse.errors import ConfigurationError
from warehouse.sources.mapping import Mapping as MessageMapping
from warehouse.sources.mapping_file import built_in_mapping, load_mapping
from warehouse.validation import first_complaint


class Municipality(Part):
    """Who this is, and which accounts and office holders are its own.

    partner_accounts: of others who speak for an organisation (police, housing association), not as residents.
    areas: CSV of its neighbourhoods with name, code and level, and other names in use.
    """

    name: str = Field(min_length=1)
    code: str = ""
    timezone: str = "Europe/Amsterdam"
    owned_accounts: tuple[str, ...] = ()
    partner_accounts: tuple[str, ...] = ()
    office_holders: tuple[str, ...] = ()
    areas: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise ValueError(
                f"tijdzone '{value}' bestaat niet; gebruik bijvoorbeeld Europe/Amsterdam"
            ) from error
        return value


class Report(Part):
    """What the report looks at."""

    window_weeks: int = Field(13, ge=1, le=520)
    min_authors: int = Field(5, ge=5)
    min_posts: int = Field(5, ge=1)
    min_difference_pp: float = Field(1.0, ge=0, le=100)


class Themes(Part):
    """How messages get their theme, and which department answers for it here."""

    min_confidence: float = Field(0.0, ge=0, lt=1)
    departments: dict[str, str] = Field(default_factory=dict)
    seed: int = Field(20260101, ge=0, lt=2**32)


class Settings(Part):
    """All of `weerklank.toml`."""

    municipality: Municipality
    source: list[Source] = Field(min_length=1)
    report: Report = Report.model_construct()
    themes: Themes = Themes.model_construct()

    @field_validator("source")
    @classmethod
    def _names_differ(cls, value: list[Source]) -> list[Source]:
        names = [source.name for source in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"de bron '{twice}' staat er twee keer in; geef een van beide een andere naam")
        return value

    @property
    def owned_accounts(self) -> frozenset[str]:
        """Names and numbers whose messages are the municipality's."""
        own = self.municipality
        return frozenset({*own.owned_accounts, own.name, f"Gemeente {own.name}"})

    @property
    def partner_accounts(self) -> frozenset[str]:
        """Names and numbers of organisations that speak here too."""
        return frozenset(self.municipality.partner_accounts)

    @property
    def fingerprint(self) -> str:
        """Hash of all that is set."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


@dataclass(frozen=True)
class Environment:
    """What the machine says: where the run-time home is, the secret, and the other variables WEERKLANK_*."""

    home: Path
    secret: str | None = field(repr=False)
    variables: Mapping[str, str] = field(repr=False, default_factory=dict)


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment's part of the settings: WEERKLANK_HOME, WEERKLANK_SECRET_KEY and credentials."""
    home = Path(environ.get("WEERKLANK_HOME") or "var").absolute()
    ours = {
        name: value
        for name, value in environ.items()
        if name.startswith("WEERKLANK_") and name not in ("WEERKLANK_HOME", "WEERKLANK_SECRET_KEY") and value
    }
    return Environment(home, environ.get("WEERKLANK_SECRET_KEY") or None, ours)


def login_name() -> str:
    """Who is logged in. Raises ConfigurationError when the machine does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise ConfigurationError("Onbekend wie dit besluit; noem uzelf of uw rol met --who.") from error


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file.

    Raises ConfigurationError with the file, the key or line of the first mistake and what to do.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Instellingen {path} bestaan niet; geef het pad met --config of maak ze met 'weerklank init'."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"Instellingen {path} zijn niet te lezen; controleer de rechten en bewaar ze als UTF-8-tekst."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"Instellingen {path}{_place(str(error))}: dit is geen geldige TOML; herstel het daar."
        ) from error
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        _, complaint = first_complaint(error, Settings)
        raise ConfigurationError(f"Instellingen {path}: {complaint}.") from error


def _place(complaint: str) -> str:
    """Where tomllib says the mistake is, in Dutch; empty when it does not say."""
    found = re.search(r"at line (\d+), column (\d+)", complaint)
    if found:
        return f", regel {found[1]}, kolom {found[2]}"
    return ", laatste regel" if "end of document" in complaint else ""


def source_mapping(source: Source, base: Path) -> MessageMapping:
    """The mapping of a source: a .yaml file relative to `base`, or one that weerklank comes with.

    Raises ConfigurationError when it is not there or wrong.
    """
    if source.mapping.endswith((".yaml", ".yml")):
        path = base / source.mapping
        if "\0" not in source.mapping and not path.exists():
            raise ConfigurationError(
                f"Mapping {path} bestaat niet; controleer 'mapping' van bron '{source.name}'."
            )
        return load_mapping(path)
    try:
        return built_in_mapping(source.mapping)
    except ConfigurationError as error:
        raise ConfigurationError(f"Bron '{source.name}': {error}") from error


def secret_key(environment: Environment) -> bytes:
    """The secret that author keys are made with: from the environment, else kept in the home (mode 600).

    A secret made here stays in the home, so that the same author keeps the same key every night.
    Raises ConfigurationError when it cannot be kept or when what was kept is lost.
    """
    if environment.secret:
        return _checked_secret(environment.secret.encode(), environment.home)
    path = environment.home / "secret.key"
    try:
        environment.home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _keep_new_secret(path)
        kept = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"Geheim {path} is niet te lezen of te bewaren; controleer de rechten."
        ) from error
    if not kept.strip():
        raise ConfigurationError(f"Geheim {path} is leeg; zet het terug uit een reservekopie.")
    return _checked_secret(kept, environment.home)


def _checked_secret(secret: bytes, home: Path) -> bytes:
    """The secret, when it is the one that this home was made with; a keyed hash beside it tells.

    With another secret every author would be a new one and every message a new version.
    """
    proof, path = hmac.new(secret, b"weerklank", hashlib.sha256).hexdigest(), home / "secret.check"
    try:
        home.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="ascii").strip() if path.exists() else ""
        if not before:
            path.write_text(proof, encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is niet te lezen of te bewaren; controleer de rechten.") from error
    if before and not hmac.compare_digest(before, proof):
        raise ConfigurationError(
            f"WEERKLANK_SECRET_KEY is niet het geheim waarmee {home} is gemaakt; zet het oude geheim terug."
        )
    return secret


def _keep_new_secret(path: Path) -> None:
    """In place in one step: a night cut off leaves no half secret, and two first nights get the same one."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as aside:
        aside.write(secrets.token_hex(32).encode())
        aside.flush()
        os.fsync(aside.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside.name, path)


def prepare_process(home: Path) -> None:
    """Make the home, and set what libraries read from the environment: Prefect's home inside ours, nothing
    phones home. What the operator set stays, so that the night can also run on a Prefect server.

    Raises ConfigurationError when the home cannot be made.
    """
    try:
        (home / "prefect").mkdir(parents=True, exist_ok=True)
        home.chmod(0o750)
    except OSError as error:
        raise ConfigurationError(
            f"Map {home} is niet te maken; kies met WEERKLANK_HOME een andere."
        ) from error
    wanted = {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "TQDM_DISABLE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    # Never setdefault: debugging Prefect would log what steps give each other, residents' words included.
    os.environ["PREFECT_DEBUG_MODE"] = "false"
