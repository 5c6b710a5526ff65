"""Passwords, keys and tokens: from the environment, or from a Secret block of Prefect.

What is read here is handed to the one call that needs it; no message, log or repr holds it.
"""

from typing import cast

from flows.settings import Environment
from warehouse.errors import ConfigurationError

_IN_PREFECT = "prefect:"


def credential(name: str, environment: Environment) -> str:
    """The secret called `name`: variable WEERKLANK_<name>, or with "prefect:block" the Secret block.

    The variable may hold "prefect:block" too. Raises ConfigurationError, which names the variable or the
    block and never what it holds, when there is none.
    """
    found = optional_credential(name, environment)
    if found is None:
        raise ConfigurationError(
            f"{_variable(name)} is niet gezet; zet hem in de omgeving, of zet er prefect:naam in met de naam "
            "van een Secret-blok van Prefect."
        )
    return found


def optional_credential(name: str, environment: Environment) -> str | None:
    """As `credential`, but None when the variable is not set. Raises for a block that is not there."""
    value = name if name.startswith(_IN_PREFECT) else environment.variables.get(_variable(name), "")
    value = value.rstrip("\r\n")
    if value.startswith(_IN_PREFECT):
        return _held_by_prefect(value.removeprefix(_IN_PREFECT))
    return value or None


def _variable(name: str) -> str:
    return f"WEERKLANK_{name}"


def _held_by_prefect(block: str) -> str:
    from prefect.blocks.system import Secret  # two seconds to load, and few need it

    try:
        value = cast("Secret[str]", Secret.load(block)).get()
    except Exception as error:  # noqa: BLE001 - anything of Prefect's; its text is not ours to show
        raise ConfigurationError(
            f"Secret-blok '{block}' van Prefect is niet te lezen ({type(error).__name__}); "
            "maak het aan of controleer de naam."
        ) from None
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"Secret-blok '{block}' van Prefect is leeg of geen tekst; vul het in.")
    return value
