"""A zip is opened when it does no harm, and read no further than it says it is."""

import stat
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbook_files import zipped
from warehouse.errors import SourceError
from warehouse.sources.archive import Limits, members, members_by_path
from warehouse.sources.parts import Part, part_of_bytes

LIMITS = Limits()
TABLES = {"export/signals.csv": "id\n1\n", "locations.csv": "id\n2\n", "leeg/": ""}


def parts(content: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    found = {}
    for part in members(part_of_bytes(content, "drop.zip"), "drop.zip", limits):
        with part.open() as stream:
            found[part.name] = stream.read()
    return found


def refusal(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(SourceError) as caught:
        parts(content, limits)
    said = str(caught.value)
    assert said.startswith("Bestand drop.zip")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def with_member(info: zipfile.ZipInfo, text: str = "id\n") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, text)
    return file.getvalue()


def test_members_are_read_by_their_own_name_as_often_as_needed() -> None:
    content = zipped(TABLES)
    assert parts(content) == {"signals.csv": b"id\n1\n", "locations.csv": b"id\n2\n"}
    part = members(part_of_bytes(content, "drop.zip"), "drop.zip")[0]
    assert part.size == 5
    for _ in range(2):
        with part.open() as stream:
            assert (stream.read(2), stream.readline(), stream.read()) == (b"id", b"\n", b"1\n")
    assert list(members_by_path(part_of_bytes(content, "drop.zip"), "drop.zip")) == list(TABLES)[:2]


def test_a_zip_within_a_zip_stays_closed() -> None:
    inner = zipped(TABLES)
    assert set(parts(zipped({"a.csv": "x", "b.zip": inner}))) == {"a.csv", "b.zip"}
    assert "alleen andere zips" in refusal(zipped({"b.zip": inner}))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x.csv", "a/../../x.csv", "C:/x.csv", "C:\\x.csv", "..\\x.csv", "\\\\host\\x.csv"],
)
def test_a_path_outside_its_folder_is_refused(path: str) -> None:
    assert "buiten zijn eigen map" in refusal(with_member(zipfile.ZipInfo(path)))


def test_a_link_a_password_an_odd_packing_and_a_repeated_name_are_refused() -> None:
    link = zipfile.ZipInfo("x.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "snelkoppeling" in refusal(with_member(link, "/etc/passwd"))
    plain = zipped({"x.csv": "id\n"}, zipfile.ZIP_STORED)
    protected = plain.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    protected = protected.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert "wachtwoord" in refusal(protected)
    odd = plain.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x09")
    assert "gewone zip" in refusal(odd)
    twice = zipped({"x.csv": "1", "y.csv": "2"}, zipfile.ZIP_STORED).replace(b"y.csv", b"X.csv")
    assert "twee keer" in refusal(twice)


def test_too_many_or_too_large_members_are_refused() -> None:
    assert "3 bestanden, meer dan 2" in refusal(zipped(dict.fromkeys("abc", "x")), Limits(members=2))
    assert "uitgepakt" in refusal(zipped({"a": bytes(2_000)}), Limits(unpacked=1_999))
    bomb = zipped({"a": bytes(1 << 20)})
    assert "uitgepakt" in refusal(bomb, Limits(ratio_above=1 << 19))
    assert parts(bomb, Limits(ratio_above=1 << 20)) == {"a": bytes(1 << 20)}
    assert parts(zipped({"a": bytes(1 << 20)}, zipfile.ZIP_STORED), Limits(ratio_above=0))


@pytest.mark.parametrize("said", [10, 999_999_999])
def test_a_member_that_is_not_as_large_as_it_says_is_refused_while_it_is_read(said: int) -> None:
    content = zipped({"a.csv": bytes(100_000)})
    at = content.index(b"PK\x01\x02") + 24
    lying = content[:at] + said.to_bytes(4, "little") + content[at + 4 :]
    assert "beschadigd" in refusal(lying, Limits(ratio_above=1 << 40))


def test_names_that_are_utf8_without_saying_so() -> None:
    content = zipped({"café.csv": "x"})
    unsaid = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        unsaid[content.index(mark) + place] &= ~0x08
    assert set(parts(bytes(unsaid))) == {"café.csv"}
    assert set(parts(zipped({"a\nb\x1b.csv": "x"}))) == {"a\ufffdb\ufffd.csv"}


def test_what_is_no_zip_is_refused() -> None:
    assert "geen zip" in refusal(b"id;tekst\n")
    assert "geen zip" in refusal(b"")
    assert "geen zip" in refusal(zipped(TABLES)[:-30])


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.binary(max_size=4), st.booleans())
def test_any_damage_gives_the_members_or_one_sentence(place: int, damage: bytes, cut: bool) -> None:  # noqa: FBT001
    whole = zipped(TABLES)
    place %= len(whole)
    content = whole[:place] + damage + (b"" if cut else whole[place + len(damage) :])
    try:
        parts(content)
    except SourceError:
        refusal(content)


def test_a_part_says_nothing_of_its_content() -> None:
    [part] = members(part_of_bytes(zipped({"a.csv": "geheim"}), "drop.zip"), "drop.zip")
    assert isinstance(part, Part)
    assert "geheim" not in repr(part)


def test_a_member_without_a_name_is_damage() -> None:
    file, nameless = BytesIO(), zipfile.ZipInfo("x")
    nameless.filename = ""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(nameless, "1")
    assert "is beschadigd" in refusal(file.getvalue())
