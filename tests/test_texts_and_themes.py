"""Texts read once and messages given their themes: a real store, the real embedder, a small catalogue."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.texts import embedded, hashed, prepared, tokenised
from flows.themes import CURRENT, Teaching, teaching, theme_rows, themed_messages
from nlp.catalogue import Catalogue, CatalogueTheme
from nlp.embed import BundledEmbedder, Embedder, Vectors
from nlp.tokens import PIPELINE
from tests.test_assign import EXAMPLES
from warehouse.sources.identity import content_hash
from warehouse.store import Store, open_store
from warehouse.tables import EMBEDDING, MESSAGE, MESSAGE_THEME, THEME, TOKEN

CATALOGUE = Catalogue(
    tuple(
        CatalogueTheme(
            theme,
            theme.title(),
            f"Alles over {theme}.",
            "Beheer",
            (theme,),
            tuple(texts[:3]),
            tuple(texts[3:]),
        )
        for theme, texts in EXAMPLES.items()
    ),
    ("Goedemorgen allemaal", "Fijn weekend!", "Gefeliciteerd", "Hier ook", "Wat een mooie foto", "Bedankt"),
)
# message_id: text and the message that it answers.
SAID: dict[str, tuple[str, str | None]] = {
    "x:1": ("De container voor afval zit weer vol", None),
    "x:2": ("Bij ons precies zo, al weken lang", "x:5"),
    "x:3": ("En het zwembad is te koud om te zwemmen", "x:1"),
    "x:4": ("👍👍", "x:1"),
    "x:5": ("Waar kan ik nog parkeren met mijn auto?", None),
    "x:6": ("De container voor afval zit weer vol", None),
    "x:7": ("Geen idee", "x:unknown"),
    "x:8": ("The bin near our flat has been full for weeks and nobody seems to care", None),
}


def nobody(_told: str) -> None:
    """Whom the steps tell how far they are."""


class CountingEmbedder:
    """The bundled embedder, with a note of every text that it was given."""

    def __init__(self) -> None:
        self._bundled = BundledEmbedder()
        self.given: list[str] = []

    @property
    def name(self) -> str:
        return self._bundled.name

    def vectors(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return self._bundled.vectors(texts)


@pytest.fixture(scope="module")
def bundled() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def embedder(bundled: CountingEmbedder) -> CountingEmbedder:
    bundled.given.clear()
    return bundled


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def put_messages(store: Store, said: dict[str, tuple[str, str | None]] = SAID, **changed: object) -> None:
    rows = [
        {
            "message_id": message_id, "native_id": message_id, "version": 1, "is_current": True, "text": text,
            "parent_id": parent, "content_hash": content_hash(text), "source_id": "x", "platform": "x",
            "kind": "comment", "author_kind": "resident", "created_at": datetime(2026, 3, 4),  # noqa: DTZ001
            "created_day": date(2026, 3, 4), "export_id": "e", **changed,
        }
        for message_id, (text, parent) in said.items()
    ]  # fmt: skip
    store.upsert(MESSAGE, MESSAGE.conform(pl.DataFrame(rows, infer_schema_length=None)))


def themed(store: Store, embedder: Embedder, run_id: str = "r", min_confidence: float = 0.0) -> pl.DataFrame:
    """What a night does with texts and themes."""
    texts = hashed(store.query(CURRENT)["text"])
    tokenised(store, texts)
    embedded(store, texts, embedder, nobody)
    return themed_messages(store, taught(store, embedder), embedder.name, run_id, min_confidence)


def taught(store: Store, embedder: Embedder) -> Teaching:
    return teaching(store, CATALOGUE, embedder, nobody)


def column(messages: pl.DataFrame, name: str) -> dict[str, object]:
    return dict(messages.select("message_id", name).iter_rows())


def test_distinct_texts_have_one_hash() -> None:
    texts = hashed(pl.Series(["Vol", "Leeg", "Vol", None, " Vol\n"]))
    assert texts.rows() == [(content_hash("Vol"), "Vol"), (content_hash("Leeg"), "Leeg")]


def test_a_text_is_read_once(store: Store, embedder: CountingEmbedder) -> None:
    texts, told = hashed(pl.Series(["@buur de container zit #vol", "Leeg"])), list[str]()
    assert (tokenised(store, texts), embedded(store, texts, embedder, told.append)) == (2, 2)
    assert embedder.given == ["de container zit vol", "Leeg"]
    assert told == ["zinsvectoren: 2 van 2 nieuwe teksten"]
    before = store.table(TOKEN), store.table(EMBEDDING)
    assert before[0]["lemmas"].to_list() != before[0]["lemmas"].shift().to_list()
    assert set(before[0]["pipeline"]) == {PIPELINE}
    assert set(before[1]["model"]) == {embedder.name}

    more = hashed(pl.Series(["Leeg", "Nieuw hier", "@buur de container zit #vol"]))
    assert (tokenised(store, more), embedded(store, more, embedder, told.append)) == (1, 1)
    assert (tokenised(store, more), embedded(store, more, embedder, told.append)) == (0, 0)
    assert embedder.given[2:] == ["Nieuw hier"]
    assert len(told) == 2
    assert store.table(TOKEN).height == store.table(EMBEDDING).height == 3


def test_another_model_reads_anew_and_is_kept_apart(store: Store, embedder: CountingEmbedder) -> None:
    texts = hashed(pl.Series(["Vol", "Leeg"]))
    tokenised(store, texts)
    other = EMBEDDING.conform(texts.with_columns(model=pl.lit("ander"), vector=pl.lit([1.0])))
    store.insert_new(EMBEDDING, other)
    assert embedded(store, texts, embedder, nobody) == 2
    assert prepared(store, texts["content_hash"], "ander")["vector"].to_list() == [[1.0], [1.0]]
    ours = prepared(store, texts["content_hash"], embedder.name)["vector"].to_list()
    np.testing.assert_array_equal(ours, embedder.vectors(["Vol", "Leeg"]))


def test_what_is_prepared_comes_in_the_order_asked_for(store: Store, embedder: CountingEmbedder) -> None:
    texts = hashed(pl.Series(["Bomen", "Tegels"]))
    tokenised(store, texts)
    embedded(store, texts, embedder, nobody)
    tree, tile = texts["content_hash"]
    asked = pl.Series("hash", [tile, tree, tile, "unknown"])
    found = prepared(store, asked, embedder.name)
    assert found["content_hash"].to_list() == asked.to_list()
    assert found["lemmas"].to_list() == [["tegel"], ["boom"], ["tegel"], None]


def test_the_catalogue_is_read_once(store: Store, embedder: CountingEmbedder) -> None:
    first = taught(store, embedder)
    assert len(embedder.given) == len(CATALOGUE.examples) == len(first.themes)
    second = taught(store, embedder)
    assert len(embedder.given) == len(CATALOGUE.examples)
    assert second.themes == first.themes
    assert second.texts.lemmas == first.texts.lemmas
    np.testing.assert_array_equal(second.texts.vectors, first.texts.vectors)


def test_every_current_message_gets_a_row(store: Store, embedder: CountingEmbedder) -> None:
    put_messages(store)
    put_messages(store, {"x:gone": ("Het zwembad is dicht", None)}, deleted_at=datetime(2026, 3, 5))  # noqa: DTZ001
    put_messages(store, {"x:5": ("Eerdere tekst", None)}, version=0, is_current=False)
    found = themed(store, embedder)
    assert dict(found.schema) == MESSAGE_THEME.schema
    assert found["message_id"].to_list() == sorted(SAID)
    assert set(found["run_id"]) == {"r"}
    store.replace(MESSAGE_THEME, found)


def test_themes_are_read_in_their_thread(store: Store, embedder: CountingEmbedder) -> None:
    put_messages(store)
    found = themed(store, embedder)
    themes, basis = column(found, "theme_id"), column(found, "basis")
    assert [themes[key] for key in ("x:1", "x:2", "x:3", "x:4", "x:5")] == [
        "afval", "afval", "zwembad", None, "parkeren",
    ]  # fmt: skip
    assert [basis[key] for key in ("x:1", "x:2", "x:3", "x:4")] == ["own", "inherited", "own", "own"]
    assert themes["x:6"] == themes["x:1"]
    assert column(found, "is_question") == {key: key == "x:5" for key in SAID}


def test_the_language_that_the_source_states_goes_first(store: Store, embedder: CountingEmbedder) -> None:
    put_messages(store)
    put_messages(store, {"x:9": ("De container zit vol", None)}, language="de")
    assert column(themed(store, embedder), "language") == dict.fromkeys(SAID, "nl") | {
        "x:8": "en",
        "x:9": "de",
    }


def test_unsure_themes_are_none_when_the_settings_say_so(store: Store, embedder: CountingEmbedder) -> None:
    put_messages(store)
    sure = themed(store, embedder)["confidence"].median()
    assert isinstance(sure, float)
    strict = themed(store, embedder, min_confidence=sure)
    assert strict.drop_nulls("theme_id").filter(pl.col("confidence") < sure).is_empty()
    assert strict["theme_id"].null_count() > themed(store, embedder)["theme_id"].null_count()


def test_a_second_night_over_the_same_messages_says_the_same(
    store: Store, embedder: CountingEmbedder
) -> None:
    put_messages(store)
    first, given = themed(store, embedder), len(embedder.given)
    second = themed(store, embedder, run_id="s")
    assert second.drop("run_id").equals(first.drop("run_id"))
    assert len(embedder.given) == given


def test_theme_rows_tell_when_each_was_seen() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 5)]
    seen = pl.DataFrame({"theme_id": ["bomen", "bomen", "e-1"], "created_day": days})
    emergent = THEME.conform(
        pl.DataFrame({"theme_id": ["e-1"], "label": ["Nieuw"], "origin": ["emergent"], "status": ["active"]})
    )
    rows = theme_rows(CATALOGUE, emergent, seen, {"afval": "Reiniging"})
    assert dict(rows.schema) == THEME.schema
    assert rows.select("theme_id", "origin", "department", "first_seen", "last_seen").rows() == [
        ("afval", "catalogue", "Reiniging", None, None),
        ("bomen", "catalogue", "Beheer", days[0], days[1]),
        ("e-1", "emergent", None, days[2], days[2]),
        ("parkeren", "catalogue", "Beheer", None, None),
        ("zwembad", "catalogue", "Beheer", None, None),
    ]
