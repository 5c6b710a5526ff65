"""Pulling an API: from the first request to the last page on disk, over more than one night if it must."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.collect_address import is_safe, is_token
from flows.collect_api import Answer, Api, Ask, Scope, Trouble
from flows.collect_apis import APIS
from flows.collect_checkpoint import (
    Checkpoint,
    drop_checkpoint,
    drop_pages,
    forgotten,
    keep_checkpoint,
    keep_page,
    kept_checkpoint,
)
from flows.collect_failures import failure_sentence
from flows.collect_http import Caller, Failure, Grant, Patience, caller
from flows.credentials import credential
from flows.settings import Environment
from flows.source_settings import Collect, Source
from warehouse.errors import ConfigurationError, SourceError

_MOST_ASKS = 5_000  # Far more than a month of the largest municipality.
_MOST_BYTES = 4 * 2**30
_SKEW = timedelta(minutes=5)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Pulled:
    """What a pull gave: its pages, in the order in which they came.

    complete: whether they hold every message of the threads that began after `window_start`. A reply in a
    thread that began before may be missing. sentence: what did not come, None when all came that this API
    gives. readers: for each page the mapping that reads it, as `mapping` of a source. Times are UTC.
    """

    paths: tuple[Path, ...]
    window_start: datetime
    complete: bool
    sentence: str | None
    readers: tuple[str, ...] = ()


def pulled(
    source: Source,
    inbox: Path,
    environment: Environment,
    now: datetime,
    tell: Tell,
    patience: Patience | None = None,
) -> Pulled:
    """Pulls a source's API into `inbox`/<source>/<start of the pull>/, one file per page as the API gave it.

    now: UTC, without a zone mark as everywhere in the warehouse. Goes on where an earlier pull was cut off,
    when that is no more than two nights ago. Raises ConfigurationError for settings that cannot work, and
    SourceError when the API gives nothing or refuses.
    """
    if source.collect is None:
        raise ConfigurationError(f"Bron '{source.name}' heeft geen [source.collect]; noem daar de API.")
    pull = _pull(source, source.collect, inbox, environment, patience or Patience())
    try:
        with caller(pull.api, pull.base, pull.token, pull.patience, pull.grant) as asking:
            return _gone_through(pull, asking, now.replace(tzinfo=UTC), tell)
    except OSError as error:
        raise SourceError(
            f"Bron '{source.name}': de pagina's zijn niet te bewaren in {pull.folder}; "
            "controleer ruimte en rechten."
        ) from error


def forgotten_pages(inbox: Path, source: Source, keep_days: int, now: datetime) -> int:
    """Removes raw pages of pulls of more than `keep_days` ago, which hold names; gives how many pulls.

    Raises SourceError when they cannot be removed.
    """
    folder = inbox / source.name
    try:
        return forgotten(folder, keep_days, now.replace(tzinfo=UTC))
    except OSError as error:
        raise SourceError(
            f"Bron '{source.name}': oude pagina's in {folder} zijn niet te verwijderen; "
            "controleer de rechten."
        ) from error


def page_reader(source: Source, page: Path) -> str:
    """The mapping that reads a page, as `mapping` of a source: built-in, but of the first kind its own."""
    reader = page.stem.partition("_p")[2].partition("_")[2]
    first = source.collect is not None and reader == APIS[source.collect.api].readers[0]
    return source.mapping if first and source.mapping.endswith((".yaml", ".yml")) else reader


@dataclass(frozen=True)
class _Pull:
    """A source's pull as the settings want it."""

    source: Source
    collect: Collect
    api: Api
    base: str
    token: str | None = field(repr=False)
    grant: Grant | None
    folder: Path
    patience: Patience

    @property
    def wish(self) -> str:
        """Fingerprint of what is asked for."""
        asked = f"{self.collect.api}\n{self.base}\n{self.collect.account}\n{self.collect.days}"
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def scope(self, since: datetime) -> Scope:
        return Scope(self.base, self.collect.account, since)

    def sentence(self, failure: Failure) -> str:
        return failure_sentence(self.source.name, self.collect, self.api, self.base, failure)


