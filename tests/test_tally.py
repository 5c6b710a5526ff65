"""What becomes of a whole file: counts that add up, repeats over parts, and what the mapping expects."""

from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, NOW, POSTS, SECRET, emitted, mapping
from warehouse.errors import SourceError
from warehouse.gates import BROKEN_ROW
from warehouse.sources.emit import Emitted, emitted_messages
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import part_of_bytes
from warehouse.sources.read import read_batches
from warehouse.sources.rows import Rows
from warehouse.sources.speakers import Parties
from warehouse.sources.tally import Tally, new_columns

HEADER = "nummer;datum;vraag;antwoord\n"
OPEN = "expect: {max_quarantined: 1, min_rows: 0}"
STRICT = (f"{OPEN}\n", "")


def parts(content: str, read_by: Mapping, *ends: int) -> list[Emitted]:
    """The messages of a file that is read in parts, which end after these rows."""
    (rows,) = read_batches(part_of_bytes((HEADER + content).encode(), "proef"), read_by)
    borders = [0, *sorted(ends), rows.frame.height]
    sliced = [
        Rows(rows.frame.slice(start, end - start), rows.rejected if place == 0 else rows.rejected.clear())
        for place, (start, end) in enumerate(pairwise(borders))
    ]
    return [emitted_messages(part, read_by, Parties(), SECRET) for part in sliced]


def refused_by_gate(messages: pl.DataFrame) -> pl.DataFrame:
    """What the gate refuses of these messages: those of after tomorrow, and of before 2004."""
    fits = pl.col("created_at").is_between(datetime(2004, 1, 1), NOW + timedelta(days=1))  # noqa: DTZ001
    named = messages.filter(~fits).with_columns(
        rule=pl.lit("tijd_in_de_toekomst"), field=pl.lit("created_at")
    )
    return named.select(*BROKEN_ROW)


def tally(content: str, *changes: tuple[str, str], ends: tuple[int, ...] = ()) -> Tally:
    read_by = mapping(CONTACTS.replace("quarantined: 1}", "quarantined: 1, min_rows: 0}"), *changes)
    counted = Tally(read_by)
    for part in parts(content, read_by, *ends):
        counted.add(part, refused_by_gate(part.messages))
    return counted


def refusal(counted: Tally) -> str:
    with pytest.raises(SourceError) as caught:
        counted.check("proef.csv", NOW)
    said = str(caught.value)
    assert said.startswith("Bestand proef.csv")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def expecting(expect: str) -> tuple[str, str]:
    return (OPEN, f"expect: {{min_rows: 0, {expect}}}")


def test_everything_that_was_read_became_something() -> None:
    counted = tally("1;01-04-2026;a;b\n2;gisteren;a;b\n1;01-04-2026;c;\n;01-04-2026;a;\n3;01-04-2099;a;\n")
    assert (counted.good, counted.rejected, counted.dropped, counted.read) == (3, 4, 0, 7)
    assert counted.repeats().rows() == [(1, "contact")]


def test_of_messages_with_one_id_the_last_stays_whatever_part_it_is_in() -> None:
    content = "1;01-04-2026;a;\n2;01-04-2026;b;\n1;01-04-2026;c;\n1;01-04-2026;d;\n"
    for ends in ((), (1,), (3,), (1, 2, 3)):
        assert sorted(tally(content, ends=ends).repeats().rows()) == [(1, "contact"), (3, "contact")]
        first = tally(content, ("expect:", "dedupe: {keep: first}\nexpect:"), ends=ends)
        assert sorted(first.repeats().rows()) == [(3, "contact"), (4, "contact")]


def test_a_refused_message_is_nobodys_repeat() -> None:
    content = "1;01-04-2026;a;\n1;01-04-2099;b;\n1;gisteren;c;\n"
    for ends in ((), (1,), (1, 2)):
        counted = tally(content, ends=ends)
        assert (counted.good, counted.rejected, counted.repeats().height) == (1, 2, 0)


def test_the_last_row_of_an_id_stays_also_when_it_has_another_role() -> None:
    """A post that became a reply: in one part of the file or in two, the later row is believed."""
    roles = (
        ("when: {col: antwoord, is: not_empty}", "when: {col: antwoord, is: empty}"),
        ('      native_id: {from: nummer, suffix: ":answer"}', "      native_id: {from: nummer}"),
        ("      text: {from: antwoord}", "      text: {from: vraag}"),
        ("      parent_id: {ref: contact}\n", ""),
        ("    kind: contact\n", "    when: {col: antwoord, is: not_empty}\n    kind: contact\n"),
    )
    content = "1;01-04-2026;a;\n1;01-04-2026;b;x\n"
    for ends in ((), (1,)):
        assert tally(content, *roles, ends=ends).repeats().rows() == [(1, "answer")]


