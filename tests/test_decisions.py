"""What decisions come to: the later one wins, what was undone does not count, and a line keeps its id."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from warehouse.decision_kinds import (
    KINDS,
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
from warehouse.decisions import Adopted, Taught, checked, decision_rows, in_effect, replayed
from warehouse.errors import ConfigurationError
from warehouse.tables import DECISION

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def decided(kind: type[Decision], theme: str, minute: int = 0, **fields: object) -> Decision:
    """A decision of somebody at so many minutes past the start."""
    at = START + timedelta(minutes=minute)
    return kind.model_validate({"at": at, "who": "adviseur", "theme": theme, **fields})


def in_order(*wanted: Decision) -> list[Decision]:
    """The decisions, a minute apart."""
    return [
        type(decision).model_validate({**decision.model_dump(), "at": START + timedelta(minutes=minute)})
        for minute, decision in enumerate(wanted)
    ]


def test_the_later_decision_on_the_same_thing_wins() -> None:
    now = replayed(
        in_order(
            decided(Rename, "a", label="Eerst"),
            decided(Rename, "b", label="Ander thema"),
            decided(Rename, "a", label="Later"),
            decided(Department, "a", department="Groen"),
            decided(Department, "a", department="Wegen"),
            decided(Hide, "a"),
            decided(Hide, "b"),
            decided(Show, "a"),
        )
    )
    assert now.labels == {"a": "Later", "b": "Ander thema"}
    assert now.departments == {"a": "Wegen"}
    assert now.hidden == {"b"}


def test_merges_are_followed_to_the_end_of_the_chain() -> None:
    chain = in_order(
        decided(Merge, "a", into="b"), decided(Merge, "b", into="c"), decided(Merge, "c", into="d")
    )
    assert replayed(chain).merged == {"a": "d", "b": "d", "c": "d"}
    elsewhere = [*chain, decided(Merge, "b", 9, into="x")]
    assert replayed(elsewhere).merged == {"a": "x", "b": "x", "c": "d"}


def test_a_merge_that_closes_a_loop_is_refused() -> None:
    before = in_order(decided(Merge, "a", into="b"), decided(Merge, "b", into="c"))
    with pytest.raises(ConfigurationError, match=r"a in b in c in a.*ongedaan\.$"):
        checked(before, decided(Merge, "c", 5, into="a"))
    with pytest.raises(ConfigurationError, match=r"d in d"):
        checked(before, decided(Merge, "d", 5, into="d"))


def test_undoing_an_undo_cannot_close_a_loop_either() -> None:
    merge = decided(Merge, "a", into="b")
    undo = decided(Undo, "a", 1, of=merge.id)
    back = decided(Merge, "b", 2, into="a")
    with pytest.raises(ConfigurationError, match="in elkaar op"):
        checked([merge, undo, back], decided(Undo, "a", 3, of=undo.id))


def test_what_is_taught_is_one_per_message_or_sentence() -> None:
    now = replayed(
        in_order(
            decided(Teach, "a", message_id="x:1"),
            decided(Teach, "a", text="Weer zakken naast de bak"),
            decided(Teach, "b", message_id="x:2"),
            decided(Teach, "geen-thema", message_id="x:1"),
        )
    )
    assert now.taught == (
        Taught("a", None, "Weer zakken naast de bak"),
        Taught("b", "x:2"),
        Taught("geen-thema", "x:1"),
    )


def test_an_adopted_theme_is_called_as_it_is_called_now() -> None:
    adopt = decided(Adopt, "e-1", label="Laadpaal", department="Energie", message_ids=("x:1", "x:2"))
    named = decided(Rename, "e-1", 1, label="Laadpalen")
    assert replayed([adopt, named]).adopted == (Adopted("e-1", "Laadpalen", "Energie", ("x:1", "x:2")),)
    assert replayed([adopt]).labels == {"e-1": "Laadpaal"}
    again = decided(Adopt, "e-1", 2, label="Opladen", department="Energie", message_ids=("x:3",))
    assert replayed([adopt, named, again]).adopted == (Adopted("e-1", "Opladen", "Energie", ("x:3",)),)


def test_undo_takes_out_and_its_undo_puts_back() -> None:
    name = decided(Rename, "a", label="Nieuw")
    undo = decided(Undo, "a", 1, of=name.id)
    redo = decided(Undo, "a", 2, of=undo.id)
    assert replayed([name, undo]) == replayed([])
    assert in_effect([name, undo]) == [undo]
    assert replayed([name, undo, redo]) == replayed([name])
    assert in_effect([name, undo, redo]) == [name, redo]


def test_what_cannot_be_undone_hidden_or_shown_is_refused() -> None:
    name = decided(Rename, "a", label="Nieuw")
    undo = decided(Undo, "a", 1, of=name.id)
    hide = decided(Hide, "b", 2)
    before = [name, undo, hide]
    for wanted, sentence in (
        (decided(Undo, "a", 3, of=name.id), "is al ongedaan gemaakt"),
        (decided(Undo, "a", 3, of="d-00000000"), "Besluit d-00000000 is er niet"),
        (decided(Hide, "b", 3), "Thema b is al verborgen"),
        (decided(Show, "a", 3), "Thema a is niet verborgen"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            checked(before, wanted)
    assert checked(before, decided(Show, "b", 3)).theme == "b"


def test_an_undo_must_come_after_what_it_undoes() -> None:
    name = decided(Rename, "a", label="Nieuw")
    undo = decided(Undo, "a", 1, of=name.id)
    with pytest.raises(ConfigurationError, match=f"Besluit {undo.id} over thema a .* goede volgorde"):
        replayed([undo, name])


def test_only_what_exists_is_applied() -> None:
    now = replayed(
        in_order(
            decided(Rename, "a", label="Nieuw"),
            decided(Rename, "weg", label="Verdwenen"),
            decided(Merge, "a", into="nergens"),
            decided(Merge, "b", into="a"),
            decided(Hide, "c"),
            decided(Teach, "weg", text="Een zin"),
            decided(Teach, "c", text="Een andere zin"),
        )
    )
    kept, lost = now.about({"a", "b", "c"})
    assert kept.labels == {"a": "Nieuw"}
    assert kept.merged == {}
    assert kept.hidden == {"c"}
    assert kept.taught == (Taught("c", None, "Een andere zin"),)
    assert lost == ("nergens", "weg")


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "Een label van vijf woorden"},
        {"label": "Twee\nregels"},
        {"label": " Rand"},
        {"label": ""},
        {"label": "Goed", "extra": 1},
        {"label": "Goed", "theme": "Met Hoofdletter"},
        {"label": "Goed", "who": ""},
        {"label": "Goed", "at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_a_decision_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rename.model_validate({"at": START, "who": "adviseur", "theme": "a", **fields})


def test_a_lesson_is_a_message_or_a_sentence() -> None:
    neither_or_both: list[dict[str, object]] = [{}, {"message_id": "x:1", "text": "Een zin"}]
    for fields in neither_or_both:
        with pytest.raises(ValidationError):
            decided(Teach, "a", 0, **fields)


def test_the_id_is_of_the_content() -> None:
    one, other = decided(Rename, "a", label="Nieuw"), decided(Rename, "a", label="Nieuwer")
    assert one.id == decided(Rename, "a", label="Nieuw").id
    assert len({one.id, other.id, decided(Rename, "a", 1, label="Nieuw").id}) == 3
    assert one.line == (
        f'{{"id": "{one.id}", "at": "2026-10-01T08:00:00Z", "who": "adviseur", "what": "rename",'
        ' "theme": "a", "label": "Nieuw"}'
    )


def test_the_rows_hold_all_that_was_decided() -> None:
    log = [
        decided(Merge, "a", into="b", why="Gaat over hetzelfde"),
        decided(Teach, "b", 1, text="Zakken naast de bak"),
    ]
    rows = decision_rows(log)
    assert dict(rows.schema) == DECISION.schema
    first, second = rows.rows()
    assert first[1:] == (START.replace(tzinfo=None), "adviseur", "merge", "a", '{"into": "b"}', log[0].why)
    assert second[3:] == ("teach", "b", '{"text": "Zakken naast de bak"}', None)
    assert dict(decision_rows([]).schema) == DECISION.schema


THEMES = st.sampled_from(["a", "b", "c", "geen"])
WISHES = st.one_of(
    st.tuples(st.just("rename"), THEMES, st.fixed_dictionaries({"label": st.sampled_from(["Een", "Twee"])})),
    st.tuples(st.just("merge"), THEMES, st.fixed_dictionaries({"into": THEMES})),
    st.tuples(st.sampled_from(["hide", "show"]), THEMES, st.just({})),
    st.tuples(st.just("department"), THEMES, st.just({"department": "Groen"})),
    st.tuples(
        st.just("teach"), THEMES, st.fixed_dictionaries({"message_id": st.sampled_from(["x:1", "x:2"])})
    ),
    st.tuples(
        st.just("adopt"),
        THEMES,
        st.just({"label": "Over", "department": "Wegen", "message_ids": ("x:1",)}),
    ),
    st.tuples(st.just("undo"), st.integers(0, 11), st.just({})),
)


def possible_log(wishes: Sequence[tuple[str, object, dict[str, object]]]) -> list[Decision]:
    """The wishes that can be decided, one after the other; an undo is of the decision at that place."""
    log = list[Decision]()
    for minute, (what, about, fields) in enumerate(wishes):
        try:
            if what == "undo":
                undone = log[int(str(about))]
                wanted = decided(Undo, undone.theme, minute, of=undone.id)
            else:
                wanted = decided(KINDS[what], str(about), minute, **fields)
            log.append(checked(log, wanted))
        except (ConfigurationError, IndexError):
            continue
    return log


@given(st.lists(WISHES, max_size=12))
def test_replay_is_the_same_every_time_and_merges_end(
    wishes: list[tuple[str, object, dict[str, object]]],
) -> None:
    log = possible_log(wishes)
    now = replayed(log)
    assert replayed(tuple(log)) == now
    assert replayed(log).fingerprint == now.fingerprint
    without_undos = [decision for decision in in_effect(log) if not isinstance(decision, Undo)]
    assert replayed(without_undos) == now
    assert not set(now.merged.values()) & now.merged.keys()


@given(st.lists(WISHES, max_size=12), WISHES)
def test_undo_restores_what_was_and_its_undo_what_came(
    wishes: list[tuple[str, object, dict[str, object]]], last: tuple[str, object, dict[str, object]]
) -> None:
    before = possible_log(wishes)
    after = possible_log([*wishes, last])
    if len(after) == len(before):
        return
    new = after[-1]
    undo = decided(Undo, new.theme, 100, of=new.id)
    redo = decided(Undo, new.theme, 101, of=undo.id)
    assert replayed([*after, undo]) == replayed(before)
    assert replayed([*after, undo, redo]) == replayed(after)