def _pull(
    source: Source, collect: Collect, inbox: Path, environment: Environment, patience: Patience
) -> _Pull:
    api, name = APIS[collect.api], source.name
    base = (collect.url or api.home).rstrip("/")
    unsafe = "url" if not is_safe(base) else "token_url" if not is_safe(collect.token_url or base) else ""
    if unsafe:
        raise ConfigurationError(
            f"Bron '{name}': daar mag geen token heen; schrijf bij {unsafe} een adres met https, "
            "zonder naam, wachtwoord of vraagteken."
        )
    if not source.mapping.endswith((".yaml", ".yml")) and source.mapping not in api.readers:
        raise ConfigurationError(
            f"Bron '{name}': mapping '{source.mapping}' leest geen pagina's van {api.name}; "
            f'schrijf mapping = "{api.readers[0]}".'
        )
    if api.needs_token and not collect.token:
        raise ConfigurationError(
            f"Bron '{name}': {api.name} vraagt een token; schrijf in [source.collect] bijvoorbeeld "
            f'token = "{collect.api.upper().replace("-", "_")}_TOKEN" en zet het token in die '
            "WEERKLANK-variabele."
        )
    token = credential(collect.token, environment).strip() if collect.token else None
    if token and collect.token_url:
        grant = Grant(collect.token_url, collect.client, token)
        return _Pull(source, collect, api, base, None, grant, inbox / name, patience)
    if token and not is_token(token):
        raise ConfigurationError(
            f"Bron '{name}': het token '{collect.token}' heeft spaties, regeleinden of letters met accenten, "
            "en die heeft geen token; kopieer het opnieuw."
        )
    return _Pull(source, collect, api, base, token, None, inbox / name, patience)


