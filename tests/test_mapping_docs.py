"""The guide to mappings names all that the grammar knows, and its examples do what it says."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from flows.cli import main
from flows.settings import Municipality
from flows.source_settings import Source
from tests.export_reading import emitted
from tests.workbook_files import xlsx
from warehouse.areas import read_areas
from warehouse.gate_rules import message_rules
from warehouse.sources.emit import DRAFT_SCHEMA
from warehouse.sources.fields import NAMED_FORMATS, DatetimeSpec
from warehouse.sources.mapping import Mapping
from warehouse.sources.mapping_file import built_in_ids, mapping_content, parse_mapping
from warehouse.sources.messages import FIELDS, KINDS, SPEAKERS
from warehouse.sources.overview import GROUPS, mapping_table
from warehouse.sources.times import utc_time
from warehouse.sources.verbs import applied

SOURCES = Path(__file__).parents[1] / "warehouse" / "sources"
GUIDE = (SOURCES / "mappings" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
YAML = [block for language, block in BLOCKS if language == "yaml"]
FIRST, CSV = YAML[0], [block for language, block in BLOCKS if language == "csv"]
FRAME = """\
id: kader
version: 1
read: {format: csv}
emit:
  - kind: post
    platform: web
    fields: {native_id: {from: id}, text: {from: tekst}, created_at: {from: tijd, datetime: epoch_s}}
"""
# How the guide writes what cannot be seen.
SIGNS = {"␣": " ", "\\n": "\n", "\\u0301": "\u0301", "\\|": "|"}


def code() -> set[str]:
    """Everything that the guide sets as code within a sentence or a table."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", GUIDE, flags=re.DOTALL | re.MULTILINE)))


def table(*heads: str) -> list[list[str]]:
    """The rows of the table with these first columns, code marks taken off."""
    start = GUIDE.index(f"| {' | '.join(heads)} |")
    lines = GUIDE[start:].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def shown(cell: str) -> str | None:
    """What a cell of an example stands for."""
    for written, sign in SIGNS.items():
        cell = cell.replace(written, sign)
    return None if cell == "(leeg)" else cell


def schema_words(part: object) -> Iterator[tuple[str, str]]:
    """Every key ("key") and every choice ("choice") that the grammar's schema has."""
    if isinstance(part, dict):
        properties = part.get("properties", {})
        yield from (("key", name) for name in properties)
        choices = [*part.get("enum", []), *([part["const"]] if "const" in part else [])]
        yield from (("choice", choice) for choice in choices if isinstance(choice, str))
        for inner in part.values():
            yield from schema_words(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from schema_words(inner)


@cache
def grammar() -> set[tuple[str, str]]:
    return set(schema_words(Mapping.model_json_schema(by_alias=True)))


def mapping_of(block: str) -> Mapping:
    """A block of the guide as a mapping; what is only a part of one is set in a frame."""
    content: dict[str, Any] = mapping_content(block, "README.md")
    if "id" in content:
        return parse_mapping(block, "README.md")
    frame: dict[str, Any] = mapping_content(FRAME, "kader.yaml")
    if content.keys() <= set(FIELDS):
        frame["emit"][0]["fields"] |= content
    else:
        frame |= content
    return parse_mapping(yaml.safe_dump(frame, allow_unicode=True), "README.md")


def test_the_table_is_what_the_mappings_say_of_themselves() -> None:
    """After a change of a mapping print it anew: python -m warehouse.sources.overview."""
    between = re.search(r"<!-- overzicht: begin -->\n(.*)<!-- overzicht: einde -->", GUIDE, flags=re.DOTALL)
    assert between is not None
    assert between[1].strip() == mapping_table()


def test_every_mapping_that_comes_along_is_in_one_group() -> None:
    """A new mapping also needs its place in GROUPS of overview.py."""
    assert sorted(name for names in GROUPS.values() for name in names) == built_in_ids()


def test_no_cell_of_the_table_is_empty() -> None:
    rows = [line for line in mapping_table().splitlines() if line.startswith("| `")]
    assert len(rows) == len(built_in_ids())
    for row in rows:
        cells = re.split(r"(?<!\\)\|", row)[1:-1]
        assert len(cells) == 6
        assert all(cell.strip() for cell in cells)


def test_every_word_of_the_grammar_is_explained() -> None:
    said = code()
    names = {re.split(r"[:\s]", word)[0] for word in said} | said
    values = {word.split(": ", 1)[1] for word in said if ": " in word}
    assert {word for kind, word in grammar() if kind == "key"} - names == set()
    assert {word for kind, word in grammar() if kind == "choice"} - said - values == set()
    assert {*FIELDS, *KINDS, *SPEAKERS, *NAMED_FORMATS} - said == set()
    assert {"@banner", "@sheet", "@file", "@path", "@rows"} - {word.strip('"') for word in said} == set()


def test_every_condition_of_the_grammar_is_in_its_table() -> None:
    tests = Mapping.model_json_schema(by_alias=True)["$defs"]["Condition"]["properties"].keys()
    told = {row[0].split(":")[0] for row in table("toets", "geldt als de cel")}
    assert told == tests - {"col", "optional"}


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.splitlines()[0][:40])
def test_every_example_is_a_mapping_or_a_part_of_one(block: str) -> None:
    assert mapping_of(block).emit


