"""Emergent themes: what residents talk about and the catalogue does not know.

BERTopic (Grootendorst 2022, arXiv 2203.05794) with every random or downloaded part replaced: sentence
vectors are given, exact principal components take the place of UMAP, average linkage that of HDBSCAN; one
thread, because the order in which threads add up would show in the last digits. Groups of
short comments are often vague, so a group must earn the name of theme: enough messages and authors, close
together, and with words of its own. A vague theme in a report does more harm than a missing one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from threadpoolctl import threadpool_limits

from nlp.copies import Indices, copy_groups

Floats = NDArray[np.float64]

THEMES_SCHEMA = {
    "number": pl.Int64(),
    "keywords": pl.List(pl.String()),
    "centroid": pl.List(pl.Float32()),
    "messages": pl.Int64(),
}
MEMBERS_SCHEMA = {"message_id": pl.String(), "number": pl.Int64(), "confidence": pl.Float64()}

# Chosen on planted themes in six labelled sets, for few false themes first and many found second.
_MAX_COMPONENTS = 40
_TEXTS_PER_COMPONENT = 6
_MAX_DISTANCE = 0.6
_MIN_CORE = 5
_MIN_COSINE_TO_CORE = 0.45
_MIN_CORE_WORD_SHARE = 0.5
_KEYWORDS = 10
_SHARED_WORDS = 2
_MIN_CONTENT = 2
# Time, number, thanks, praise, address and what fills a form that must not stay empty: much shared, never
# what a message is about.
NO_SUBJECT = frozenset({
    "vandaag", "morgen", "gisteren", "vanavond", "vanmorgen", "vanmiddag", "vannacht", "ochtend", "middag",
    "avond", "nacht", "uur", "minuut", "maand", "weekend", "maandag", "dinsdag", "woensdag", "donderdag",
    "vrijdag", "zaterdag", "zondag", "twee", "drie", "vier", "vijf", "half", "keer", "bedanken", "bedankt",
    "feliciteren", "gefeliciteerd", "complimenteren", "compliment", "mooi", "leuk", "fijn", "lekker", "super",
    "top", "blij", "haha", "hahaha", "lol", "mens", "iemand", "iedereen", "allemaal", "niemand", "eigenlijk",
    "hoeveel", "helemaal", "nieuw", "groot", "klein", "vraag", "vragen", "reactie", "reageren", "zien",
    "horen", "lezen", "kijken", "denken", "hopen", "zetten", "liggen", "lopen", "nemen", "houden", "geven",
    "opmerking", "bijlage", "bijvoegen", "toelichting", "toelichten", "nvt", "n.v.t.", "n.v.t", "idee",
    "invullen", "bovenstaand", "onderstaand", "verder", "extra", "toevoegen", "aanvulling", "antwoord",
    "melding", "staat", "zet", "mee", "per", "vorig", "langs", "dhr", "dhr.", "mw", "mw.", "meneer",
    "mevrouw",
})  # fmt: skip


@dataclass(frozen=True)
class DiscoveryRules:
    """When a group of messages is a theme.

    min_texts: fewest different texts to look for themes in at all.
    min_messages: fewest different texts of a theme; copies and near copies count once.
    min_authors: fewest authors of a theme; every anonymous message counts as one.
    min_coherence: least mean cosine of a theme's texts to their centroid.
    min_word_share: share of the texts that must hold each of two words.
    min_sole_word_share: share of the texts that suffices when a single word carries the theme.
    """

    min_texts: int = 30
    min_messages: int = 8
    min_authors: int = 5
    min_coherence: float = 0.45
    min_word_share: float = 1 / 3
    min_sole_word_share: float = 0.6


@dataclass(frozen=True)
class Discovery:
    """The emergent themes of one window.

    themes: number (0 for the largest), keywords (lemmas, best first), centroid (unit vector), messages
    (members, copies included). members: message_id, number, confidence (cosine to the centroid, 0-1).
    """

    themes: pl.DataFrame
    members: pl.DataFrame


@dataclass(frozen=True)
class _Texts:
    """n different texts: their messages (lists of message_id and author_key), words and unit vectors.

    content: the words of each text with spaces between. holds: 1 where it holds a word, (texts, words).
    """

    messages: pl.DataFrame
    content: list[str]
    vectors: Floats
    holds: csr_matrix
    vocabulary: dict[str, int]

    def shares(self, texts: Indices, words: Sequence[str]) -> list[float]:
        """Share of `texts` that holds each word."""
        columns = [self.vocabulary[word] for word in words]
        shares: list[float] = np.asarray(self.holds[texts][:, columns].mean(axis=0)).ravel().tolist()
        return shares


@dataclass(frozen=True)
class _Group:
    """Texts that BERTopic put together, with their keywords (best first) and unit centroid."""

    texts: Indices
    keywords: list[str]
    centroid: Floats
    cosines: Floats


class _CloseTexts:
    """The cluster model inside BERTopic: tight cores, and texts near a core that share a word with it.

    Average linkage alone is either pure and small or large and vague; sharing a word keeps growth pure.
    """

    def __init__(self, texts: _Texts) -> None:
        self.texts = texts
        self.labels_: Indices = np.empty(0, dtype=np.int64)

    def fit(self, reduced: Floats) -> "_CloseTexts":
        """Sets `labels_`: the group of every text, -1 for none."""
        tree = AgglomerativeClustering(
            n_clusters=None, metric="cosine", linkage="average", distance_threshold=_MAX_DISTANCE
        )
        found = tree.fit_predict(reduced)
        cores = np.flatnonzero(np.bincount(found) >= _MIN_CORE)
        belongs = (found[:, None] == cores[None, :]).astype(np.float64)
        self.labels_ = np.where(belongs.any(axis=1), belongs.argmax(axis=1) if len(cores) else -1, -1)
        if len(cores):
            near = self._nearness(belongs)
            grown = (self.labels_ < 0) & (near.max(axis=1) >= _MIN_COSINE_TO_CORE)
            self.labels_[grown] = near.argmax(axis=1)[grown]
        return self

    def _nearness(self, belongs: Floats) -> Floats:
        """Cosine of every text to every core, -1 where it holds no word that half of the core holds."""
        texts = self.texts
        shares = texts.holds.T @ belongs / belongs.sum(axis=0)
        cosines = texts.vectors @ _unit(belongs.T @ texts.vectors).T
        return np.where(texts.holds @ (shares >= _MIN_CORE_WORD_SHARE) > 0, cosines, -1.0)


def emergent_themes(texts: pl.DataFrame, stop_words: frozenset[str], rules: DiscoveryRules) -> Discovery:
    """Themes among messages that no known theme fits; the order of the rows makes no difference.

    texts: message_id, author_key (null when anonymous), lemmas (List[String]), vector (List or Array of
    Float32, unit length). Messages with fewer than two different content words take no part, copies and
    near copies count once. Memory grows with the square of the number of different texts, 8 bytes for every
    pair.
    """
    spoken = _with_content(texts, stop_words)
    if spoken["copies"].n_unique() < rules.min_texts:
        return Discovery(pl.DataFrame(schema=THEMES_SCHEMA), pl.DataFrame(schema=MEMBERS_SCHEMA))
    different = _different_texts(spoken)
    groups = [group for group in _groups(different) if _is_theme(group, different, rules)]
    return _discovery(groups, different)


def _with_content(texts: pl.DataFrame, stop_words: frozenset[str]) -> pl.DataFrame:
    """The messages with something to say, in order of message_id, with their content words (`content`) and
    a number that copies share (`copies`)."""
    word = pl.element()
    says_something = ~word.is_in(sorted(stop_words | NO_SUBJECT)) & word.str.contains(r"\p{L}{2}")
    spoken = (
        texts.with_columns(content=pl.col("lemmas").list.eval(word.filter(says_something)))
        .filter(pl.col("content").list.n_unique() >= _MIN_CONTENT)
        .sort("message_id")
    )
    return spoken.with_columns(copies=pl.Series(copy_groups(spoken["lemmas"].to_list()), dtype=pl.Int64))


def _different_texts(spoken: pl.DataFrame) -> _Texts:
    """Of near copies the first speaks for all."""
    once = spoken.group_by("copies", maintain_order=True).agg(
        "message_id", "author_key", pl.col("content").first().list.join(" "), pl.col("vector").first()
    )
    content = once["content"].to_list()
    counter = CountVectorizer(analyzer=str.split, binary=True)
    holds = counter.fit_transform(content)
    return _Texts(
        messages=once.select("message_id", "author_key"),
        content=content,
        vectors=once["vector"].explode().to_numpy().astype(np.float64).reshape(once.height, -1),
        holds=holds,
        vocabulary=counter.vocabulary_,
    )


def _groups(texts: _Texts) -> list[_Group]:
    from bertopic import BERTopic

    count, dimensions = texts.vectors.shape
    components = min(dimensions, max(2, min(_MAX_COMPONENTS, count // _TEXTS_PER_COMPONENT)))
    model = BERTopic(
        language="dutch",
        top_n_words=_KEYWORDS,
        umap_model=make_pipeline(PCA(components, svd_solver="full"), Normalizer()),
        hdbscan_model=_CloseTexts(texts),
        vectorizer_model=CountVectorizer(analyzer=str.split),
    )
    with threadpool_limits(1):
        topics, _ = model.fit_transform(texts.content, texts.vectors)
    labels = np.asarray(topics)
    groups = []
    for topic in sorted(set(topics) - {-1}):
        members = np.flatnonzero(labels == topic)
        centroid = _unit(texts.vectors[members].sum(axis=0, keepdims=True))[0]
        keywords = [word for word, _ in model.get_topic(topic) if word]
        groups.append(_Group(members, keywords, centroid, texts.vectors[members] @ centroid))
    return groups


def _is_theme(group: _Group, texts: _Texts, rules: DiscoveryRules) -> bool:
    authors = texts.messages[group.texts]["author_key"].explode()
    shares = texts.shares(group.texts, group.keywords)
    shared = sum(share >= rules.min_word_share for share in shares)
    return (
        len(group.texts) >= rules.min_messages
        and authors.drop_nulls().n_unique() + authors.null_count() >= rules.min_authors
        and float(group.cosines.mean()) >= rules.min_coherence
        and (shared >= _SHARED_WORDS or max(shares) >= rules.min_sole_word_share)
    )


def _discovery(groups: Sequence[_Group], texts: _Texts) -> Discovery:
    """Largest theme first; of equals the one that holds the first message."""
    members = [
        texts.messages[group.texts]
        .select("message_id", confidence=pl.Series(group.cosines.clip(0, 1)))
        .explode("message_id")
        for group in groups
    ]
    order = sorted(range(len(groups)), key=lambda i: (-members[i].height, members[i]["message_id"].min()))
    themes = [
        {
            "number": number,
            "keywords": groups[i].keywords,
            "centroid": groups[i].centroid.tolist(),
            "messages": members[i].height,
        }
        for number, i in enumerate(order)
    ]
    numbered = [
        members[i].select("message_id", pl.lit(number, dtype=pl.Int64()).alias("number"), "confidence")
        for number, i in enumerate(order)
    ]
    return Discovery(
        pl.DataFrame(themes, schema=THEMES_SCHEMA),
        pl.concat([pl.DataFrame(schema=MEMBERS_SCHEMA), *numbered]).sort("number", "message_id"),
    )


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = rows / np.where(lengths > 0, lengths, 1.0)
    return unit
