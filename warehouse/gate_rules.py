"""The rules of the gates, as data: what must hold, how strongly, and what a person does when it does not.

Three strengths:
row   a row that breaks it goes to quarantine; the rest of the export is loaded.
warn  the night goes on and the report says so.
stop  the night stops; yesterday's report and database stay in place.

An expectation carries its name in Great Expectations; `gates.py` has them carried out. In a sentence
{observed} becomes a count ("3 van 200") and {names} the sources, themes or sides that break the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from warehouse.sources.messages import COUNT_FIELDS

Strength = Literal["row", "warn", "stop"]

AUTHOR_KINDS = ("resident", "municipality", "other", "unknown")
VERDICTS = ("stil", "overschot", "in_balans", "te_weinig", "onzeker")
SHARES = tuple(f"{side}_share{end}" for side in ("resident", "municipality") for end in ("", "_low", "_high"))
GAP_COUNTS = ("resident_messages", "resident_authors", "resident_voices", "municipality_messages")
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Expectation:
    """One expectation: its name in Great Expectations and what that takes."""

    type: str
    takes: Mapping[str, object]

    @property
    def field(self) -> str:
        """The column it judges, of a pair the first; empty when it judges a table as a whole."""
        return str(self.takes.get("column") or self.takes.get("column_A") or "")


@dataclass(frozen=True)
class Rule:
    """One rule: its name, how strong it is, which frame it is about, what it expects, what to do (Dutch)."""

    name: str
    strength: Strength
    about: str
    expects: tuple[Expectation, ...]
    sentence: str


def _each(columns: Sequence[str], expectation: str, **takes: object) -> tuple[Expectation, ...]:
    return tuple(Expectation(expectation, {"column": column, **takes}) for column in columns)


def _some_rows() -> tuple[Expectation, ...]:
    return (Expectation("expect_table_row_count_to_be_between", {"min_value": 1}),)


def _at_most(smaller: str, larger: str) -> Expectation:
    """`smaller` <= `larger` in every row; both may be absent, one alone may not."""
    pair = {"column_A": larger, "column_B": smaller, "or_equal": True}
    return Expectation("expect_column_pair_values_a_to_be_greater_than_b", pair)


def message_rules(now: datetime) -> tuple[Rule, ...]:
    """Rules for the messages of one export; `now` has a time zone."""
    future, past = now + timedelta(days=1), datetime(2004, 1, 1, tzinfo=UTC)
    return (
        Rule(
            "tijd_in_de_toekomst", "row", "messages",
            _each(["created_at"], "expect_column_values_to_be_between", max_value=future),
            "Bij {observed} berichten ligt de tijd meer dan een dag in de toekomst; "
            "controleer het datumformaat en de tijdzone in de mapping.",
        ),
        Rule(
            "tijd_voor_2004", "row", "messages",
            _each(["created_at"], "expect_column_values_to_be_between", min_value=past),
            "Bij {observed} berichten ligt de tijd voor 2004; controleer het datumformaat in de mapping.",
        ),
        Rule(
            "tekst_te_lang", "row", "messages",
            _each(["text"], "expect_column_value_lengths_to_be_between", max_value=20_000),
            "Bij {observed} berichten is de tekst langer dan 20.000 tekens; "
            "controleer het scheidingsteken en de aanhalingstekens van de export.",
        ),
        Rule(
            "id_te_lang", "row", "messages",
            _each(["native_id"], "expect_column_value_lengths_to_be_between", max_value=300),
            "Bij {observed} berichten is de id langer dan 300 tekens; "
            "controleer welke kolom de mapping als id leest.",
        ),
        Rule(
            "id_met_stuurteken", "row", "messages",
            _each(["native_id"], "expect_column_values_to_not_match_regex", regex=r"[\x00-\x1f\x7f-\x9f]"),
            "Bij {observed} berichten staat een onzichtbaar stuurteken in de id; "
            "controleer de tekenset en het scheidingsteken van de export.",
        ),
        Rule(
            # ^[a-z][a-z0-9_]*$ turned inside out: there, $ would let a line end through.
            "ongeldig_platform", "row", "messages",
            _each(["platform"], "expect_column_values_to_not_match_regex", regex=r"[^a-z0-9_]|^[^a-z]|^$"),
            "Bij {observed} berichten is het platform geen woord van kleine letters, cijfers en _; "
            "pas platform aan in de mapping.",
        ),
        Rule(
            "ongeldige_afzender", "row", "messages",
            _each(["author_kind"], "expect_column_values_to_be_in_set", value_set=AUTHOR_KINDS),
            "Bij {observed} berichten is de soort afzender niet resident, municipality, other of unknown; "
            "pas author_kind aan in de mapping.",
        ),
        Rule(
            "negatief_aantal", "row", "messages",
            _each(COUNT_FIELDS, "expect_column_values_to_be_between", min_value=0),
            "Bij {observed} berichten is een aantal likes, reacties of weergaven negatief; "
            "controleer welke kolommen de mapping als aantal leest.",
        ),
    )  # fmt: skip


WINDOW_RULES = (
    Rule(
        "geen_inwoners", "stop", "residents", _some_rows(),
        "In dit venster staat geen enkel bericht van inwoners; "
        "controleer of de exports zijn aangeleverd en of de periode klopt.",
    ),
    Rule(
        "geen_gemeente", "stop", "municipal_posts", _some_rows(),
        "In dit venster staat geen enkel bericht van de gemeente zelf; "
        "controleer de exports en de eigen accounts in de instellingen.",
    ),
    Rule(
        "bron_zonder_berichten", "warn", "sources",
        _each(["messages"], "expect_column_values_to_be_between", min_value=1),
        "Zonder berichten in dit venster: {names}; controleer of deze export nog wordt aangeleverd.",
    ),
    Rule(
        "bron_loopt_achter", "warn", "sources",
        _each(["days_behind"], "expect_column_values_to_be_between", max_value=21),
        "Het nieuwste bericht is meer dan 21 dagen ouder dan bij andere bronnen: {names}; "
        "vraag een verse export.",
    ),
    Rule(
        "veel_kopieen", "warn", "messages",
        _each(["dup_of"], "expect_column_values_to_be_null", mostly=0.7),
        "Meer dan 30 % van de berichten is een kopie ({observed}); "
        "controleer of een export dubbel is aangeleverd.",
    ),
    Rule(
        "veel_onbekende_afzenders", "warn", "messages",
        _each(["author_kind"], "expect_column_values_to_not_be_in_set", value_set=["unknown"], mostly=0.7),
        "Bij meer dan 30 % van de berichten is onbekend wie spreekt ({observed}); "
        "vul author_kind aan in de mapping.",
    ),
)  # fmt: skip

_FAULT = "dit is een fout in de berekening, meld hem aan de beheerder."

FIGURE_RULES = (
    Rule(
        "geen_themas", "stop", "themes", _some_rows(),
        "Er is geen enkel thema met cijfers; "
        "controleer of de berichten in dit venster een thema hebben gekregen.",
    ),
    Rule(
        "thema_dubbel", "stop", "themes", _each(["theme_id"], "expect_column_values_to_be_unique"),
        f"Meer dan eens in de cijfers: {{names}}; {_FAULT}",
    ),
    Rule(
        "aandeel_buiten_0_en_1", "stop", "themes",
        _each(SHARES, "expect_column_values_to_be_between", min_value=0, max_value=1),
        f"Een aandeel ligt niet tussen 0 en 1 bij {{names}}; {_FAULT}",
    ),
    Rule(
        "aandeel_buiten_marge", "stop", "themes",
        (
            _at_most("resident_share_low", "resident_share"),
            _at_most("resident_share", "resident_share_high"),
            _at_most("municipality_share_low", "municipality_share"),
            _at_most("municipality_share", "municipality_share_high"),
        ),
        f"Een aandeel ligt niet binnen zijn eigen marge bij {{names}}; {_FAULT}",
    ),
    Rule(
        "aandelen_geen_geheel", "stop", "sides",
        _each(
            ["share_sum"], "expect_column_values_to_be_between",
            min_value=1 - SUM_TOLERANCE, max_value=1 + SUM_TOLERANCE,
        ),
        f"De aandelen tellen niet op tot 1 bij {{names}}; {_FAULT}",
    ),
    Rule(
        "negatief_aantal", "stop", "themes",
        _each(GAP_COUNTS, "expect_column_values_to_be_between", min_value=0),
        f"Een aantal is negatief bij {{names}}; {_FAULT}",
    ),
    Rule(
        "onbekend_oordeel", "stop", "themes",
        _each(["verdict"], "expect_column_values_to_be_in_set", value_set=VERDICTS),
        f"Het oordeel is onbekend bij {{names}}; {_FAULT}",
    ),
    Rule(
        "veel_zonder_thema", "warn", "unassigned",
        _each(["share"], "expect_column_values_to_be_between", max_value=0.4),
        "Meer dan 40 % van de berichten heeft geen thema bij {names}; lees de cijfers met zorg "
        "en leer het programma ontbrekende thema's met 'weerklank themes teach'.",
    ),
)  # fmt: skip
