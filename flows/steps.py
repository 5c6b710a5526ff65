"""The steps of the night as Prefect tasks: a name, a timeout, retries where a step touches the outside.

The body of a task is a call or two; what it does lives in the module it calls. An error that nobody
foresaw is reported without its text, because its text may hold a resident's words.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl
from prefect import task
from prefect.artifacts import create_link_artifact, create_table_artifact

from flows import decided, emergent, figures, intake, texts, themes
from flows.gathering import Collection, LeftOut, collection
from flows.intake import Reading
from flows.night import Night
from flows.report_data import report_data
from flows.runs import finished
from flows.teaching import learned_model, lessons
from flows.unforeseen import discreet
from nlp.embed import BundledEmbedder
from nlp.voices import Window
from reports.gap_report import build_gap_report
from reports.maturity import maturity
from reports.publish import publish_report
from reports.render import render_html
from reports.sheets import gap_csv
from warehouse.decided import decided_themes, merged_messages
from warehouse.decisions import decision_rows
from warehouse.errors import SourceError, WeerklankError
from warehouse.gates import GateResult, check_figures, check_window
from warehouse.store import Store
from warehouse.tables import (
    AGENDA,
    DECISION,
    GAP,
    MATURITY,
    MESSAGE,
    MESSAGE_THEME,
    SIGNAL,
    THEME,
    THEME_EVENT,
    WORD,
)

P = ParamSpec("P")
R = TypeVar("R")
_MINUTE = 60


@dataclass(frozen=True, repr=False)
class Read:
    """What was read tonight and what was left out."""

    readings: tuple[Reading, ...]
    left_out: tuple[LeftOut, ...]
    whole: pl.DataFrame


@dataclass(frozen=True)
class Stored:
    """How many messages are new or changed, what was left out, and what else the reader must know."""

    new: int
    left_out: tuple[LeftOut, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Themed:
    """Themes of all messages, the rows of the themes themselves, and what became of the emergent ones."""

    run_id: str
    messages: pl.DataFrame
    themes: pl.DataFrame
    events: pl.DataFrame


def _may_pass(_task: object, _run: object, state: object) -> bool:
    """Try again only what may pass by itself: a step that stopped for a known reason is not repeated."""
    return type(getattr(state, "data", None)) is WeerklankError


def step(name: str, minutes: int, retries: int = 0) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a task of the night that tells what it does and never shows unforeseen content."""

    def decorate(body: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(body)
        def told(*args: P.args, **kwargs: P.kwargs) -> R:
            night = next((arg for arg in args if isinstance(arg, Night)), None)
            if night is not None:
                night.tell(name)
            with discreet(f"stap '{name}'"):
                return body(*args, **kwargs)

        return task(
            name=name,
            timeout_seconds=minutes * _MINUTE,
            retries=retries,
            retry_delay_seconds=[1.0, 5.0][:retries] or None,
            retry_condition_fn=_may_pass,
            persist_result=False,
        )(told)

    return decorate


@step("bestanden verzamelen", minutes=240, retries=2)
def collect(night: Night, store: Store) -> Collection:
    """New export files of every source, those from elsewhere and from APIs included."""
    return collection(night, store)


@step("lezen en vertalen", minutes=120)
def read_and_map(night: Night, found: Collection) -> Read:
    """Every new file as messages, judged row by row; a file that fails is left out."""
    readings, left_out = [], list(found.left_out)
    reading_by = intake.readers(night.settings, night.base, night.secret)
    for export in found.exports:
        try:
            readings.append(
                intake.judged(export, reading_by, night.settings.municipality.timezone, night.now)
            )
        except SourceError as error:
            left_out.append(LeftOut(export.source.name, str(error), export))
    return Read(tuple(readings), tuple(left_out), found.whole)


@step("poort: berichten", minutes=5)
def gate_messages(_night: Night, read: Read) -> tuple[GateResult, ...]:
    """What the gate says of every file; stops the night when a rule says so."""
    results = tuple(reading.gate for reading in read.readings)
    _show_gates("poort-berichten", results)
    for result in results:
        result.raise_if_stopped()
    return results


@step("persoonsgegevens weghalen en opslaan", minutes=240)
def load(night: Night, store: Store, read: Read) -> Stored:
    """The files without names, addresses and numbers of residents, in the store."""
    new, missed = intake.stored(night, store, read.readings, read.left_out, read.whole)
    return Stored(new, (*read.left_out, *missed), tuple(n for r in read.readings for n in r.notices))


@step("poort: venster", minutes=5)
def gate_window(night: Night, store: Store) -> GateResult:
    """Whether there is enough of both sides to measure; stops the night when there is not."""
    messages = MESSAGE.conform(store.query(f"SELECT * FROM ({themes.CURRENT})"))
    inside = messages.filter(pl.col("created_day").is_between(night.window.start, night.window.end))
    result = check_window(inside, [source.name for source in night.settings.source])
    _show_gates("poort-venster", (result,))
    result.raise_if_stopped()
    return result


@step("woorden en zinsvectoren", minutes=240)
def read_texts(night: Night, store: Store) -> str:
    """Lemmas and vectors of texts that have none yet; gives the name of the embedder."""
    embedder = BundledEmbedder()
    messages = store.query(themes.CURRENT)
    new = texts.hashed(pl.concat([messages["text"], texts.subjects(messages)["text"]]))
    texts.tokenised(store, new)
    texts.embedded(store, new, embedder, night.tell)
    return embedder.name


@step("thema's", minutes=120)
def find_themes(night: Night, store: Store, run_id: str) -> Themed:
    """The theme of every message: known ones by the catalogue, emergent ones from what is left."""
    embedder = BundledEmbedder()
    teachable = decided.teachable(night, store)
    examples, gone = lessons(store, night.catalogue, teachable)
    if gone:
        night.tell(f"niet meer gevonden: {gone} bericht(en) uit eerdere besluiten (teach of adopt)")
    model = learned_model(store, examples, embedder, night.home / "models", night.tell)
    taught = {lesson.message_id: lesson.theme_id for lesson in teachable.taught if lesson.message_id}
    least = night.settings.themes.min_confidence
    known = themes.themed_messages(store, model, embedder.name, run_id, least, taught)
    found = emergent.with_emergent(store, night, known, embedder)
    extra, decisions = decided.in_force(night, found.themes)
    themed = merged_messages(found.messages, decisions)
    days = store.query("SELECT message_id, created_day FROM core.message WHERE is_current")
    seen = themed.drop_nulls("theme_id").join(days, on="message_id")
    rows = themes.theme_rows(night.catalogue, extra, seen, night.settings.themes.departments)
    return Themed(run_id, themed, decided_themes(rows, decisions), found.events)


@step("kloof en signalen", minutes=60)
def measure(night: Night, store: Store, themed: Themed) -> figures.Figures:
    """The figures of the night."""
    return figures.measured(store, night, themed.messages, themed.themes, themed.run_id)


@step("poort: cijfers", minutes=5)
def gate_figures(_night: Night, measured: figures.Figures) -> GateResult:
    """Whether the figures can be true; stops the night when they cannot."""
    result = check_figures(measured.gap, measured.agenda)
    _show_gates("poort-cijfers", (result,))
    result.raise_if_stopped()
    return result


@step("marts", minutes=60)
def write_marts(
    night: Night, store: Store, themed: Themed, measured: figures.Figures, stored: Stored
) -> None:
    """Everything measured in one transaction: all of the night's figures are there, or none."""
    with store.transaction():
        store.replace(DECISION, decision_rows(night.decision_log))
        store.upsert(THEME, themed.themes)
        store.replace(MESSAGE_THEME, themed.messages)
        # A night that is done again finds the themes that it gave birth to; what happened first stays.
        store.insert_new(THEME_EVENT, themed.events.with_columns(run_id=pl.lit(themed.run_id)))
        figured = (measured.gap, measured.words, measured.signals, measured.agenda)
        for table, frame in zip((GAP, WORD, SIGNAL, AGENDA), figured, strict=True):
            store.replace_where(table, "run_id", themed.run_id, frame)
        messages = _of_window(store.mart("message"), "created_day", night.window)
        response = _of_window(store.mart("response"), "week", night.window)
        steps = maturity(messages, response, measured.agenda, store.mart("action"))
        store.replace_where(
            MATURITY, "run_id", themed.run_id, steps.with_columns(run_id=pl.lit(themed.run_id))
        )
        finished(night, store, themed.run_id, "incomplete" if stored.left_out else "done", _sentences(stored))


@step("rapport", minutes=30)
def report(night: Night, store: Store, run_id: str, notices: tuple[str, ...]) -> Path:
    """The report of the night, put in place in one move; gives the path of its page."""
    built = build_gap_report(report_data(night, store, run_id, notices))
    files = {"index.html": render_html(built), "gap.csv": gap_csv(built)}
    return publish_report(night.reports, night.as_of, files) / "index.html"


@step("publiceren", minutes=60, retries=2)
def publish(night: Night, store: Store, page: Path) -> None:
    """The analysts' copy, switched in one move; the gaps and the report shown in Prefect."""
    store.publish(night.published)
    gap = store.mart("gap").filter(pl.col("verdict").is_in(["stil", "overschot"]))
    shown = gap.select(
        "theme_label", "verdict", "resident_share", "municipality_share", "difference_pp", "q_value"
    )
    create_table_artifact(
        shown.sort("difference_pp", descending=True).to_dicts(),
        key="kloof",
        description="Stille thema's en overschot",
    )
    create_link_artifact(page.as_uri(), key="rapport", link_text="Kloofrapport")


def notices(stored: Stored, gates: tuple[GateResult, ...]) -> tuple[str, ...]:
    """What the reader of the report must know of this night."""
    warnings = [warning for gate in gates for warning in gate.warnings]
    return tuple(dict.fromkeys([*(miss.sentence for miss in stored.left_out), *stored.notices, *warnings]))


def _sentences(stored: Stored) -> str | None:
    return " ".join(miss.sentence for miss in stored.left_out) or None


def _of_window(frame: pl.DataFrame, day: str, window: Window) -> pl.DataFrame:
    return frame.filter(pl.col(day).is_between(window.start, window.end))


def _show_gates(key: str, results: tuple[GateResult, ...]) -> None:
    rows = [
        {
            "poort": r.gate,
            "regel": r.rule.name,
            "sterkte": r.rule.strength,
            "gehaald": r.passed,
            "gezien": r.observed,
        }
        for result in results
        for r in result.results
    ]
    create_table_artifact(rows, key=key, description="Uitkomst van de poort")
