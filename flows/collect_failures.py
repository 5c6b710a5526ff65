"""What is said of a pull that stopped: one sentence with the source, the host, the status and what to do."""

from urllib.parse import urlsplit

from flows.collect_api import Api, Trouble
from flows.collect_http import Failure
from flows.source_settings import Collect

_SENTENCES = {
    Trouble.TOKEN: "weigert het token; vernieuw het en zet het nieuwe in {variable}",
    Trouble.LOGIN: "geeft geen token; controleer token_url en client in [source.collect] en het geheim "
    "in {variable}",
    Trouble.RIGHT: "geeft geen toegang; het token in {variable} mist een recht: {rights}",
    Trouble.ABSENT: "kent dit account of adres niet; controleer account en url in [source.collect]",
    Trouble.CURSOR: "wil niet verder vanaf de laatste pagina, ook niet na opnieuw beginnen; "
    "draai morgen weer of meld dit aan de leverancier",
    Trouble.LIMIT: "vraagt langer te wachten dan past in een nacht; de rest volgt de komende nacht",
    Trouble.SERVER: "antwoordt met een storing, ook na opnieuw proberen; de rest volgt de komende nacht",
    Trouble.NETWORK: "is niet te bereiken of breekt de verbinding af; controleer url, netwerk en proxy",
    Trouble.SLOW: "antwoordt te traag; de rest volgt de komende nacht, of controleer netwerk en proxy",
    Trouble.CERTIFICATE: "heeft een certificaat dat niet te vertrouwen is; laat het herstellen of zet de "
    "uitgever in het bestand van SSL_CERT_FILE",
    Trouble.REFUSED: "weigert de vraag; controleer account en url in [source.collect] en de rechten "
    "van het token: {rights}",
    Trouble.NOT_JSON: "geeft een webpagina in plaats van JSON; controleer url, of er een storing is en of "
    "een proxy om inloggen vraagt",
    Trouble.TOO_LARGE: "geeft een pagina die te groot of vreemd ingepakt is; meld dit aan de leverancier",
    Trouble.TOO_MUCH: "geeft meer dan 4 GiB voor een keer; zet days lager of meld dit aan de leverancier",
    Trouble.ELSEWHERE: "verwijst door naar een andere host, waar het token niet heen mag; controleer url",
    Trouble.LOOP: "blijft dezelfde of eindeloos nieuwe pagina's aanwijzen; meld dit aan de leverancier",
}


def failure_sentence(source: str, collect: Collect, api: Api, base: str, failure: Failure) -> str:
    """One Dutch sentence, without anything that the server said."""
    block = collect.token.removeprefix("prefect:")
    variable = (
        f"Prefect-blok '{block}'" if collect.token.startswith("prefect:") else f"WEERKLANK_{collect.token}"
    )
    status = f", status {failure.status}" if failure.status else ""
    what = _SENTENCES[failure.trouble].format(
        variable=variable if collect.token else "[source.collect]", rights=api.rights
    )
    return f"Bron '{source}': {api.name} ({failure.host or urlsplit(base).hostname}{status}) {what}."
