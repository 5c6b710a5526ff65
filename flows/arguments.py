"""argparse in Dutch: its headings, its help and its errors."""

import argparse
import re
from typing import NoReturn

from warehouse.errors import ConfigurationError

_DUTCH = (
    (r"the following arguments are required: (.+)", r"geef ook \1"),
    (r"unrecognized arguments: (.+)", r"onbekend: \1"),
    (r"one of the arguments (.+) is required", r"geef een van \1"),
    (r"argument (\S+): expected (?:one|at least one) argument", r"\1 heeft een waarde nodig"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 gaat niet samen met \2"),
    (r"argument (\S+): ignored explicit argument (.+)", r"\1 krijgt geen waarde, ook niet \2"),
    (r"argument (\S+): invalid choice: (\S+).*", r"\2 bestaat niet voor \1"),
    (r"argument (\S+): (.+)", r"\1: \2"),
)


class DutchParser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ConfigurationErrors of one Dutch sentence."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, add_help=False)
        self._positionals.title = "wat u opgeeft"
        self._optionals.title = "opties"
        self.add_argument("-h", "--help", action="help", help="toon deze uitleg")

    def format_usage(self) -> str:
        """The usage line, in Dutch."""
        return super().format_usage().replace("usage:", "gebruik:")

    def format_help(self) -> str:
        """The whole help, in Dutch."""
        return super().format_help().replace("usage:", "gebruik:")

    def error(self, message: str) -> NoReturn:
        """Raise ConfigurationError with what is wrong and where to look."""
        for pattern, dutch in _DUTCH:
            message = re.sub(f"^{pattern}$", dutch, message, flags=re.DOTALL)
        raise ConfigurationError(f"Zo werkt het commando niet: {message}; zie '{self.prog} --help'.")
