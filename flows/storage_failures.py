"""What went wrong at a server, as part of a Dutch sentence: never the text of a library, it may hold secrets.

Libraries wrap each other's errors, so the whole chain is looked at, and by name: none of them is loaded here.
"""

from collections.abc import Iterator

from flows.arrivals import StorageFailure

_ABSENT = {"FileNotFoundError", "ResourceNotFound", "NotADirectoryError", "IsAResourceError"}
_CUT = {
    "ConnectionError",
    "ClientConnectionError",
    "ClientPayloadError",
    "TransportError",
    "ChannelException",
}
_OTHERWISE = {"OSError", "EOFError", "SSHException", "ClientError", "HTTPError", "BotoCoreError"}


def storage_failure(error: BaseException, host: str, login: str | None) -> StorageFailure:
    """The failure that `error` is. host: as in the settings; login: names the variables to check."""
    chain = list(_chain(error))
    ours = next((link for link in chain if isinstance(link, StorageFailure)), None)
    named = {cls.__name__ for link in chain for cls in type(link).__mro__}
    status = next((found for link in chain if (found := _status(link))), None)
    check = f"controleer WEERKLANK_{login}_*" if login else "zet er een login bij"
    return ours or _refusal(named, status, host, check) or _unreachable(error, named, host)


def _unreachable(error: BaseException, named: set[str], host: str) -> StorageFailure:
    """fsspec calls whatever goes wrong over HTTP a file that is not there, so that is looked at last."""
    kind = type(error).__name__
    if "SSLCertVerificationError" in named:
        return StorageFailure(
            f"het certificaat van {host} wordt niet vertrouwd; voeg het certificaat van de uitgever toe aan "
            "een bestand en noem dat in SSL_CERT_FILE"
        )
    if "gaierror" in named:
        return StorageFailure(
            f"server {host} is niet gevonden; controleer de naam en het netwerk", may_pass=True
        )
    if named & {"ConnectionRefusedError", "NoValidConnectionsError"}:
        return StorageFailure(
            f"{host} weigert de verbinding; controleer adres en poort, of probeer het later", may_pass=True
        )
    if any("Timeout" in name for name in named):
        return StorageFailure(f"{host} antwoordt niet op tijd; probeer het later", may_pass=True)
    if not named & _CUT and named & _ABSENT:
        return StorageFailure("dat pad (map, bucket of bestand) is er niet; controleer 'files'", of_file=True)
    if named & (_CUT | _OTHERWISE):
        return StorageFailure(f"de verbinding met {host} brak af ({kind}); probeer het later", may_pass=True)
    return StorageFailure(f"{host} antwoordt iets onbegrijpelijks ({kind}); controleer 'files'")


def _refusal(named: set[str], status: int | None, host: str, check: str) -> StorageFailure | None:
    if "AuthenticationException" in named or status == 401:
        return StorageFailure(f"inloggen bij {host} lukt niet; {check} (gebruiker, wachtwoord of sleutel)")
    if "PermissionError" in named or status == 403:
        return StorageFailure(f"{host} weigert de toegang; {check} en de rechten daar", of_file=True)
    if status == 429 or (status or 0) >= 500:
        return StorageFailure(f"{host} geeft status {status}; probeer het later", may_pass=True)
    if status in (404, 410):
        return StorageFailure("dat pad (map, bucket of bestand) is er niet; controleer 'files'", of_file=True)
    if status:
        return StorageFailure(
            f"{host} geeft status {status}; controleer 'files' en de rechten daar", of_file=True
        )
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and everything that it came from."""
    todo, seen = [error], set()
    while todo:
        link = todo.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        of_paramiko = getattr(link, "errors", None)
        causes = list(of_paramiko.values()) if isinstance(of_paramiko, dict) else []
        causes += [getattr(link, "os_error", None), link.__cause__, link.__context__, *link.args]
        todo += [cause for cause in causes if isinstance(cause, BaseException)]


def _status(error: BaseException) -> int | None:
    """The HTTP status in an error of aiohttp, webdav4 or httpx, or botocore."""
    told = getattr(error, "status", None) or getattr(error, "status_code", None)
    answer = getattr(error, "response", None)
    if told is None and isinstance(answer, dict):
        told = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if told is None:
        told = getattr(answer, "status_code", None)
    return told if isinstance(told, int) else None
