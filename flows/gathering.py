"""What there is to read tonight: files on disk, files fetched from elsewhere, and pages pulled from APIs."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.addresses import is_remote
from flows.collect import Export, collected, exports_of
from flows.inbox import forget_sources
from flows.night import Night
from flows.settings import source_mapping
from flows.source_settings import Source
from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import built_in_mapping
from warehouse.sources.moments import export_moment
from warehouse.store import Store
from warehouse.tables import WHOLE_EXPORT


@dataclass(frozen=True)
class LeftOut:
    """A source, or one file of it, that the night goes on without; `sentence` says why."""

    source_id: str
    sentence: str
    export: Export | None = None


@dataclass(frozen=True)
class Collection:
    """New files to read, how many were had before, the sources without files, and whole passes over an API.

    whole: WHOLE_EXPORT.
    """

    exports: tuple[Export, ...]
    known: int
    left_out: tuple[LeftOut, ...]
    whole: pl.DataFrame


def mappings(night: Night) -> dict[str, Mapping]:
    """The mapping of every source. Raises ConfigurationError for the first that is wrong."""
    return {source.name: source_mapping(source, night.base) for source in night.settings.source}


def collection(night: Night, store: Store) -> Collection:
    """What there is to read tonight: files that were loaded before by the same mapping are passed by."""
    known_ids = set(store.query("SELECT export_id FROM core.export WHERE status = 'loaded'")["export_id"])
    exports: list[Export] = []
    left_out: list[LeftOut] = []
    whole = WHOLE_EXPORT.empty()
    read_by = mappings(night)
    _forget_old_sources(night)
    for source in night.settings.source:
        try:
            if source.collect is None:
                exports += _files(night, source, read_by[source.name])
                continue
            pages, passed, shortfall = _pages(night, source, read_by[source.name])
        except SourceError as error:
            left_out.append(LeftOut(source.name, str(error)))
            continue
        exports += pages
        whole = pl.concat([whole, passed])
        left_out += [LeftOut(source.name, shortfall)] if shortfall else []
    # A file that is there twice under two names is one export.
    new = {export.export_id: export for export in reversed(exports) if export.export_id not in known_ids}
    return Collection(tuple(reversed(new.values())), len(exports) - len(new), tuple(left_out), whole)


def _forget_old_sources(night: Night) -> None:
    """Raw exports of a source that is no longer there are kept no longer than those of one that is."""
    try:
        gone = forget_sources(night.inbox, [source.name for source in night.settings.source], night.now)
    except OSError:
        night.tell(f"Oude bestanden in {night.inbox} zijn niet te verwijderen; controleer de rechten.")
        return
    for name in gone:
        night.tell(f"Bron '{name}' staat niet meer in de instellingen; zijn ruwe bestanden zijn verwijderd.")


def _files(night: Night, source: Source, mapping: Mapping) -> list[Export]:
    """The files of a source, those from elsewhere fetched first."""
    arrived: Iterable[Path] = ()
    if any(is_remote(pattern) for pattern in source.files):
        from flows.collect_files import fetched

        arrived = fetched(source, night.inbox, night.environment, night.now, night.tell).paths
    return collected(source, mapping, night.base, now=night.now, tell=night.tell, arrived=arrived)


def _pages(night: Night, source: Source, mapping: Mapping) -> tuple[list[Export], pl.DataFrame, str | None]:
    """The pages of a source's API, each with the mapping that reads it; the pass if whole; what lacks."""
    from flows.collect_pages import forgotten_pages, pulled

    keep = source.collect.keep_raw_days if source.collect else 0
    forgotten_pages(night.inbox, source, keep, night.now)
    pull = pulled(source, night.inbox, night.environment, night.now, night.tell)
    read_by = {
        reader: mapping if reader == source.mapping else built_in_mapping(reader) for reader in pull.readers
    }
    exports = [
        export
        for path, reader in zip(pull.paths, pull.readers, strict=True)
        for export in exports_of([path], source, read_by[reader])
    ]
    if not pull.complete or not pull.paths:
        return exports, WHOLE_EXPORT.empty(), pull.sentence
    # The moment at which the pull began, as each of its pages tells; not this night's, which may be later.
    zone = night.settings.municipality.timezone
    told_at = export_moment(pull.paths[0].name, night.now, None, mapping, zone)
    row = {"source_id": source.name, "told_at": told_at, "window_start": pull.window_start}
    return exports, WHOLE_EXPORT.conform(pl.DataFrame([row])), pull.sentence
