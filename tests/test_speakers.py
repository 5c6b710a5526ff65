"""Who speaks: by the account, by a rule of the mapping, or by default; and what only looks like it."""

import unicodedata

import pytest

from tests.export_reading import POSTS, emitted, mapping, page, post
from warehouse.sources.mapping import Mapping

OWNED = ["Gemeente Súdwâl", "900100"]
PARTNERS = ["Politie Súdwâl", "900200"]
BY_NAME = mapping(
    POSTS,
    (
        "  municipality_if: [{field: author, in_list: owned_accounts}]\n",
        "  municipality_if:\n"
        "    - {field: author_id, in_list: owned_accounts}\n"
        "    - {field: author, in_list: owned_accounts}\n"
        "    - {col: author.badge, in: [stad], optional: true}\n"
        "    - {col: author.id, same_as: ^.author.id, optional: true}\n"
        "  other_if:\n"
        "    - {field: author, in_list: partner_accounts}\n"
        "    - {field: author_id, in_list: partner_accounts}\n"
        "    - {col: author.bot, in: ['true'], optional: true}\n",
    ),
)


def by(name: str | None = None, number: str | None = None, **more: object) -> dict[str, object]:
    """A post by an account."""
    return post("1", author={"name": name, "id": number, **more})


def speaker(record: dict[str, object], read_by: Mapping = BY_NAME) -> tuple[str, str]:
    """Who speaks in the only message of a page, and how that is known."""
    found = emitted(page(record), read_by, OWNED, PARTNERS).messages
    kind, basis = found.select("author_kind", "author_kind_basis").row(0)
    return str(kind), str(basis)


MUNICIPALITY = ("municipality", "owned_account")
PARTNER = ("other", "partner_account")


@pytest.mark.parametrize(
    "name",
    [
        "Gemeente Súdwâl", "gemeente súdwâl", "GEMEENTE SÚDWÂL", "  Gemeente Súdwâl\u00a0",
        "\u200eGemeente Súdwâl",
        unicodedata.normalize("NFD", "Gemeente Súdwâl"), unicodedata.normalize("NFD", "GEMEENTE SÚDWÂL"),
    ],
)  # fmt: skip
def test_an_account_is_known_whatever_its_case_and_form_of_accents(name: str) -> None:
    assert speaker(by(name)) == MUNICIPALITY
    assert speaker(by(name + "x")) == ("resident", "default")


@pytest.mark.parametrize(
    "name",
    ["Gemeente Sudwal", "Gemeente Súdwâl Fanclub", "Ik ♥ Gemeente Súdwâl", "Gemeente",
     "gemeente.súdwâl", "", " "],
)  # fmt: skip
def test_a_name_that_only_looks_like_ours_is_a_residents(name: str) -> None:
    assert speaker(by(name)) == ("resident", "default")


def test_an_account_is_known_by_its_number_whatever_it_calls_itself() -> None:
    assert speaker(by("Wij van hier", "900100")) == MUNICIPALITY
    assert speaker(by("Wij van hier", "9001001")) == ("resident", "default")
    assert speaker(by("Wijkagent", "900200")) == PARTNER


def test_a_partner_speaks_as_another() -> None:
    assert speaker(by("POLITIE súdwâl")) == PARTNER


def test_who_is_both_ours_and_a_partner_is_ours() -> None:
    found = emitted(page(by("Gemeente Súdwâl")), BY_NAME, OWNED, OWNED).messages
    assert found.select("author_kind", "author_kind_basis").row(0) == MUNICIPALITY


def test_a_rule_on_a_column_tells_too_and_the_first_that_fits_says_how() -> None:
    assert speaker(by("Anja", badge="stad")) == ("municipality", "source_rule")
    assert speaker(by("Nieuwsrobot", bot=True)) == ("other", "source_rule")
    assert speaker(by("Gemeente Súdwâl", badge="stad")) == MUNICIPALITY
    assert speaker(by("Gemeente Súdwâl", bot=True)) == MUNICIPALITY


def test_without_an_author_the_default_speaks() -> None:
    assert speaker(post("1")) == ("resident", "default")
    assert speaker(by(None, None)) == ("resident", "default")
    unsaid = mapping(POSTS, ("  default: resident\n", ""))
    assert speaker(post("1"), unsaid) == ("unknown", "default")


def test_without_accounts_in_the_settings_nobody_is_ours() -> None:
    found = emitted(page(by("Gemeente Súdwâl"), by("", "") | {"id": "2"}), BY_NAME).messages
    assert found["author_kind"].to_list() == ["resident"] * 2


def test_the_municipality_that_answers_under_its_own_post_stays_the_municipality() -> None:
    ours = {"name": "Gemeente Súdwâl", "id": "900100"}
    renamed = {"name": "Webcare Súdwâl", "id": "900100"}
    thread = post(
        "1", author=ours,
        replies=[
            post("2", author={"name": "Anja", "id": "7"}, text="Gemeente Súdwâl, wanneer gaat de brug open?"),
            post("3", author=renamed, text="Dag Anja, morgen."),
            post("4", author={"name": "Anja", "id": "7"}, text='"Gemeente Súdwâl: morgen", ja ja.'),
            post("5", author={"name": "Politie Súdwâl", "id": "8"}, text="Wij sturen iemand langs."),
            post("6", author=None, text="Gemeente Súdwâl"),
        ],
    )  # fmt: skip
    found = emitted(page(thread), BY_NAME, OWNED, PARTNERS).messages.sort("row")
    assert found.select("native_id", "author_kind", "author_kind_basis").rows() == [
        ("1", *MUNICIPALITY), ("2", "resident", "default"), ("3", *MUNICIPALITY), ("4", "resident",
        "default"),
        ("5", *PARTNER), ("6", "resident", "default"),
    ]  # fmt: skip


def test_who_answers_under_their_own_post_is_the_same_account() -> None:
    thread = post(
        "1", author={"id": "5"}, replies=[post("2", author={"id": "5"}), post("3", author={"id": "6"})]
    )
    found = emitted(page(thread), BY_NAME).messages.sort("row")
    assert found.select("native_id", "author_kind", "author_kind_basis").rows() == [
        ("1", "resident", "default"), ("2", "municipality", "source_rule"), ("3", "resident", "default"),
    ]  # fmt: skip


def test_what_the_emit_says_itself_goes_before_every_rule() -> None:
    said = mapping(POSTS, ("  - role: post\n", "  - role: post\n    author_kind: other\n"))
    assert speaker(by("Gemeente Súdwâl"), said) == ("other", "source_rule")
    from_column = mapping(
        POSTS,
        ("  - role: post\n",
         "  - role: post\n    author_kind: {from: wie, map: {ambtenaar: municipality}, default: resident}\n"),
    )  # fmt: skip
    assert speaker(post("1", wie="ambtenaar"), from_column) == ("municipality", "column")
    assert speaker(post("1", wie="bewoner"), from_column) == ("resident", "column")
