"""Emergent themes over nights: a real store, the real embedder, and an id that outlives every sleep."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.decided import teachable
from flows.emergent import Emergent, with_emergent
from flows.night import Night
from flows.settings import Environment, read_settings
from flows.texts import embedded, hashed, tokenised
from nlp.catalogue import Catalogue, CatalogueTheme, bundled_catalogue
from nlp.embed import BundledEmbedder
from tests.deployment import written_deployment
from tests.test_decisions import decided as wish
from tests.test_discover import PLANTED
from warehouse.decision_kinds import Teach
from warehouse.sources.identity import content_hash
from warehouse.store import Store, open_store
from warehouse.tables import MESSAGE, MESSAGE_THEME, THEME

CHATTER = bundled_catalogue().without_theme[:100]
POSTS = ("Uw huisarts stopt: zo vindt u een nieuwe huisarts", "Kom zaterdag naar de braderie")
FIRST_DAY = datetime.fromisoformat("2026-03-02 12:00")
DOCTORS = CatalogueTheme(
    "huisartsen", "Huisartsen", "Alles over de huisarts.", "Zorg", (), tuple(PLANTED[::2]), ()
)


def written(store: Store, texts: dict[str, str], author_kind: str) -> None:
    """Messages by id, each of its own author, stored with their lemmas and vectors."""
    rows = [
        {
            "message_id": name, "version": 1, "is_current": True, "native_id": name, "source_id": "s",
            "platform": "facebook", "kind": "comment", "author_kind": author_kind, "author_key": f"a {name}",
            "created_at": FIRST_DAY, "created_day": FIRST_DAY.date(), "text": text, "export_id": "e",
            "content_hash": content_hash(text),
        }
        for name, text in texts.items()
    ]  # fmt: skip
    store.upsert(MESSAGE, pl.DataFrame(rows))
    known = hashed(pl.Series(list(texts.values())))
    tokenised(store, known)
    embedded(store, known, BundledEmbedder(), lambda _: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Sixteen residents about the doctor, a hundred about nothing, and two posts, all of one day."""
    with open_store(tmp_path / "warehouse.duckdb") as opened:
        written(opened, {f"p{i:02}": text for i, text in enumerate(PLANTED)}, "resident")
        written(opened, {f"c{i:03}": text for i, text in enumerate(CHATTER)}, "resident")
        written(opened, {f"g{i}": text for i, text in enumerate(POSTS)}, "municipality")
        yield opened


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """A night on the day of the messages, with a catalogue that knows nothing."""
    return Night(
        settings=read_settings(written_deployment(tmp_path)),
        base=tmp_path,
        home=tmp_path / "home",
        secret=b"secret",
        environment=Environment(tmp_path / "home", None),
        as_of=FIRST_DAY.date(),
        now=datetime.now(UTC),
        catalogue=Catalogue((), ()),
        decision_log=(),
        tell=print,
    )


def found(store: Store, night: Night, **themes: str) -> Emergent:
    """What the night finds, written as a night does; `themes`: the theme of messages that have one."""
    messages = store.query("SELECT message_id FROM core.message").with_columns(
        theme_id=pl.col("message_id").replace_strict(themes, default=None, return_dtype=pl.String()),
        run_id=pl.lit("r"),
    )
    emergent = with_emergent(store, night, MESSAGE_THEME.conform(messages), BundledEmbedder())
    store.upsert(THEME, emergent.themes)
    store.replace(MESSAGE_THEME, emergent.messages)
    return emergent


def events(emergent: Emergent) -> list[tuple[str, str]]:
    return emergent.events.select("theme_id", "event").rows()


def later(night: Night, weeks: int) -> Night:
    return replace(night, as_of=night.as_of + timedelta(weeks=weeks))


def test_a_theme_is_born_named_and_given_its_messages(store: Store, night: Night) -> None:
    emergent = found(store, night)
    theme = emergent.themes.row(0, named=True)
    assert (theme["status"], theme["origin"]) == ("active", "emergent")
    assert theme["label"].startswith("Huisarts")
    assert theme["description"] == "Gevonden in wat de catalogus van bekende thema's niet kent."
    assert events(emergent) == [(theme["theme_id"], "born")]
    under = emergent.messages.filter(pl.col("theme_id") == theme["theme_id"])["message_id"]
    assert under.str.contains("^p|^g0$").all()
    assert "g0" in under
    assert len(under) >= 10


