"""Bytes to text: the first encoding that fits the whole file, whatever pieces it is read in."""

import codecs
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export_reading import CONTACTS, mapping
from warehouse.errors import SourceError
from warehouse.sources import decoding
from warehouse.sources.decoding import decoded, text_lines
from warehouse.sources.mapping import Mapping
from warehouse.sources.parts import part_of_bytes

TEXT = "naam;plaats\r\nÁnnemiek – één;Súdwâl\n"


def reading(*encodings: str) -> Mapping:
    return mapping(CONTACTS, ("  format: csv\n", f"  format: csv\n  encoding: [{', '.join(encodings)}]\n"))


def text_of(content: bytes, *encodings: str) -> str:
    with decoded(part_of_bytes(content, "proef"), reading(*encodings), "proef") as text:
        return text.read()


def refusal(content: bytes, *encodings: str) -> str:
    with pytest.raises(SourceError) as caught:
        text_of(content, *encodings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "encodings"),
    [
        (TEXT.encode(), ["utf-8"]),
        (TEXT.encode(), ["utf-8-sig"]),
        (codecs.BOM_UTF8 + TEXT.encode(), ["utf-8"]),
        (codecs.BOM_UTF8 + TEXT.encode(), ["utf-8-sig", "cp1252"]),
        (TEXT.encode("cp1252"), ["utf-8-sig", "utf-16", "cp1252"]),
        (TEXT.encode("utf-16"), ["utf-8-sig", "utf-16", "cp1252"]),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ["utf-16", "cp1252"]),
        (TEXT.encode("utf-32"), ["utf-8-sig", "utf-32", "utf-16", "cp1252"]),
        (TEXT.encode("utf-32"), ["utf-8-sig", "utf-16", "utf-32", "cp1252"]),
        (TEXT.encode("utf-16-le"), ["utf-8", "utf-16-le"]),
    ],
)
def test_the_first_encoding_that_fits_is_taken_and_no_mark_of_it_stays(
    content: bytes, encodings: list[str]
) -> None:
    assert text_of(content, *encodings) == TEXT


def test_wide_text_without_a_mark_is_not_guessed() -> None:
    """Any even number of bytes is UTF-16 of something."""
    assert text_of(b"naam;plaats\nJan;\xeb\n", "utf-16", "cp1252") == "naam;plaats\nJan;ë\n"
    assert "is niet gecodeerd als utf-16" in refusal(b"naam;plaats\n", "utf-16")


@pytest.mark.parametrize(
    "content",
    [b"a\xff", b"\xc3", b"a\xed\xa0\xbd", TEXT.encode("cp1252"), TEXT.encode() + b"\xe2\x82",
     codecs.BOM_UTF16_LE + b"a\x00b"],
)  # fmt: skip
def test_a_damaged_text_is_of_no_encoding(content: bytes) -> None:
    said = refusal(content, "utf-8-sig", "utf-16")
    assert said == (
        "Bestand proef is niet gecodeerd als utf-8-sig, utf-16; "
        "bewaar het als UTF-8 of pas 'encoding' in de mapping aan."
    )


@pytest.mark.parametrize(
    "content",
    [b"", codecs.BOM_UTF8, codecs.BOM_UTF8 + b" \r\n\t\n", codecs.BOM_UTF16_LE, "\n".encode("utf-16")],
)
def test_a_file_in_which_nothing_is_written_says_so(content: bytes) -> None:
    assert "is leeg; controleer de export" in refusal(content, "utf-8-sig", "utf-16", "cp1252")


def test_a_line_without_end_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_LONGEST_LINE", 10)
    with decoded(part_of_bytes(b"kort\n" + b"x" * 9 + b"\n", "proef"), reading("utf-8"), "proef") as text:
        lines = text_lines(text, "proef")
        assert next(lines) == "kort\n"
        with pytest.raises(SourceError, match="regel zonder einde"):
            next(lines)
    with decoded(part_of_bytes(b"x" * 8 + b"\n" + b"y" * 9, "proef"), reading("utf-8"), "proef") as text:
        assert list(text_lines(text, "proef")) == ["x" * 8 + "\n", "y" * 9]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda t: t.strip("\ufeff \t\r\n")),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.integers(1, 7),
)
def test_a_character_over_the_border_of_two_pieces_is_whole(text: str, encoding: str, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_CHUNK", chunk)
        encodings = [encoding] if encoding != "utf-8-sig" else ["utf-8"]
        assert text_of(text.encode(encoding), *encodings, "cp1252") == text.removeprefix(
            "\ufeff" if encoding == "utf-8" else ""
        )


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=60), st.integers(1, 5))
def test_any_bytes_are_a_text_or_one_sentence(content: bytes, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_CHUNK", chunk)
        with contextlib.suppress(SourceError):
            found = text_of(content, "utf-8-sig", "utf-16", "utf-32", "cp1252")
            assert found.strip("\ufeff \t\r\n")
