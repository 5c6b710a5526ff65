"""What a night would say of the sources, without writing anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.addresses import is_remote
from flows.collect import Export, collected, exports_of
from flows.intake import Readers, judged, readers
from flows.night import utc_now
from flows.settings import (
    Settings,
    prepare_process,
    read_environment,
    read_settings,
    source_mapping,
)
from flows.source_settings import Source
from warehouse.errors import SourceError
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import built_in_mapping


@dataclass(frozen=True)
class Line:
    """What is known of one source or file."""

    source: str
    sentence: str
    good: bool


def checked_sources(config: Path) -> Iterator[Line]:
    """A line per file, or per source without files. Raises ConfigurationError for settings and mappings.

    Nothing is fetched: of an API or another machine, what an earlier night brought in is read.
    """
    settings, environment = read_settings(config), read_environment()
    prepare_process(environment.home)
    base = config.absolute().parent
    reading_by = readers(settings, base, (environment.secret or "").encode())
    for source in settings.source:
        mapping = source_mapping(source, base)
        here = environment.home / "inbox" / source.name
        told: list[str] = []
        arrived = sorted(path for path in here.rglob("*") if path.is_file() and _is_export(path))
        try:
            if source.collect is not None:
                read_by = {path: _read_by(source, path, mapping) for path in arrived}
                exports = [e for path, by in read_by.items() for e in exports_of([path], source, by)]
            elif any(map(is_remote, source.files)):
                exports = exports_of(arrived, source, mapping)
            else:
                exports = collected(source, mapping, base, now=utc_now(), tell=told.append)
        except SourceError as error:
            yield Line(source.name, str(error), good=False)
            continue
        yield from (Line(source.name, sentence, good=True) for sentence in told)
        if not exports:
            yield Line(source.name, _not_yet(source), good=True)
        yield from (_checked(export, settings, reading_by) for export in exports)


def _read_by(source: Source, page: Path, mapping: Mapping) -> Mapping:
    """The mapping that reads a page of an API: the source's own, or that of another kind of page."""
    from flows.collect_pages import page_reader

    reader = page_reader(source, page)
    return mapping if reader == source.mapping else built_in_mapping(reader)


def _is_export(path: Path) -> bool:
    """Whether a file of the inbox is an export, not what the collecting keeps for itself or left half."""
    hidden = path.parent.name.startswith(".") or path.name.startswith(".")
    return not hidden and path.name not in ("files.json", "checkpoint.json")


def _not_yet(source: Source) -> str:
    what = source.collect.api if source.collect else ", ".join(source.files)
    return f"{what} wordt in de nacht opgehaald; er is nog niets om te keuren"


def _checked(export: Export, settings: Settings, reading_by: Readers) -> Line:
    try:
        reading = judged(export, reading_by, settings.municipality.timezone, utc_now())
    except SourceError as error:
        return Line(export.source.name, str(error), good=False)
    sentence = (
        f"{export.path.name}: {reading.messages} berichten, {reading.rejected} in quarantaine, "
        f"{reading.repeats.height} dubbel, {reading.dropped} overgeslagen door een regel"
    )
    said = (*reading.notices, *(result.sentence for result in reading.gate.results if not result.passed))
    return Line(export.source.name, "; ".join((sentence, *said)), good=True)