def test_the_first_mapping_is_ten_lines_and_gives_what_the_guide_says() -> None:
    assert len(FIRST.splitlines()) == 10
    found = emitted(CSV[0], mapping_of(FIRST))
    told = [
        (id_, text, datetime.fromisoformat(at))
        for id_, text, at in table("native_id", "text", "created_at (UTC)")
    ]
    assert found.messages.select("native_id", "text", "created_at").rows() == told
    assert set(found.messages["author_kind"]) == {"unknown"}
    speaking = emitted(CSV[0], mapping_of(FIRST + YAML[1]))
    assert set(speaking.messages["author_kind"]) == {"resident"}


def test_every_link_within_the_guide_leads_somewhere() -> None:
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", GUIDE, flags=re.DOTALL | re.MULTILINE), re.M)
    places = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
    links = re.findall(r"\]\(#([^)]+)\)", GUIDE)
    assert links
    assert set(links) - places == set()


def test_the_settings_in_it_are_settings() -> None:
    settings = [tomllib.loads(block) for language, block in BLOCKS if language == "toml"]
    assert [Source.model_validate(one) for block in settings for one in block.get("source", [])]
    assert [
        Municipality.model_validate(block["municipality"]) for block in settings if "municipality" in block
    ]


def test_the_list_of_areas_in_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "wijken.csv"
    path.write_text(CSV[1], encoding="utf-8")
    assert set(read_areas(path).table["known_as"]) >= {"binnenstad", "centrum", "oude stad", "wk0002"}


def test_every_command_in_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    commands = {
        re.findall(r"weerklank (\w+)", line)[0]
        for language, block in BLOCKS if language == "bash"
        for line in block.splitlines() if "weerklank " in line
    }  # fmt: skip
    assert commands == {"inspect", "check", "sql"}
    for command in commands:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
    assert capsys.readouterr().out


def test_every_verb_does_to_its_example_what_the_guide_says() -> None:
    rows = table("werkwoord", "wat het doet", "voor", "na")
    verbs = Mapping.model_json_schema(by_alias=True)["$defs"]["FieldSpec"]["properties"]["use"]["items"][
        "enum"
    ]
    assert sorted(row[0] for row in rows) == sorted(verbs)
    for verb, _, before, after in rows:
        cell = applied(pl.col("cell"), verb)  # type: ignore[arg-type]
        assert pl.DataFrame({"cell": [shown(before)]}).select(cell).item() == shown(after), verb


def moment(text: str, **spec: Any) -> str:
    time, _ = utc_time([pl.col("cell")], DatetimeSpec(**{"tz": "Europe/Amsterdam", **spec}))
    return str(pl.DataFrame({"cell": [text]}).select(time.dt.truncate("1s")).item())


