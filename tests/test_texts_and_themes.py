"""Texts read once and messages given their themes: a real store, the real embedder, a small catalogue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.teaching import CORRECTION_WEIGHT, learned_model, lessons
from flows.texts import embedded, hashed, prepared, subjects, tokenised
from flows.themes import CURRENT, theme_rows, themed_messages
from nlp.assign import ThemeModel
from nlp.catalogue import NO_THEME, Catalogue, CatalogueTheme
from nlp.embed import BundledEmbedder, Embedder, Vectors
from nlp.tokens import PIPELINE
from tests.test_assign import EXAMPLES
from warehouse.decisions import Adopted, Decisions, Taught
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
    ("Goedemorgen allemaal", "Fijn weekend!", "Gefeliciteerd", "Leuk", "Wat een mooie foto", "Bedankt"),
)
# message_id: text and the message that it answers.
SAID: dict[str, tuple[str, str | None]] = {
    "x:1": ("De container voor afval zit weer vol", None),
    "x:2": ("Hier net zo", "x:5"),
    "x:3": ("En het zwembad is te koud om te zwemmen", "x:1"),
    "x:4": ("👍👍", "x:1"),
    "x:5": ("Waar kan ik nog parkeren met mijn auto?", None),
    "x:6": ("De container voor afval zit weer vol", None),
    "x:7": ("Geen idee", "x:unknown"),
    "x:8": ("The bin near our flat has been full for weeks and nobody seems to care", None),
}


NOTHING_DECIDED = Decisions({}, {}, {}, frozenset(), (), ())


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


def themed(
    store: Store,
    embedder: Embedder,
    models: Path,
    run_id: str = "r",
    min_confidence: float = 0.0,
    taught: dict[str, str] | None = None,
) -> pl.DataFrame:
    """What a night does with texts and themes."""
    texts = hashed(subjects(store.query(CURRENT))["text"])
    tokenised(store, texts)
    embedded(store, texts, embedder, nobody)
    model = learned(store, embedder, models)
    return themed_messages(store, model, embedder.name, run_id, min_confidence, taught or {})


def learned(
    store: Store, embedder: Embedder, models: Path, decided: Decisions = NOTHING_DECIDED
) -> ThemeModel:
    return learned_model(store, lessons(store, CATALOGUE, decided)[0], embedder, models, nobody)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@dataclass(frozen=True)
class Night:
    """A store with what was said in it, and the themes that a night gave it."""

    store: Store
    themed: pl.DataFrame

    def column(self, name: str) -> dict[str, object]:
        return dict(self.themed.select("message_id", name).iter_rows())


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


@pytest.fixture(autouse=True)
def nothing_learned_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.teaching._LEARNED", {})


def test_the_catalogue_is_learned_once(
    store: Store, embedder: CountingEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = learned(store, embedder, tmp_path / "models")
    assert len(embedder.given) == len(CATALOGUE.examples)
    assert learned(store, embedder, tmp_path / "models") is first
    monkeypatch.setattr("flows.teaching._LEARNED", {})
    kept = learned(store, embedder, tmp_path / "models")
    assert len(embedder.given) == len(CATALOGUE.examples)
    assert kept.themes == first.themes
    np.testing.assert_array_equal(kept.by_features, first.by_features)
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_what_people_teach_is_learned_and_replaces_the_older_model(
    store: Store, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    put_messages(store)
    decided = replace(
        NOTHING_DECIDED,
        taught=(
            Taught("afval", message_id="x:4", text=None),
            Taught("bomen", message_id=None, text="De pruik moet nodig geknipt"),
            Taught("bomen", message_id="x:weg", text=None),
        ),
        adopted=(Adopted("e-1", "Ooievaars", "Groen", ("x:5", "x:weg")),),
    )
    examples, gone = lessons(store, CATALOGUE, decided)
    assert gone == 1
    assert examples.tail(3).rows() == [
        ("e-1", SAID["x:5"][0], 1.0),
        ("afval", SAID["x:4"][0], CORRECTION_WEIGHT),
        ("bomen", "De pruik moet nodig geknipt", CORRECTION_WEIGHT),
    ]
    learned(store, embedder, tmp_path / "models")
    model = learned(store, embedder, tmp_path / "models", decided)
    assert "e-1" in model.themes
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_a_message_has_the_theme_that_people_gave_it(
    night: "Night", embedder: CountingEmbedder, models: Path
) -> None:
    given = {"x:1": "bomen", "x:3": NO_THEME, "x:weg": "bomen"}
    found = themed(night.store, embedder, models, taught=given)
    told = found.filter(pl.col("message_id").is_in(list(given)))
    assert told.select("message_id", "theme_id", "basis", "confidence").rows() == [
        ("x:1", "bomen", "taught", 1.0),
        ("x:3", None, "taught", 1.0),
    ]


@pytest.fixture(scope="module")
def night(
    tmp_path_factory: pytest.TempPathFactory, bundled: CountingEmbedder, models: Path
) -> Iterator[Night]:
    with open_store(tmp_path_factory.mktemp("home") / "warehouse.duckdb") as store:
        put_messages(store)
        put_messages(store, {"x:9": ("De container zit vol", None)}, language="de")
        put_messages(store, {"x:gone": ("Het zwembad is dicht", None)}, deleted_at=datetime(2026, 3, 5))  # noqa: DTZ001
        put_messages(store, {"x:5": ("Eerdere tekst", None)}, version=0, is_current=False)
        yield Night(store, themed(store, bundled, models))


def test_every_current_message_gets_a_row(night: Night) -> None:
    assert dict(night.themed.schema) == MESSAGE_THEME.schema
    assert night.themed["message_id"].to_list() == [*SAID, "x:9"]
    assert set(night.themed["run_id"]) == {"r"}
    assert night.themed["confidence"].is_between(0, 1).all()


def test_themes_are_read_in_their_thread(night: Night) -> None:
    themes, basis = night.column("theme_id"), night.column("basis")
    assert [themes[key] for key in ("x:1", "x:3", "x:5")] == ["afval", "zwembad", "parkeren"]
    assert themes["x:6"] == themes["x:1"]
    assert {basis[key] for key in ("x:1", "x:3", "x:5")} == {"own"}
    assert (themes["x:2"], basis["x:2"]) == ("parkeren", "inherited")
    assert (themes["x:4"], basis["x:4"]) == (None, "own")


def test_a_message_is_read_with_what_it_was_filed_under(
    store: Store, embedder: CountingEmbedder, models: Path
) -> None:
    put_messages(store, {"k:1": ("Dhr. belt voor de derde keer", None)}, title="Zwembad te koud")
    put_messages(store, {"k:2": ("Al drie weken zo", None)}, source_category="Groen > Bomen > Boom snoeien")
    put_messages(store, {"k:3": ("Al drie weken zo", None)})
    found = dict(themed(store, embedder, models).select("message_id", "theme_id").iter_rows())
    assert (found["k:1"], found["k:2"]) == ("zwembad", "bomen")
    assert "Groen, Bomen, Boom snoeien. Al drie weken zo" in embedder.given


def test_questions_are_marked(night: Night) -> None:
    assert [key for key, asks in night.column("is_question").items() if asks] == ["x:5"]


def test_the_language_that_the_source_states_goes_first(night: Night) -> None:
    assert night.column("language") == dict.fromkeys(SAID, "nl") | {"x:8": "en", "x:9": "de"}


def test_a_second_night_over_the_same_messages_says_the_same(
    night: Night, embedder: CountingEmbedder, models: Path
) -> None:
    second = themed(night.store, embedder, models, run_id="s")
    assert set(second["run_id"]) == {"s"}
    assert second.drop("run_id").equals(night.themed.drop("run_id"))
    assert embedder.given == []


def test_unsure_themes_are_none_when_the_settings_say_so(
    night: Night, embedder: CountingEmbedder, models: Path
) -> None:
    sure = 0.7
    strict = themed(night.store, embedder, models, min_confidence=sure)
    kept = night.themed.with_columns(pl.when(pl.col("confidence") >= sure).then("theme_id").alias("theme_id"))
    assert strict.drop("other_themes").equals(kept.drop("other_themes"))
    assert night.themed["theme_id"].null_count() < strict["theme_id"].null_count() < strict.height


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
