"""The command line of `weerklank themes`: its parts, what each takes, and which function answers.

Heavy imports wait until the part that needs them.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.arguments import DutchParser
from warehouse.errors import ConfigurationError

if TYPE_CHECKING:
    from flows.theme_commands import Desk

Answer = Callable[[argparse.Namespace, Path], str]


def add_theme_parts(themes: DutchParser) -> None:
    """Give the parser of `weerklank themes` its parts; without one it lists the themes.

    Every part sets `answer`: a function of what was given and the run-time home that gives text.
    """
    themes.set_defaults(answer=_list)
    parts = themes.add_subparsers(title="onderdelen", metavar="onderdeel")

    def part(name: str, answer: Answer, help_: str, example: str = "") -> DutchParser:
        usage = f"weerklank themes {name}"
        described = f"{help_}. Voorbeeld: {usage} {example}".rstrip()
        sub: DutchParser = parts.add_parser(name, help=help_, prog=usage, description=described)
        sub.set_defaults(answer=answer)
        return sub

    def about(sub: DutchParser) -> DutchParser:
        sub.add_argument("theme", metavar="THEMA", help="id van het thema, zoals in de lijst")
        return sub

    def deciding(sub: DutchParser) -> DutchParser:
        sub.add_argument("--why", metavar="ZIN", help="waarom u dit besluit")
        sub.add_argument("--who", metavar="WIE", help="wie besluit (anders: uw inlognaam)")
        return sub

    part("list", _list, "Toon de thema's en wat de komende nacht verandert")
    about(part("show", _show, "Toon een thema", "afvalinzameling"))
    sub = deciding(about(part("rename", _rename, "Geef een thema een ander label", "parkeren 'Parkeren'")))
    sub.add_argument("label", metavar="LABEL", help="hoogstens vier woorden")
    sub = deciding(about(part("merge", _merge, "Laat een thema opgaan in een ander", "e-1a2b3c4d wegen")))
    sub.add_argument("into", metavar="DOEL", help="het thema waar de berichten heen gaan")
    deciding(about(part("hide", _hide, "Laat een thema uit de cijfers en het rapport", "e-1a2b3c4d")))
    deciding(about(part("unhide", _unhide, "Toon een verborgen thema weer", "e-1a2b3c4d")))
    help_ = "Leg vast welke dienst over een thema gaat"
    sub = deciding(about(part("department", _department, help_, "parkeren Handhaving")))
    sub.add_argument("department", metavar="DIENST", help="naam van de dienst")
    help_ = "Leer welk thema bij een bericht of een zin hoort"
    sub = deciding(part("teach", _teach, help_, "parkeren --message facebook:123 facebook:456"))
    help_ = "id van het thema, of geen-thema; niet bij --file"
    sub.add_argument("theme", nargs="?", metavar="THEMA", help=help_)
    what = sub.add_mutually_exclusive_group(required=True)
    what.add_argument("--message", nargs="+", metavar="BERICHT", help="message_id van berichten")
    what.add_argument("--text", metavar="ZIN", help="een zin die u zelf bedenkt, zonder persoonsgegevens")
    help_ = "kolommen theme_id en message_id of text"
    what.add_argument("--file", type=Path, metavar="CSV", help=help_)
    help_ = "Maak een gevonden thema blijvend; het leert van zijn berichten"
    sub = deciding(about(part("adopt", _adopt, help_, "e-1a2b3c4d --label 'Laadpalen'")))
    sub.add_argument("--label", metavar="LABEL", help="hoogstens vier woorden (anders: zoals gevonden)")
    sub.add_argument("--department", metavar="DIENST", help="dienst die erover gaat")
    sub = deciding(part("undo", _undo, "Maak besluiten ongedaan", "d-1a2b3c4d"))
    help_ = "id van het besluit (anders: het laatste dat geldt)"
    sub.add_argument("decisions", nargs="*", metavar="BESLUIT", help=help_)
    sub = part("log", _log, "Toon alle besluiten")
    sub.add_argument("--json", action="store_true", help="als regels JSON, voor versiebeheer")


def _list(_given: argparse.Namespace, home: Path) -> str:
    from flows.printed import as_table
    from flows.theme_view import theme_view

    return as_table(theme_view(home).listed())


def _show(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_page import theme_page

    return theme_page(home, given.theme)


def _rename(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import renamed

    return renamed(_desk(given, home), given.theme, given.label)


def _merge(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import merged

    return merged(_desk(given, home), given.theme, given.into)


def _hide(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import hidden

    return hidden(_desk(given, home), given.theme)


def _unhide(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import shown_again

    return shown_again(_desk(given, home), given.theme)


def _department(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import assigned_department

    return assigned_department(_desk(given, home), given.theme, given.department)


def _teach(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import taught_file, taught_messages, taught_sentence

    desk = _desk(given, home)
    if (given.theme is None) != (given.file is not None):
        wrong = "THEMA gaat niet samen met --file" if given.theme else "geef ook THEMA"
        raise ConfigurationError(f"Zo werkt het commando niet: {wrong}; zie 'weerklank themes teach --help'.")
    if given.file is not None:
        return taught_file(desk, given.file)
    if given.message is not None:
        return taught_messages(desk, given.theme, given.message)
    return taught_sentence(desk, given.theme, given.text)


def _adopt(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import adopted

    return adopted(_desk(given, home), given.theme, given.label, given.department)


def _undo(given: argparse.Namespace, home: Path) -> str:
    from flows.theme_commands import undone

    return undone(_desk(given, home), given.decisions)


def _log(given: argparse.Namespace, home: Path) -> str:
    from flows.printed import as_table
    from flows.theme_view import decision_view

    view = decision_view(home)
    if given.json:
        return "\n".join(decision.line for decision in view.log)
    return as_table(view.logged()) if view.log else "Er is nog niets besloten."


def _desk(given: argparse.Namespace, home: Path) -> "Desk":
    """Who decides, and when: clock and login name are read here."""
    from flows.settings import login_name
    from flows.theme_commands import Desk

    return Desk(home, given.who or login_name(), datetime.now(UTC), given.why)