def test_a_theme_keeps_its_id_through_nights_and_sleep(store: Store, night: Night) -> None:
    [(theme, born)] = events(found(store, night))
    assert born == "born"
    assert events(found(store, later(night, 1))) == [(theme, "same")]
    asleep = found(store, later(night, 40))
    assert events(asleep) == [(theme, "asleep")]
    assert asleep.themes["status"].to_list() == ["asleep"]
    assert asleep.messages["theme_id"].null_count() == asleep.messages.height
    woken = found(store, night)
    assert events(woken) == [(theme, "woken")]
    assert woken.themes["status"].to_list() == ["active"]


def test_what_people_decided_about_a_theme_stays(store: Store, night: Night) -> None:
    themes = found(store, night).themes
    decided = {"status": pl.lit("merged"), "merged_into": pl.lit("zorg")}
    for later_night in (night, later(night, 40)):
        store.upsert(THEME, themes.with_columns(**decided))
        again = found(store, later_night).themes.row(0, named=True)
        assert (again["status"], again["merged_into"]) == ("merged", "zorg")


def test_an_adopted_theme_stays_awake_when_the_assigner_knows_its_messages(
    store: Store, night: Night
) -> None:
    [(theme, _)] = events(found(store, night))
    adopted = found(store, night, **{f"p{i:02}": theme for i in range(len(PLANTED))})
    assert events(adopted) == [(theme, "same")]
    assert adopted.themes["status"].to_list() == ["active"]


def test_a_theme_that_lies_close_to_a_known_one_is_said_to_be_like_it(store: Store, night: Night) -> None:
    emergent = found(store, replace(night, catalogue=Catalogue((DOCTORS,), ())))
    assert emergent.themes["description"].item().startswith("Lijkt op het bekende thema 'Huisartsen'")
    assert emergent.events["near_theme_id"].to_list() == ["huisartsen"]
    assert emergent.events["near_cosine"].item() > 0.75


def test_the_name_of_the_municipality_is_no_word_of_a_theme(store: Store, night: Night) -> None:
    named = night.settings.municipality.model_copy(update={"name": "Huisarts aan Zee"})
    settings = night.settings.model_copy(update={"municipality": named})
    themes = found(store, replace(night, settings=settings)).themes
    assert "huisarts" not in {word for words in themes["keywords"] for word in words}
    assert not themes["label"].str.contains("(?i)huisarts").any()


def test_a_message_that_people_gave_no_theme_is_in_no_emergent_theme(store: Store, night: Night) -> None:
    under = found(store, night).messages.drop_nulls("theme_id")["message_id"]
    said = {"p00", "g0"}
    assert said <= set(under)
    unthemed = store.query("SELECT message_id FROM core.message").with_columns(
        basis=pl.when(pl.col("message_id").is_in(sorted(said))).then(pl.lit("taught")),
        confidence=pl.lit(1.0),
        run_id=pl.lit("r"),
    )
    again = with_emergent(store, night, MESSAGE_THEME.conform(unthemed), BundledEmbedder()).messages
    taught = again.filter(pl.col("message_id").is_in(sorted(said)))
    assert taught.select("theme_id", "confidence").rows() == [(None, 1.0)] * 2
    assert again["theme_id"].drop_nulls().len() >= 10


def test_a_known_theme_is_recognised_in_a_database_that_never_read_its_examples(
    store: Store, night: Night
) -> None:
    examples = tuple(f"Vraag: {text}" for text in DOCTORS.residents)
    unread = replace(night, catalogue=Catalogue((replace(DOCTORS, residents=examples),), ()))
    assert found(store, unread).events["near_theme_id"].to_list() == ["huisartsen"]


def test_only_themes_that_exist_can_be_learned(store: Store, night: Night) -> None:
    def row(theme_id: str, origin: str) -> dict[str, str]:
        return {"theme_id": theme_id, "label": theme_id, "origin": origin, "status": "active"}

    stored = [row("e-1", "emergent"), row("huisartsen", "catalogue"), row("telefooncellen", "catalogue")]
    store.upsert(THEME, THEME.conform(pl.DataFrame(stored)))
    wanted = ("e-1", "huisartsen", "telefooncellen", "e-weg")
    log = tuple(wish(Teach, theme, text=f"Over {theme}") for theme in wanted)
    known = replace(night, catalogue=Catalogue((DOCTORS,), ()), decision_log=log)
    assert [lesson.theme_id for lesson in teachable(known, store).taught] == ["e-1", "huisartsen"]
