"""What the decisions of people come to: replayed from first to last, without what was undone."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import polars as pl

from warehouse.decision_kinds import (
    Adopt,
    Decision,
    Department,
    Hide,
    Merge,
    Rename,
    Show,
    Teach,
    Undo,
)
from warehouse.errors import ConfigurationError
from warehouse.tables import DECISION


@dataclass(frozen=True)
class Taught:
    """A message, or a sentence that was typed, and the theme that people gave it (`geen-thema` for none)."""

    theme_id: str
    message_id: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Adopted:
    """An emergent theme that people made lasting, as it is called now, and the messages that typify it."""

    theme_id: str
    label: str
    department: str
    message_ids: tuple[str, ...]


@dataclass(frozen=True)
class Decisions:
    """What is in effect.

    labels and departments by theme_id; merged: theme_id to the theme that its messages end up under, chains
    followed; hidden theme_ids; taught: one per message or sentence, the latest wins; adopted: one per theme.
    Later decisions on the same thing come later in the tuples.
    """

    labels: Mapping[str, str]
    departments: Mapping[str, str]
    merged: Mapping[str, str]
    hidden: frozenset[str]
    taught: tuple[Taught, ...]
    adopted: tuple[Adopted, ...]

    @property
    def fingerprint(self) -> str:
        """Short hash of all that is in effect."""
        content = json.dumps(asdict(self), sort_keys=True, default=sorted)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def about(self, known: Collection[str]) -> tuple["Decisions", tuple[str, ...]]:
        """What can be applied where only the themes `known` exist, and the ids, sorted, that are decided
        about but do not exist. What is adopted stays whole: adopted themes come to exist by it."""
        named = {*self.labels, *self.departments, *self.merged, *self.merged.values(), *self.hidden}
        lost = {*named, *(lesson.theme_id for lesson in self.taught)}.difference(known)
        merged = {theme: into for theme, into in self.merged.items() if not {theme, into} & lost}
        kept = replace(
            self,
            labels={theme: label for theme, label in self.labels.items() if theme in known},
            departments={theme: name for theme, name in self.departments.items() if theme in known},
            merged=merged,
            hidden=self.hidden.intersection(known),
            taught=tuple(lesson for lesson in self.taught if lesson.theme_id in known),
        )
        return kept, tuple(sorted(lost))


def replayed(decisions: Sequence[Decision]) -> Decisions:
    """What the decisions come to. On the same thing the later one wins; what was undone does not count.

    Raises ConfigurationError when an undo is of nothing that came before, or when merges close a loop.
    """
    labels, departments, merges = dict[str, str](), dict[str, str](), dict[str, str]()
    hidden = set[str]()
    taught, adopted = dict[Taught, Taught](), dict[str, tuple[str, ...]]()
    for decision in in_effect(decisions):
        theme = decision.theme
        match decision:
            case Rename(label=label):
                labels[theme] = label
            case Department(department=department):
                departments[theme] = department
            case Merge(into=into):
                merges[theme] = into
            case Hide():
                hidden.add(theme)
            case Show():
                hidden.discard(theme)
            case Teach(message_id=message_id, text=text):
                lesson = Taught("", message_id, text)
                taught.pop(lesson, None)
                taught[lesson] = replace(lesson, theme_id=theme)
            case Adopt():
                labels[theme], departments[theme] = decision.label, decision.department
                adopted.pop(theme, None)
                adopted[theme] = decision.message_ids
            case Undo():
                pass
    return Decisions(
        labels=labels,
        departments=departments,
        merged={theme: _final_target(theme, merges) for theme in merges},
        hidden=frozenset(hidden),
        taught=tuple(taught.values()),
        adopted=tuple(Adopted(t, labels[t], departments[t], ids) for t, ids in adopted.items()),
    )


def in_effect(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions that count, in order: an undo takes out an earlier one, unless it was undone itself.

    Raises ConfigurationError when an undo is of nothing that came before.
    """
    ids = [decision.id for decision in decisions]
    undone, kept = set[str](), list[Decision]()
    for place in range(len(decisions) - 1, -1, -1):
        decision = decisions[place]
        if decision.id in undone:
            continue
        if isinstance(decision, Undo):
            if decision.of not in ids[:place]:
                raise ConfigurationError(
                    f"Besluit {decision.id} over thema {decision.theme} maakt {decision.of} ongedaan, maar"
                    " dat besluit staat er niet voor; zet de regels in de goede volgorde."
                )
            undone.add(decision.of)
        kept.append(decision)
    return kept[::-1]


def checked(before: Sequence[Decision], new: Decision) -> Decision:
    """`new`, when it can be decided after `before`.

    Raises ConfigurationError when it would close a loop of merges, undoes what does not count (any more),
    or hides or shows a theme that is hidden or shown already.
    """
    if isinstance(new, Teach):
        return new
    now = replayed(before)
    match new:
        case Undo(of=of) if of not in {decision.id for decision in before}:
            raise ConfigurationError(f"Besluit {of} is er niet; zie 'weerklank themes log'.")
        case Undo(of=of) if of not in {decision.id for decision in in_effect(before)}:
            raise ConfigurationError(f"Besluit {of} is al ongedaan gemaakt; zie 'weerklank themes log'.")
        case Hide(theme=theme) if theme in now.hidden:
            raise ConfigurationError(f"Thema {theme} is al verborgen; met 'unhide' komt het terug.")
        case Show(theme=theme) if theme not in now.hidden:
            raise ConfigurationError(f"Thema {theme} is niet verborgen; kies een ander thema.")
    replayed([*before, new])
    return new


def decision_rows(decisions: Sequence[Decision]) -> pl.DataFrame:
    """DECISION rows: a copy of the log for those who query the database."""
    rows = [
        {
            "decision_id": decision.id, "decided_at": decision.at.replace(tzinfo=None),
            "decided_by": decision.who, "kind": decision.what, "theme_id": decision.theme,
            "detail": json.dumps(decision.detail, ensure_ascii=False), "why": decision.why,
        }
        for decision in decisions
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=DECISION.schema)


def _final_target(theme: str, merges: Mapping[str, str]) -> str:
    passed, target = [theme], merges[theme]
    while target in merges and target not in passed:
        passed.append(target)
        target = merges[target]
    if target in passed:
        circle = " in ".join([*passed[passed.index(target) :], target])
        raise ConfigurationError(
            f"Zo gaan thema's in elkaar op ({circle}); maak eerst een van die samenvoegingen ongedaan."
        )
    return target