class _Stopped(Exception):
    """There is no further page now."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.trouble.value)
        self.failure = failure


def _gone_through(pull: _Pull, asking: Caller, now: datetime, tell: Tell) -> Pulled:
    """The whole pull, or as much as there was patience for. Raises SourceError."""
    state = kept_checkpoint(pull.folder, pull.wish, now)
    if state:
        tell(f"Bron '{pull.source.name}': gaat verder na {len(state.kept)} pagina's van een eerdere keer.")
    else:
        state = _begun(pull, now)
    while True:
        try:
            for state in _steps(pull, asking, state, tell):  # noqa: B020 - a step begins where the last ended
                keep_checkpoint(pull.folder, state)
        except _Stopped as stop:
            failure = stop.failure
        else:
            drop_checkpoint(pull.folder)
            return _result(pull, state, _left_out(pull, state, tell))
        if failure.trouble is Trouble.CURSOR and not state.restarts:
            tell(f"Bron '{pull.source.name}': {pull.api.name} weet niet meer waar we waren; begint opnieuw.")
            drop_pages(pull.folder / state.stamp)
            state = replace(_begun(pull, now), restarts=1)
            continue
        if failure.passing and state.kept:
            return _result(pull, state, pull.sentence(failure))
        if failure.trouble in (Trouble.LOOP, Trouble.CURSOR, Trouble.TOO_MUCH):
            drop_checkpoint(pull.folder)
        raise SourceError(pull.sentence(failure))


def _begun(pull: _Pull, now: datetime) -> Checkpoint:
    """A pull that has asked nothing yet."""
    drop_checkpoint(pull.folder)
    state = _from_the_start(pull, Checkpoint(now, now, pull.wish, ()), now)
    drop_pages(pull.folder / state.stamp)
    return state


def _from_the_start(pull: _Pull, state: Checkpoint, today: datetime) -> Checkpoint:
    """The first requests, for a window that ends `today`."""
    since = today - timedelta(days=pull.collect.days)
    asks = pull.api.first(pull.scope(since))
    return replace(state, since=since, asks=asks, asked=frozenset(map(_fingerprint, asks)))


def _fingerprint(ask: Ask) -> str:
    return hashlib.sha256(ask.url.encode()).hexdigest()[:16]


def _steps(pull: _Pull, asking: Caller, state: Checkpoint, tell: Tell) -> Iterator[Checkpoint]:
    """Page by page until nothing is left to ask, each on disk before its state is given. Raises _Stopped."""
    clocks_compared = bool(state.kept)
    while state.asks:
        ask = state.asks[0]
        answer = asking.asked(ask)
        if isinstance(answer, Failure):
            state = _without(ask, answer, state)
        else:
            theirs = None if clocks_compared else _skewed(pull, answer, tell)
            anew = _from_the_start(pull, state, theirs) if theirs else state
            # A list that is asked for with the start of the window is another list now.
            state = _onward(pull, asking, ask, answer, anew) if anew.asks == state.asks else anew
            clocks_compared = True
        yield state


def _without(ask: Ask, failure: Failure, state: Checkpoint) -> Checkpoint:
    """Goes on when only one item is gone or refused. Raises _Stopped for anything else."""
    skipped = (Trouble.ABSENT, Trouble.REFUSED, *((Trouble.CURSOR,) if state.restarts else ()))
    if not ask.of_item or failure.trouble not in skipped:
        raise _Stopped(failure)
    state = replace(state, asks=state.asks[1:])
    if failure.trouble is Trouble.ABSENT:
        return replace(state, gone=state.gone + 1)
    return replace(state, refused=state.refused + 1)


def _onward(pull: _Pull, asking: Caller, ask: Ask, answer: Answer, state: Checkpoint) -> Checkpoint:
    """Keeps a page, and lines up what follows from it. Raises _Stopped when that never ends."""
    kept = state.kept
    if ask.reader:
        name = f"{state.stamp}_p{len(kept) + 1:04d}_{ask.reader}.json"
        keep_page(pull.folder / state.stamp, name, asking.without_token(answer.content))
        kept = (*kept, name)
    try:
        found = pull.api.onward(ask, answer, pull.scope(state.since))
        listed = (found.next,) if found.next else ()
        below = tuple(new for new in dict.fromkeys(found.below) if _fingerprint(new) not in state.asked)
        asked = state.asked | frozenset(map(_fingerprint, (*listed, *below)))
    except ValueError:  # an address that is none
        raise _Stopped(Failure(Trouble.ELSEWHERE)) from None
    again = found.next is not None and _fingerprint(found.next) in state.asked
    if again or (len(asked) > _MOST_ASKS and asked != state.asked):
        raise _Stopped(Failure(Trouble.LOOP))
    size = state.size + len(answer.content)
    if size > _MOST_BYTES:
        raise _Stopped(Failure(Trouble.TOO_MUCH))
    # The list first: its cursor may expire, an item's address does not.
    return replace(state, asks=(*listed, *state.asks[1:], *below), asked=asked, kept=kept, size=size)


def _skewed(pull: _Pull, answer: Answer, tell: Tell) -> datetime | None:
    """The server's time, when it differs so much from ours that the window would be another."""
    ours, theirs = pull.patience.clock(), answer.server_time
    if theirs is None or abs(theirs - ours) <= _SKEW:
        return None
    minutes = round((theirs - ours) / timedelta(minutes=1))
    tell(
        f"Bron '{pull.source.name}': de klok van deze machine loopt {abs(minutes)} minuten "
        f"{'achter' if minutes > 0 else 'voor'} op die van {pull.api.name}; zet hem gelijk."
    )
    return theirs


def _left_out(pull: _Pull, state: Checkpoint, tell: Tell) -> str | None:
    """Tells what was gone, and gives the sentence for what was refused."""
    if state.gone:
        tell(f"Bron '{pull.source.name}': berichten verdwenen voordat hun reacties kwamen: {state.gone}.")
    if not state.refused:
        return None
    return (
        f"Bron '{pull.source.name}': {pull.api.name} geeft niet alle reacties (geweigerd bij berichten: "
        f"{state.refused}); de rest is gehaald, controleer de rechten van het token: {pull.api.rights}."
    )


def _result(pull: _Pull, state: Checkpoint, sentence: str | None) -> Pulled:
    paths = tuple(pull.folder / state.stamp / name for name in state.kept)
    readers = tuple(page_reader(pull.source, path) for path in paths)
    whole = pull.api.whole == "always" or (pull.api.whole == "with a token" and bool(pull.collect.token))
    return Pulled(paths, state.since.replace(tzinfo=None), whole and sentence is None, sentence, readers)
