"""The municipality's own list of areas, and what becomes of an area that a source writes."""

from pathlib import Path

import polars as pl
import pytest

from warehouse.areas import Areas, no_areas, read_areas, with_areas
from warehouse.errors import ConfigurationError

LIST = """\
Naam;Code;Niveau;Ook bekend als
Noord;WK01;wijk;Meerwold-Noord|De  Noordhoek
't Zand;BU0102;buurt;
Súdwâl;BU0103;buurt;Zuidwal | Zuidwalbuurt
Wijk 12;;wijk;
"""


def listed(tmp_path: Path, text: str = LIST, encoding: str = "utf-8") -> Areas:
    path = tmp_path / "gebieden.csv"
    path.write_text(text, encoding=encoding)
    return read_areas(path)


def located(areas: Areas, *given: tuple[str | None, str | None]) -> list[tuple[str | None, str | None]]:
    """Name and code after the list, of name and code before it."""
    schema = {"row": pl.Int64(), "area_name": pl.String(), "area_code": pl.String()}
    rows = [(number, name, code) for number, (name, code) in enumerate(given)]
    drafts = with_areas(pl.DataFrame(rows, schema=schema, orient="row"), areas)
    assert (drafts.schema, drafts["row"].to_list()) == (schema, list(range(len(given))))
    return drafts.select("area_name", "area_code").rows()


def refusal(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    with pytest.raises(ConfigurationError) as caught:
        listed(tmp_path, text, encoding)
    said = str(caught.value)
    assert said.startswith(f"Gebiedenlijst {tmp_path / 'gebieden.csv'}")
    assert said.endswith(".")
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    "written",
    ["Noord", "noord", "NOORD ", "Meerwold Noord", "meerwold-noord", "de noordhoek", "De_Noordhoek"],
)
def test_an_area_has_the_name_and_code_of_the_list_however_it_is_written(
    tmp_path: Path, written: str
) -> None:
    assert located(listed(tmp_path), (written, None)) == [("Noord", "WK01")]


def test_accents_and_spaces_around_the_bars_make_no_difference(tmp_path: Path) -> None:
    ways = ["Sudwal", "Su\u0301dwa\u0302l", "zuidwal", "Zuidwalbuurt"]
    assert located(listed(tmp_path), *((way, None) for way in ways)) == [("Súdwâl", "BU0103")] * len(ways)


def test_a_code_says_more_than_a_name(tmp_path: Path) -> None:
    found = located(
        listed(tmp_path),
        ("Noord", "BU0102"), ("Noord", "bu0102"), ("Noord", "onbekend"), (None, "WK01"), ("Elders", "WK01"),
    )  # fmt: skip
    zand, noord = ("'t Zand", "BU0102"), ("Noord", "WK01")
    assert found == [zand, zand, noord, noord, noord]


def test_what_the_list_does_not_know_becomes_nothing(tmp_path: Path) -> None:
    found = located(listed(tmp_path), ("Elders", "X9"), (None, None), ("", ""), ("Dorpsstraat 12", "1234 AB"))
    assert found == [(None, None)] * 4


def test_an_area_without_a_code_is_known_by_its_name(tmp_path: Path) -> None:
    assert located(listed(tmp_path), ("wijk 12", "X9")) == [("Wijk 12", None)]


@pytest.mark.parametrize(
    "text",
    [
        "naam,code,ook bekend als\nNoord,WK01,Meerwold Noord|Boven\n",
        "\ufeffnaam;code;ook bekend als\r\nNoord;WK01;Meerwold Noord|Boven\r\n",
        "Name;CODE;Also known as\nNoord;WK01;Meerwold Noord|Boven\n",
        " NAAM ; Code ;Andere namen;niveau\n Noord ; WK01 ;Meerwold Noord| Boven;wijk\n",
        'code;"naam";ook bekend als\nWK01;"Noord";"Meerwold Noord|Boven"\n',
    ],
)
def test_lists_as_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    found = located(listed(tmp_path, text), ("boven", None), ("meerwold noord", None), (None, "wk01"))
    assert found == [("Noord", "WK01")] * 3