def test_every_named_format_reads_its_example() -> None:
    rows = table("`formats`", "wat het is", "voorbeeld", "wordt (UTC)")
    assert [row[0] for row in rows] == list(NAMED_FORMATS)
    for name, _, text, utc in rows:
        assert moment(text, formats=name) == utc, name


def test_the_patterns_read_their_examples() -> None:
    for text, pattern in table("geschreven als", "vorm"):
        assert moment(text, formats=pattern).startswith("2026-04-01"), pattern


def test_the_two_nights_that_the_clock_changes_are_as_told() -> None:
    for text, choice, utc, _ in table("in de export", "keuze", "wordt (UTC)"):
        chosen = {} if choice == "shift" else {"ambiguous": choice}
        assert moment(text, formats="%d-%m-%Y %H:%M", **chosen) == utc


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "aantal_kolommen": ("id,tekst,tijd\n1,hoi,1,extra\n", ""),
    "aanhalingsteken": ('id,tekst,tijd\n1,"hoi" daar,1\n', ""),
    "beschadigde_regel": ('{"id": 1, "tekst": "hoi", "tijd": 1}\n{"id": 2,\n', "read: {format: ndjson}"),
    "geen_record": ('[{"id": 1, "tekst": "hoi", "tijd": 1}, 7]', "read: {format: json}"),
    "geen_lijst": (
        '[{"id": 1, "tekst": "hoi", "tijd": 1, "reacties": "geen"}]',
        "read: {format: json, json: {explode: reacties}}",
    ),
    "blad_zonder_koprij": (
        xlsx([["id", "tekst", "tijd"], ["1", "hoi", "1"]], [["iets", "anders"]]),
        'read: {format: xlsx, sheets: ["*"]}',
    ),
    "beschadigd_id": ("id,tekst,tijd\n1.22158E+17,hoi,1\n", ""),
    "geen_id": ("id,tekst,tijd\n,hoi,1\n", ""),
    "onleesbare_datum": ("id,tekst,tijd\n1,hoi,gisteren\n", ""),
    "geen_datum": ("id,tekst,tijd\n1,hoi,\n", ""),
    "geen_tekst": ("id,tekst,tijd\n1,,1\n", ""),
    "onbekende_waarde": ("id,tekst,tijd\n1,hoi,1\n", "kind: {from: tekst, map: {dag: post}}"),
    "geen_getal": ("id,tekst,tijd\n1,hoi,1\n", "likes: {from: tekst}"),
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_of_the_quarantine_is_what_the_guide_says(rule: str) -> None:
    content, change = BROKEN[rule]
    frame: dict[str, Any] = mapping_content(FRAME, "kader.yaml")
    frame["expect"] = {"max_quarantined": 1}
    changed: dict[str, Any] = mapping_content(change, "proef.yaml") if change else {}
    frame["read"] = changed.get("read", frame["read"])
    frame["emit"][0]["kind"] = changed.get("kind", "post")
    frame["emit"][0]["fields"] |= {name: spec for name, spec in changed.items() if name in FIELDS}
    found = emitted(content, parse_mapping(yaml.safe_dump(frame), "proef.yaml"))
    assert set(found.rejected["rule"]) == {rule}
    assert found.read == found.messages.height + found.rejected.height


def test_every_rule_of_the_quarantine_is_explained_and_no_other() -> None:
    told = [row[0] for row in table("regel", "wat er mis is", "wat u doet")]
    of_gate = [rule.name for rule in message_rules(datetime.fromisoformat("2026-04-01T00:00:00Z"))]
    assert told == [*BROKEN, *of_gate]
    assert rules_in_code() == set(BROKEN)


def rules_in_code() -> set[str]:
    """Names of rules in the modules that set rows aside: words with _, no column and no key."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py")]
    words = {
        node.value
        for text in texts if re.search(r"rejected_rows\(|REJECTED", text)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }  # fmt: skip
    named = {word for word in words if re.fullmatch(r"[a-z]+(_[a-z]+)+|aanhalingsteken", word)}
    return named - DRAFT_SCHEMA.keys() - {word for _, word in grammar()}
