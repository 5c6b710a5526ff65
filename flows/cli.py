"""The command line: one function per command; errors become one Dutch sentence and an exit code.

Exit codes: 0 done, 1 unexpected, 2 wrong use or configuration, 3 stopped by a gate (yesterday's report
stays), 4 done but a source was left out. Heavy imports wait until the command that needs them.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from flows.arguments import DutchParser
from flows.theme_arguments import add_theme_parts
from flows.unforeseen import unforeseen
from warehouse.errors import ConfigurationError, WeerklankError

if TYPE_CHECKING:
    import polars as pl

    from flows.nightly import Outcome

DEMO_DAYS = ("2026-09-23", "2026-09-30")
_TOP = 5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    try:
        given = _parser().parse_args(sys.argv[1:] if arguments is None else list(arguments))
        command: Callable[[argparse.Namespace], int] = given.command
        code = command(given)
        sys.stdout.flush()
    except WeerklankError as error:
        return _complained(error)
    except KeyboardInterrupt:
        print("weerklank: afgebroken; een volgende nacht gaat verder waar deze was.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Who read along has gone; what is still to be written must not be tried again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - its text may hold a resident's words
        return _complained(unforeseen("het commando", error))
    return code


def demo(_given: argparse.Namespace) -> int:
    """Two nights of the sample municipality, so that the second report can say what changed."""
    with as_file(files("warehouse") / "sample") as sample:
        for day in DEMO_DAYS:
            outcome = _run_night(sample / "weerklank.toml", day)
    return _told(outcome)


def nightly(given: argparse.Namespace) -> int:
    """One night by the settings of a municipality."""
    return _told(_run_night(given.config, given.as_of or _today(given.config)))


def init(given: argparse.Namespace) -> int:
    """A folder to start from: settings, an example mapping and a place for exports."""
    from flows.start import started_folder

    for path in started_folder(given.folder):
        print(f"gemaakt: {path}")
    print("Zet uw exports in de map exports, pas weerklank.toml aan en controleer met 'weerklank check'.")
    return 0


def check(given: argparse.Namespace) -> int:
    """Read settings, mappings and exports and say what the gates would say; nothing is written."""
    from flows.check import checked_sources

    good = True
    for line in checked_sources(given.config):
        good = good and line.good
        print(f"{'goed ' if line.good else 'fout '} {line.source}: {_on_one_line(line.sentence)}")
    return 0 if good else 4


def inspect(given: argparse.Namespace) -> int:
    """What an export is and a draft of the mapping that reads it; nothing is loaded."""
    from flows.inspect_command import Request, answer

    print(_CONTROL.sub("", answer(Request(given.file, given.name, given.write, as_json=given.json))))
    return 0


def evaluate(given: argparse.Namespace) -> int:
    """How good the latest themes are: against labels that people gave, or how steady without them."""
    from flows.evaluate_command import Question, answer

    question = Question(given.gold, given.config, given.html, as_json=given.json)
    print(_CONTROL.sub("", answer(question, _home(), lambda line: print(line, file=sys.stderr))))
    return 0


def sql(given: argparse.Namespace) -> int:
    """One SELECT on the published copy."""
    from warehouse.store import query_published

    frame = query_published(_home() / "published" / "weerklank.duckdb", given.query)
    print(_as_csv(frame) if given.csv else _as_table(frame))
    return 0


def themes(given: argparse.Namespace) -> int:
    """The themes of the latest night, and what people decide about them."""
    print(_CONTROL.sub("", given.answer(given, _home())))
    return 0


def _parser() -> DutchParser:
    about = "Waar inwoners over praten en de gemeente over zwijgt: elke nacht een kloofrapport."
    parser = DutchParser("weerklank", about)
    commands = parser.add_subparsers(title="commando's", metavar="commando", required=True)

    def command(body: Callable[[argparse.Namespace], int], help_: str, example: str = "") -> DutchParser:
        usage = f"weerklank {body.__name__}"
        sub = commands.add_parser(
            body.__name__, help=help_, prog=usage, description=f"{help_}. Voorbeeld: {usage} {example}"
        )
        sub.set_defaults(command=body)
        return sub

    def configured(sub: DutchParser) -> DutchParser:
        sub.add_argument("--config", type=Path, required=True, metavar="BESTAND", help="de instellingen")
        return sub

    command(demo, "Draai twee nachten van een verzonnen gemeente")
    sub = command(init, "Maak een map om mee te beginnen", "mijn-gemeente")
    sub.add_argument("folder", type=Path, metavar="MAP", help="nieuwe of lege map")
    sub = configured(command(nightly, "Draai een nacht", "--config weerklank.toml"))
    sub.add_argument("--as-of", type=_day, metavar="JJJJ-MM-DD", help="laatste dag (anders: vandaag)")
    configured(command(check, "Controleer instellingen, mappings en exports", "--config weerklank.toml"))
    sub = command(inspect, "Bekijk een export en maak een mapping", "export.csv")
    sub.add_argument("file", type=Path, metavar="BESTAND", help="de export")
    sub.add_argument("--as", dest="name", metavar="NAAM", help="hoe bron en mapping heten")
    sub.add_argument(
        "--write", type=Path, metavar="BESTAND", help="schrijf het concept naar dit nieuwe bestand"
    )
    sub.add_argument("--json", action="store_true", help="alles als JSON")
    sub = command(evaluate, "Meet hoe goed de thema's zijn", "--gold gold.csv")
    sub.add_argument("--gold", type=Path, metavar="CSV", help="labels: native_id, author_kind, theme")
    sub.add_argument("--config", type=Path, metavar="BESTAND", help="instellingen met andere drempels")
    sub.add_argument("--html", type=Path, metavar="BESTAND", help="schrijf ook een pagina")
    sub.add_argument("--json", action="store_true", help="alle cijfers als JSON")
    sub = command(sql, "Stel een vraag aan de gepubliceerde gegevens", '"FROM mart.gap"')
    sub.add_argument("query", metavar="SELECT", help="een vraag die alleen leest")
    sub.add_argument("--csv", action="store_true", help="als CSV")
    add_theme_parts(command(themes, "Toon de thema's en besluit erover", "rename parkeren 'Parkeren'"))
    return parser


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is geen dag; schrijf bijvoorbeeld 2026-10-31") from error


def _home() -> Path:
    from flows.settings import read_environment

    return read_environment().home


def _today(config: Path) -> str:
    from zoneinfo import ZoneInfo

    from flows.settings import read_settings

    return datetime.now(ZoneInfo(read_settings(config).municipality.timezone)).date().isoformat()


def _run_night(config: Path, as_of: str) -> "Outcome":
    from flows.settings import prepare_process, read_settings

    read_settings(config)
    prepare_process(_home())
    from flows.nightly import nightly as night_flow

    return night_flow(config=str(config), as_of=as_of)


def _told(outcome: "Outcome") -> int:
    """Say what the night left: the top silent themes, what the reader must know, the report."""
    from reports.wording import percent

    print(f"\nWaar inwoners over praten en de gemeente over zwijgt (top {_TOP}):")
    for place, row in enumerate(outcome.silent.head(_TOP).iter_rows(named=True), start=1):
        residents, ours = percent(row["resident_share"]), percent(row["municipality_share"])
        print(f"  {place}. {row['theme_label']}: {residents} van inwoners, {ours} van de gemeente")
    if outcome.silent.is_empty():
        print("  geen thema is met zekerheid stil")
    for notice in outcome.notices:
        print(f"let op: {notice}")
    print(f"Nieuwe berichten: {outcome.new_messages}. Rapport: {outcome.page}")
    return 0 if outcome.complete else 4


def _complained(error: WeerklankError) -> int:
    print(f"weerklank: {_on_one_line(str(error))}", file=sys.stderr)
    return error.exit_code


def _on_one_line(sentence: str) -> str:
    """A sentence that names files and columns, without what would steer the terminal or forge a log line."""
    return _CONTROL.sub("", sentence).replace("\n", " ")


def _as_csv(frame: "pl.DataFrame") -> str:
    import polars as pl

    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    try:
        flat = frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(", ") for name in nested)
        return flat.write_csv().rstrip("\n")
    except pl.exceptions.PolarsError as error:
        raise ConfigurationError(
            "Niet elke kolom van dit antwoord past in een CSV; maak er tekst van met CAST(... AS VARCHAR)."
        ) from error


def _as_table(frame: "pl.DataFrame") -> str:
    """The frame as text, without characters that would steer the terminal."""
    from flows.printed import as_table

    return _CONTROL.sub("", as_table(frame, most=200))


if __name__ == "__main__":
    sys.exit(main())