def test_the_period_is_that_of_the_messages_that_are_kept() -> None:
    counted = tally("1;01-04-2026 10:00;a;\n2;01-03-2026 10:00;b;\n3;01-01-2001 10:00;c;\n", ends=(1,))
    oldest, newest = (datetime.fromisoformat(d) for d in ("2026-03-01 09:00", "2026-04-01 08:00"))
    assert (counted.oldest, counted.newest) == (oldest, newest)
    assert (tally("").oldest, tally("").newest) == (None, None)


@pytest.mark.parametrize("ends", [(), (1,), (1, 2, 3)])
def test_too_much_set_aside_names_the_rule_that_did_it_most_and_its_first_row(ends: tuple[int, ...]) -> None:
    content = "1;01-04-2026;a;\n2;01-04-2099;a;\n3;gisteren;a;\n4;morgen;a;\n"
    said = refusal(tally(content, STRICT, ends=ends))
    assert said == (
        "Bestand proef.csv: 3 van 4 rijen zijn onbruikbaar (onleesbare datum in 'created_at', voor het eerst "
        "in rij 3); controleer de export of pas mapping balie aan."
    )
    tally(content, expecting("max_quarantined: 0.75"), ends=ends).check("proef.csv", NOW)
    refusal(tally(content, expecting("max_quarantined: 0.74"), ends=ends))


@pytest.mark.parametrize("ends", [(), (1,), (1, 2, 3)])
def test_too_many_empty_cells_are_counted_over_the_parts(ends: tuple[int, ...]) -> None:
    content = "1;01-04-2026;a;\n2;01-04-2026;;\n3;01-04-2026;a;b\n4;01-04-2026;;\n"
    most = "max_quarantined: 1, max_null: {text: %s}"
    said = refusal(tally(content, expecting(most % 0.39), ends=ends))
    assert said.startswith("Bestand proef.csv: 'text' is leeg in 40% van de rijen, meer dan de 39%")
    tally(content, expecting(most % 0.4), ends=ends).check("proef.csv", NOW)


def test_empty_is_counted_only_where_the_field_can_be() -> None:
    content = "1;01-04-2026;a;\n2;01-04-2026;a;b\n"
    tally(content, expecting("max_null: {parent_id: 0}")).check("proef.csv", NOW)
    tally(content, expecting("max_null: {area_name: 0}")).check("proef.csv", NOW)


@pytest.mark.parametrize(
    ("day", "fits"),
    [("23-03-2026 03:59", False), ("23-03-2026 04:00", True), ("02-04-2026 05:00", True),
     ("02-04-2026 05:01", False)],
)  # fmt: skip
def test_messages_outside_the_expected_period_refuse_the_file(day: str, fits: bool) -> None:  # noqa: FBT001
    """Ten days back to now, from 02-04-2026 03:00 UTC; the clock went forward on 29 March."""
    counted = tally(f"1;01-04-2026;a;\n2;{day};a;\n", expecting('created_at_range: ["-10d", "+0d"]'))
    if fits:
        counted.check("proef.csv", NOW)
        return
    assert "terwijl mapping balie 23-03-2026 tot 02-04-2026 verwacht" in refusal(counted)


def test_a_file_without_messages_has_no_period_and_nothing_empty() -> None:
    tally("", expecting('created_at_range: ["-10d", "+0d"], max_null: {text: 0}')).check("f", NOW)


def test_columns_that_nobody_named_are_new() -> None:
    known = mapping(CONTACTS, ("quarantined: 1", "quarantined: 1, columns: [kanaal]"))
    columns = ["nummer", "@row", "@path", "^.id", "kanaal", "mood", "antwoord"]
    assert new_columns(columns, known) == ["mood"]
    assert new_columns(["a.b", "id"], mapping(POSTS)) == ["a.b"]


_ROW = st.tuples(
    st.sampled_from(["1", "2", "3", "", "1.2E+17"]),
    st.sampled_from(["01-04-2026", "02-04-2026", "01-04-2099", "gisteren", ""]),
    st.sampled_from(["a", ""]),
    st.sampled_from(["b", ""]),
).map(";".join)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    st.lists(_ROW, max_size=12), st.lists(st.integers(0, 12), max_size=4), st.sampled_from(["first", "last"])
)
def test_in_how_many_parts_a_file_is_read_makes_no_difference(
    lines: list[str], ends: list[int], keep: str
) -> None:
    content = "".join(f"{line}\n" for line in lines)
    found = [
        tally(content, ("expect:", f"dedupe: {{keep: {keep}}}\nexpect:"), ends=borders)
        for borders in ((), tuple(end for end in ends if end <= len(lines)))
    ]
    counts = [(t.good, t.rejected, t.dropped, t.read, t.oldest, t.newest) for t in found]
    assert counts[0] == counts[1]
    assert found[0].repeats().sort("row", "role").equals(found[1].repeats().sort("row", "role"))
    whole = emitted(HEADER + content, mapping(CONTACTS, ("1}", "1, min_rows: 0}")))
    assert whole.messages.height + whole.rejected.height + whole.dropped + whole.duplicates == whole.read
    kept = whole.messages.select("platform", "native_id")
    assert kept.is_unique().all()
    assert found[0].newest is None or found[0].newest <= NOW + timedelta(days=1)
