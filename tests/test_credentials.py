"""Secrets: from the environment or from Prefect, and never in a sentence."""

from pathlib import Path

import pytest

from flows.credentials import credential, optional_credential
from flows.settings import Environment
from warehouse.errors import ConfigurationError

CANARY = "kanarie-geheim-1960"


def environment(**variables: str) -> Environment:
    return Environment(Path("home"), None, variables)


def test_a_secret_is_the_variable_with_its_name() -> None:
    given = environment(WEERKLANK_SFTP_LOGIN=f"{CANARY} \n", SFTP_LOGIN="anders")
    assert credential("SFTP_LOGIN", given) == f"{CANARY} "
    assert CANARY not in repr(given)


@pytest.mark.parametrize("variables", [{}, {"WEERKLANK_X_TOKEN": ""}, {"X_TOKEN": CANARY}])
def test_a_secret_that_is_not_there_is_named(variables: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"WEERKLANK_X_TOKEN is niet gezet; zet hem in de omgeving"):
        credential("X_TOKEN", environment(**variables))
    assert optional_credential("X_TOKEN", environment(**variables)) is None


@pytest.mark.usefixtures("prefect_api")
def test_a_secret_may_lie_in_a_block_of_prefect() -> None:
    from prefect.blocks.system import Secret

    Secret(value=CANARY).save("weerklank-test", overwrite=True)
    assert credential("prefect:weerklank-test", environment()) == CANARY
    assert credential("X", environment(WEERKLANK_X="prefect:weerklank-test")) == CANARY
    with pytest.raises(
        ConfigurationError, match="Secret-blok 'nergens' van Prefect is niet te lezen"
    ) as caught:
        credential("X", environment(WEERKLANK_X="prefect:nergens"))
    assert caught.value.__cause__ is None
    Secret(value={"a": 1}).save("weerklank-geen-tekst", overwrite=True)
    with pytest.raises(ConfigurationError, match="is leeg of geen tekst"):
        credential("prefect:weerklank-geen-tekst", environment())
