"""What deduce, the library for de-identifying Dutch text, takes for parts of names.

As installed deduce builds look-up structures of every street and care institution, for more than a minute
and a gigabyte. Here it gets its own copy of the lists, without those, in a cache folder, and runs only the
annotators that look up names and places. Which parts make up a person's name is judged in full_names.py.
"""

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, Protocol

from warehouse.word_lists import word_list

Role = Literal["given", "family", "place"]

_ROLE_OF_TAG: dict[str, Role] = {
    "voornaam": "given",
    "achternaam": "family",
    "interfix+achternaam": "family",
    "locatie": "place",
}
_ANNOTATORS = ("first_name_lookup", "surname_lookup", "interfix_with_name", "placename")
_LEFT_OUT = {"person_annotation_converter", "remove_street_tags", "clean_street_tags", "post_processing"}
# Medical terms and diseases too: they keep deduce from seeing names that municipal texts do hold.
_CUT_LISTS = (
    *("lst_street", "lst_hospital", "lst_hospital_abbr", "lst_healthcare_institution"),
    *("lst_medical_term", "lst_eponymous_disease", "lst_eponymous_single"),
)
# What deduce never takes for a surname ("Mol", "Groot", "Post") is judged by the words around it here.
_CUT_FILES = (Path("src/names/lst_surname/exceptions.txt"),)
_WITHOUT_FIRST_NAMES = Path("src/names/lst_first_name/exceptions.txt")


@dataclass(frozen=True)
class Mark:
    """A stretch of a text, from `start` up to `end`, with the role that deduce sees in it."""

    start: int
    end: int
    role: Role


class _Annotation(Protocol):
    start_char: int
    end_char: int
    tag: str


class _Document(Protocol):
    annotations: set[_Annotation]


class _Deduce(Protocol):
    def deidentify(self, text: str, *, disabled: set[str]) -> _Document: ...


class NameMarks:
    """Marks the first names, surnames and places of texts.

    Takes `cache`, a folder for deduce's look-up structures: the first start fills it in a few seconds.
    """

    def __init__(self, cache: Path) -> None:
        self._deduce = _start(_lookup_folder(cache))

    def of(self, text: str) -> frozenset[Mark]:
        """The marks of `text`; they may overlap, as one word can be a first name, a surname and a place."""
        found = self._deduce.deidentify(text, disabled=_LEFT_OUT).annotations
        return frozenset(
            Mark(annotation.start_char, annotation.end_char, _ROLE_OF_TAG[annotation.tag])
            for annotation in found
            if annotation.tag in _ROLE_OF_TAG
        )

    def is_first_name(self, word: str) -> bool:
        """True when `word`, with its capital, is a first name that deduce knows."""
        return any(mark.role == "given" for mark in self.of(word))

    def is_surname(self, word: str) -> bool:
        """True when `word`, with its capital, is a surname that deduce knows."""
        return any(mark.role == "family" for mark in self.of(word))


@cache
def street_names() -> frozenset[str]:
    """The street names of the Netherlands in folded case, from the list that deduce brings along."""
    listed = _sources() / "locations" / "lst_street" / "items.txt"
    return frozenset(listed.read_text(encoding="utf-8").casefold().splitlines())


def _start(folder: Path) -> _Deduce:
    base = json.loads((_package() / "base_config.json").read_text(encoding="utf-8"))
    annotators = {name: base["annotators"][name] for name in _ANNOTATORS}
    with _quiet_root_logger():
        deduce: _Deduce = import_module("deduce").Deduce(
            load_base_config=False,
            config=base | {"annotators": annotators},
            lookup_data_path=folder,
            cache_path=folder,
        )
    return deduce


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """Keeps deduce from sending all log lines to standard output when it is imported."""
    stand_in = logging.NullHandler()
    logging.getLogger().addHandler(stand_in)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(stand_in)


def _package() -> Traversable:
    with _quiet_root_logger():
        return resources.files("deduce")


def _lookup_folder(cache: Path) -> Path:
    """The folder with these lists and what deduce makes of them, put in place in one move."""
    lists = dict(_lists(_sources(), Path("src")))
    versions = json.dumps(
        [metadata.version("deduce"), *sorted((str(path), text) for path, text in lists.items())]
    )
    folder = cache / f"deduce-{hashlib.sha256(versions.encode()).hexdigest()[:16]}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        fresh = Path(name) / "lookup"
        for path, text in lists.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_text(text, encoding="utf-8")
        _start(fresh)
        _put_in_place(fresh, folder)
    return folder


def _put_in_place(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        # Another night was first; its folder holds the same.
        if not folder.exists():
            raise


def _sources() -> Traversable:
    return _package() / "data" / "lookup" / "src"


def _lists(folder: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _lists(entry, path / entry.name)
        elif entry.name.endswith((".txt", ".json")):
            yield path / entry.name, _cut(path / entry.name, entry)


def _cut(path: Path, entry: Traversable) -> str:
    if path in _CUT_FILES or (path.parent.name in _CUT_LISTS and path.suffix == ".txt"):
        return ""
    lines = entry.read_text(encoding="utf-8")
    if path == _WITHOUT_FIRST_NAMES:
        return "\n".join(line for line in lines.splitlines() if line not in word_list("first_names"))
    return lines
