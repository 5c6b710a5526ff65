"""From a theme to what to do with it: one of four forms, chosen by figures and explained by them.

The forms are the four ways in which a municipality can go from sending to talking. The rules are read
from top to bottom and the first that holds decides, so every choice can be checked by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports import wording
from reports.disclosure import MINIMUM_AUTHORS, is_small
from reports.facts import ThemeFacts

ORGANISATION = "Breng het de organisatie in"
SURVEY = "Vraag door: korte enquête of vraag-en-antwoord"
COMMUNITY = "Een kleine gemeenschap rond dit thema"
FOCUS_GROUP = "Een klankbordgroep"

MANY_QUESTIONS = 10
HIGH_QUESTION_SHARE = 0.25
LASTING_WEEKS = 8
LOCAL_SHARE = 0.5
RETURNING_SHARE = 0.2


@dataclass(frozen=True)
class Advice:
    """The recommended form, why in figures, and how to start tomorrow."""

    form: str
    reason: str
    first_step: str


@dataclass(frozen=True)
class Rule:
    """One row of the rule table; `condition` is what `holds` tests, in Dutch."""

    form: str
    condition: str
    holds: Callable[[ThemeFacts], bool]
    reason: Callable[[ThemeFacts], str]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _portion(part: int, whole: int, residents: str, one: str, more: str) -> str:
    """62% van de inwoners woont; in words where a figure would give a small remainder away."""
    if is_small(whole - part):
        return f"De meeste {residents} {more}"
    return f"{wording.rough_percent(_share(part, whole))} van de {residents} {one}"


def _lasting(facts: ThemeFacts) -> str:
    return f"Inwoners schreven erover in {facts.weeks} van de laatste {facts.weeks_seen} weken."


RULES = (
    Rule(
        ORGANISATION,
        "Er is een piek: veel meer inwoners dan dit thema gewend is.",
        lambda f: f.burst_voices >= MINIMUM_AUTHORS,
        lambda f: (
            f"Er is een piek: {wording.residents(f.burst_voices)} sinds "
            f"{wording.day(f.burst_since) if f.burst_since else 'kort'}, verwacht waren er "
            f"{wording.decimal(f.burst_expected)}. Zo'n piek vraagt snel een antwoord van de afdeling zelf."
        ),
    ),
    Rule(
        SURVEY,
        f"Ten minste {MANY_QUESTIONS} vragen, en ten minste "
        f"{wording.rough_percent(HIGH_QUESTION_SHARE)} van de berichten is een vraag.",
        lambda f: f.questions >= MANY_QUESTIONS and _share(f.questions, f.messages) >= HIGH_QUESTION_SHARE,
        lambda f: (
            f"{wording.whole(f.questions)} van de {wording.messages(f.messages)} zijn vragen "
            f"({wording.rough_percent(_share(f.questions, f.messages))}). Inwoners willen iets weten."
        ),
    ),
    Rule(
        FOCUS_GROUP,
        f"Inwoners schrijven er in ten minste {LASTING_WEEKS} weken over, en ten minste "
        f"{wording.rough_percent(LOCAL_SHARE)} van de inwoners met een bekende wijk komt uit één wijk.",
        lambda f: (
            f.weeks >= LASTING_WEEKS
            and f.local >= MINIMUM_AUTHORS
            and _share(f.local, f.located) >= LOCAL_SHARE
        ),
        lambda f: (
            f"{_portion(f.local, f.located, 'inwoners met een bekende wijk', 'komt', 'komen')} uit {f.area}. "
            f"{_lasting(f)}"
        ),
    ),
    Rule(
        COMMUNITY,
        f"Inwoners schrijven er in ten minste {LASTING_WEEKS} weken over, en ten minste "
        f"{wording.rough_percent(RETURNING_SHARE)} van de inwoners schreef er in meer dan één week over.",
        lambda f: (
            f.weeks >= LASTING_WEEKS
            and f.returning >= MINIMUM_AUTHORS
            and _share(f.returning, f.residents) >= RETURNING_SHARE
        ),
        lambda f: (
            f"{_portion(f.returning, f.residents, 'inwoners', 'kwam', 'kwamen')} er in een andere week op "
            f"terug. {_lasting(f)}"
        ),
    ),
    Rule(
        ORGANISATION,
        "In alle andere gevallen.",
        lambda _: True,
        lambda f: (
            (
                f"{wording.residents(f.residents).capitalize()}, zonder piek, niet vooral met vragen en niet "
                f"uit één wijk. {_lasting(f)}"
            )
            if f.residents >= MINIMUM_AUTHORS
            else "Nog te klein om er meer mee te doen. Zorg dat de afdeling ervan weet."
        ),
    ),
)
"""The rule table, in order of precedence; the last rule always holds."""

_FIRST_STEPS: dict[str, Callable[[ThemeFacts], str]] = {
    ORGANISATION: lambda f: (
        f"Loop binnen bij {f.department or 'de afdeling die erover gaat'} met de citaten en de vragen "
        "hieronder, en spreek af wie deze week antwoordt."
    ),
    SURVEY: lambda _: (
        "Leg eerst aan de wethouder voor: wat willen we weten, en wat kunnen we nog veranderen? Beantwoord "
        "daarna de vragen hieronder in één post, of stel er zelf hoogstens vijf."
    ),
    COMMUNITY: lambda _: (
        "Nodig uit in de gesprekken zelf, onder de openbare berichten. Kies één vaste gastheer en één vaste "
        "plek. Maak geen lijst van namen."
    ),
    FOCUS_GROUP: lambda f: (
        f"Vraag in {f.area or 'de wijk'} wie mee wil denken, spreek af hoe vaak en waarover, en vertel elke "
        "keer terug wat ermee is gedaan."
    ),
}


def advice(facts: ThemeFacts) -> Advice:
    """The form of the first rule that holds, with its reason in figures and a first step."""
    rule = next(rule for rule in RULES if rule.holds(facts))
    return Advice(rule.form, rule.reason(facts), _FIRST_STEPS[rule.form](facts))
