"""What a night would say of the sources, without writing anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.collect import Export, collected
from flows.intake import emitted_messages, gated
from flows.night import utc_now
from flows.settings import Settings, mapping_text, prepare_process, read_environment, read_settings
from warehouse.errors import SourceError
from warehouse.sources.mapping import parse_mapping


@dataclass(frozen=True)
class Line:
    """What is known of one source or file."""

    source: str
    sentence: str
    good: bool


def checked_sources(config: Path) -> Iterator[Line]:
    """A line per file, or per source without files. Raises ConfigurationError for settings and mappings."""
    settings = read_settings(config)
    prepare_process(read_environment().home)
    base = config.absolute().parent
    for source in settings.source:
        mapping = parse_mapping(*mapping_text(source, base))
        try:
            exports = collected(source, mapping, base)
        except SourceError as error:
            yield Line(source.name, str(error), good=False)
            continue
        yield from (_checked(export, settings) for export in exports)


def _checked(export: Export, settings: Settings) -> Line:
    try:
        reading = gated(export, emitted_messages(export, settings.owned_accounts), utc_now())
    except SourceError as error:
        return Line(export.source.name, str(error), good=False)
    emitted = reading.emitted
    sentence = (
        f"{export.path.name}: {emitted.messages.height} berichten, {emitted.rejected.height} in quarantaine, "
        f"{emitted.duplicates} dubbel, {emitted.dropped} overgeslagen door een regel"
    )
    warnings = "; ".join(reading.gate.warnings)
    return Line(export.source.name, f"{sentence}; {warnings}" if warnings else sentence, good=True)
