"""What is needed to get into a storage: read from the environment by the name of the login."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from flows.addresses import Address
from flows.collect_address import is_safe, is_token
from flows.credentials import credential, optional_credential
from flows.settings import Environment
from warehouse.errors import ConfigurationError


@dataclass(frozen=True)
class Login:
    """Who we are. private_key: its text. host_keys: fingerprints ("SHA256:...") that the server may show."""

    name: str | None = None
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    host_keys: frozenset[str] = field(default=frozenset(), repr=False)
    endpoint: str | None = field(default=None, repr=False)
    region: str | None = field(default=None, repr=False)


def login(place: Address, name: str | None, source: str, environment: Environment) -> Login:
    """The login for a storage: WEERKLANK_<name>_USER and so on.

    Raises ConfigurationError, which names the variable and never its value, when one is absent or wrong.
    """
    if name is None:
        if place.scheme in ("s3", "sftp"):
            raise ConfigurationError(
                f"Bron '{source}': {place.scheme}:// vraagt een login; zet er bijvoorbeeld "
                f'login = "{place.scheme.upper()}" bij en geef WEERKLANK_{place.scheme.upper()}_* mee.'
            )
        return Login()
    if place.scheme == "s3":
        endpoint = optional_credential(f"{name}_ENDPOINT", environment)
        if endpoint and not is_safe(endpoint):
            raise ConfigurationError(
                f"WEERKLANK_{name}_ENDPOINT is geen beveiligd adres; begin met https://, zonder naam, "
                "wachtwoord of vraagteken."
            )
        return Login(
            name,
            user=credential(f"{name}_KEY", environment),
            password=credential(f"{name}_SECRET", environment),
            endpoint=endpoint,
            region=optional_credential(f"{name}_REGION", environment),
        )
    password = optional_credential(f"{name}_PASSWORD", environment)
    if place.scheme == "sftp":
        return _for_sftp(name, password, environment)
    token = optional_credential(f"{name}_TOKEN", environment)
    if token and not is_token(token):
        raise ConfigurationError(
            f"WEERKLANK_{name}_TOKEN heeft spaties of letters met accenten, en die heeft geen token; "
            "kopieer het opnieuw."
        )
    if token:
        return Login(name, token=token)
    return Login(
        name, user=credential(f"{name}_USER", environment), password=password or credential(
            f"{name}_PASSWORD", environment
        ),
    )  # fmt: skip


def host_keys(value: str, variable: str) -> frozenset[str]:
    """Fingerprints of the keys in a value: "SHA256:..." or whole public keys; commas or lines between them.

    Raises ConfigurationError when there is none in it.
    """
    found = set(re.findall(r"SHA256:[A-Za-z0-9+/]{43}", value))
    for key in re.findall(r"\b(AAAA[A-Za-z0-9+/]+=*)", value):
        try:
            digest = hashlib.sha256(base64.b64decode(key, validate=True)).digest()
        except binascii.Error:
            continue
        found.add(f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}")
    if not found:
        raise ConfigurationError(
            f"{variable} is geen sleutel van een server; zet er SHA256:... of ssh-ed25519 AAAA... in, "
            "zoals ssh-keyscan die geeft."
        )
    return frozenset(found)


def _for_sftp(name: str, password: str | None, environment: Environment) -> Login:
    key = optional_credential(f"{name}_KEY", environment)
    if key is None and password is None:
        raise ConfigurationError(
            f"WEERKLANK_{name}_PASSWORD en WEERKLANK_{name}_KEY zijn niet gezet; zet een van beide."
        )
    if key is not None and "PRIVATE KEY" not in key:
        try:
            key = Path(key).expanduser().read_text(encoding="ascii")
        except (OSError, ValueError):
            raise ConfigurationError(
                f"WEERKLANK_{name}_KEY wijst naar een onleesbare sleutel; controleer pad en rechten."
            ) from None
    variable = f"{name}_HOSTKEY"
    return Login(
        name,
        user=credential(f"{name}_USER", environment),
        password=password,
        private_key=key,
        host_keys=host_keys(credential(variable, environment), f"WEERKLANK_{variable}"),
    )
