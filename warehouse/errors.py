"""What can go wrong in a way that a person can mend: one class per exit code.

Every message is one Dutch sentence that names the file, row or key and says what to do. It never holds
a resident's words or name: these messages end up in logs.
"""


class WeerklankError(Exception):
    """Base of the errors that are shown as one sentence, without a traceback."""

    exit_code = 1


class ConfigurationError(WeerklankError):
    """Wrong use or configuration: settings, mapping, catalogue, a second night at the same time."""

    exit_code = 2


class GateStop(WeerklankError):
    """A gate stopped the night; yesterday's report and database stay in place."""

    exit_code = 3


class SourceError(WeerklankError):
    """An export cannot be read; the night goes on without it and says so."""

    exit_code = 4