def test_a_list_of_names_alone_is_enough(tmp_path: Path) -> None:
    assert located(listed(tmp_path, "naam\nNoord\n\nZuid\n"), ("zuid", "1"), ("West", "2")) == [
        ("Zuid", None), (None, None),
    ]  # fmt: skip


def test_a_list_may_name_an_area_twice_in_the_same_way(tmp_path: Path) -> None:
    text = "naam;code;ook bekend als\nNoord;WK01;noord|Noord\nNoord;WK01;\n"
    assert located(listed(tmp_path, text), ("noord", None)) == [("Noord", "WK01")]


@pytest.mark.parametrize(
    ("rows", "twice"),
    [
        ("Noord;1;\nNoord;2;\n", "noord"),
        ("Noord;1;\nnoórd;2;\n", "noord"),
        ("Noord;1;Boven\nZuid;2;boven\n", "boven"),
        ("Noord;1;Zuid\nZuid;2;\n", "zuid"),
        ("Noord;1;\nZuid;1;\n", "1"),
    ],
)
def test_a_name_for_two_areas_is_an_error(tmp_path: Path, rows: str, twice: str) -> None:
    said = refusal(tmp_path, "naam;code;ook bekend als\n" + rows)
    assert f"'{twice}' staat voor twee gebieden" in said


@pytest.mark.parametrize(
    ("text", "encoding", "sentence"),
    [
        ("buurt;code\nNoord;1\n", "utf-8", "heeft geen kolom naam"),
        ("", "utf-8", "is niet te lezen"),
        ("naam;code\nSúdwâl;1\n", "cp1252", "is niet te lezen"),
        ("naam;code\nNoord;1;2;3\n", "utf-8", "is niet te lezen"),
        ("naam;Naam\nNoord;Zuid\n", "utf-8", "is niet te lezen"),
    ],
)
def test_a_wrong_list_is_one_sentence(tmp_path: Path, text: str, encoding: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, text, encoding)


def test_a_list_that_is_not_there_or_is_a_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nergens\.csv bestaat niet; controleer 'areas'"):
        read_areas(tmp_path / "nergens.csv")
    with pytest.raises(ConfigurationError, match="is niet te lezen"):
        read_areas(tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "Dorpsstraat 12", "Dorpsstraat 12a", "dorpsstraat 12 B", "Dorpsstraat  12 ", "Dorpsstraat 12-14",
        "Dorpsstraat 12 bis", "Dorpsstraat 12, Meerwold", "Dorpsstraat 12a, 1234 AB Meerwold", "1234AB",
        "1234 ab", "Meerwold 1234 AB", "2e Dwarsweg 4", "Wijkweg 1234 AB 7",
    ],
)  # fmt: skip
def test_an_address_never_stays(tmp_path: Path, address: str) -> None:
    assert located(no_areas(), (address, None)) == [(None, None)]
    assert located(listed(tmp_path), (address, None)) == [(None, None)]


@pytest.mark.parametrize("code", ["1234 AB", "1234ab", "1234 AB 12"])
def test_a_postcode_is_no_area_code(tmp_path: Path, code: str) -> None:
    assert located(no_areas(), ("Noord", code)) == [("Noord", None)]
    assert located(listed(tmp_path), (None, code)) == [(None, None)]


@pytest.mark.parametrize(
    "area", ["Noord", "Wijk 12", "buurt 3", "Gebied 7b", "Sector 4, oost", "'t Zand", "Plan 2e fase", "Kern"]
)
def test_without_a_list_an_area_stays_as_the_source_writes_it(area: str) -> None:
    assert located(no_areas(), (area, "BU12")) == [(area, "BU12")]
