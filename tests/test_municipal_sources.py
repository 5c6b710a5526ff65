"""Report systems, contact centres, participation platforms: one id by every route, what is never read."""

from pathlib import Path

import polars as pl
import pytest

from tests.export_reading import judged_part
from warehouse.sources.mapping_file import built_in_mapping, parse_mapping
from warehouse.sources.parts import part_of
from warehouse.sources.speakers import Parties

SOURCES = Path(__file__).parent / "sources"
PARTIES = Parties(frozenset({"Gemeente Vechterbeek"}), frozenset())
MUNICIPAL = (
    "signalen-api", "signalen-csv", "open311-json", "open311-xml", "fixmystreet-json", "fixmystreet-xml",
    "fixmystreet-reports", "fixmystreet-updates", "open-klant", "vng-contactmomenten", "klantcontact-csv",
    "melding-csv", "rotterdam-msb", "amsterdam-klachten", "fixi-csv", "go-vocal-inputs", "go-vocal-comments",
    "decidim-proposals", "decidim-proposals-zip", "decidim-comments", "decidim-comments-zip",
    "consul-proposals", "consul-comments",
)  # fmt: skip
KEPT_OUT = (
    "Kadeweg", "0000AB", "0000 AB", "@voorbeeld", "@vechterbeek", "06000", "Brinkhuis", "Dijkerhof",
    "52.4", "52,41", "6.1", "bellen met de wijkbeheerder", "Een excuus", "Elke week",
)  # fmt: skip


def messages(mapping: str) -> pl.DataFrame:
    """What the fixture of a built-in mapping gives."""
    (file,) = [path for path in (SOURCES / mapping).iterdir() if path.stem not in ("about", "expected")]
    return judged_part(part_of(file), built_in_mapping(mapping), PARTIES).messages


@pytest.mark.parametrize("mapping", MUNICIPAL)
def test_no_address_phone_mail_staff_or_note_is_read(mapping: str) -> None:
    found = messages(mapping)
    told = found.select(pl.exclude("author", "author_id", "created_at", "row")).cast(pl.String)
    said = "\n".join(cell for column in told for cell in column if cell)
    assert said
    assert [word for word in KEPT_OUT if word in said] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("signalen-api", "signalen-csv"),
        ("open311-json", "open311-xml"),
        ("fixmystreet-json", "fixmystreet-xml"),
        ("decidim-proposals", "decidim-proposals-zip"),
    ],
)
def test_two_routes_give_the_same_messages(one: str, other: str) -> None:
    assert messages(one).sort("native_id").equals(messages(other).sort("native_id"))


def test_a_report_of_fixmystreet_has_one_id_text_and_moment_by_every_route() -> None:
    same = ["platform", "native_id", "title", "text", "created_at"]
    both = messages("fixmystreet-json").join(messages("fixmystreet-reports"), on=same)
    assert set(both["native_id"]) == {"5501", "5498"}


@pytest.mark.parametrize(
    ("of", "on"),
    [
        ("fixmystreet-updates", "fixmystreet-reports"),
        ("go-vocal-comments", "go-vocal-inputs"),
        ("consul-comments", "consul-proposals"),
        ("decidim-comments", "decidim-proposals"),
    ],
)
def test_a_comment_hangs_below_what_it_is_about(of: str, on: str) -> None:
    every = pl.concat([messages(of), messages(on)])
    below = messages(of).filter(~pl.col("parent_id").str.contains("Debate|Meeting"))
    assert below.join(every, left_on="parent_id", right_on="native_id", how="anti").is_empty()
    assert every["native_id"].is_unique().all()


def test_a_contact_centre_says_only_what_its_columns_are_called_otherwise() -> None:
    own = """\
id: balie
version: 1
extends: klantcontact-csv
emit:
  - role: contact
    fields:
      native_id: {from: volgnr}
      text: {from: waar gaat het over}
  - role: answer
    fields:
      native_id: {from: volgnr, suffix: ":answer"}
"""
    mapping = parse_mapping(own, "balie.yaml")
    contact, answer = mapping.emit
    assert (contact.fields["native_id"].from_, contact.fields["text"].from_) == (
        ("volgnr",),
        ("waar gaat het over",),
    )
    assert contact.fields["created_at"].datetime == answer.fields["created_at"].datetime
    assert "antwoord" in (answer.fields["text"].from_ or ())
