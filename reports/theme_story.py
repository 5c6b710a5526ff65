"""One theme, told: its figures, trend, words, quotes and questions, where it lives and what to do."""

from dataclasses import dataclass

import polars as pl

from reports.advice import Advice, advice
from reports.breakdown import BreakdownRow, breakdown
from reports.disclosure import MINIMUM_AUTHORS, author_count, is_small
from reports.facts import theme_facts
from reports.figures import ThemeFigures
from reports.quotes import SHORT_QUOTE, Quote, Voices
from reports.report_input import ReportInput
from reports.trend import Trend, trend

_WORDS = 8


@dataclass(frozen=True)
class ThemeStory:
    """A theme with at least five authors; `question_count` is None when too few people asked."""

    figures: ThemeFigures
    trend: Trend
    quotes: tuple[Quote, ...]
    questions: tuple[Quote, ...]
    question_count: int | None
    resident_words: tuple[str, ...]
    municipality_words: tuple[str, ...]
    platforms: tuple[BreakdownRow, ...]
    areas: tuple[BreakdownRow, ...]
    advice: Advice

    @property
    def short_quotes(self) -> tuple[Quote, ...]:
        """The quotes that fit on a first page; when all are long, only the shortest."""
        short = tuple(quote for quote in self.quotes if len(quote.text) <= SHORT_QUOTE)
        return short or tuple(sorted(self.quotes, key=lambda quote: len(quote.text))[:1])

    @property
    def main_question(self) -> Quote | None:
        """The question that is most like the other ones."""
        return self.questions[0] if self.questions else None


def theme_story(data: ReportInput, figures: ThemeFigures, voices: Voices) -> ThemeStory:
    """The story of one theme whose figures are not hidden, from a prepared input and chosen voices."""
    themed = data.messages.filter(pl.col("theme_id") == figures.theme_id, pl.col("dup_of").is_null())
    of_residents = themed.filter(pl.col("author_kind") == "resident")
    own_posts = themed.filter(
        pl.col("author_kind") == "municipality", pl.col("kind").is_in(("post", "share"))
    )
    asked = of_residents.filter(pl.col("is_question"))
    facts = theme_facts(
        figures.theme_id, figures.department, of_residents, data.theme_week, data.signals, data.window_end
    )
    return ThemeStory(
        figures=figures,
        trend=trend(of_residents, own_posts, data.window_start, data.window_end),
        quotes=voices.quotes,
        questions=voices.questions,
        question_count=None if is_small(asked.select(author_count()).item()) else asked.height,
        resident_words=_words(data.words, figures.theme_id, "resident"),
        municipality_words=_words(data.words, figures.theme_id, "municipality"),
        platforms=breakdown(of_residents, "platform"),
        # Neighbourhoods say nothing when no source names them.
        areas=breakdown(of_residents, "area_name") if of_residents["area_name"].count() else (),
        advice=advice(facts),
    )


def _words(words: pl.DataFrame, theme_id: str, side: str) -> tuple[str, ...]:
    """The words that tell a side apart, strongest first; words of few residents may be a name."""
    known = pl.col("resident_texts") >= MINIMUM_AUTHORS if side == "resident" else pl.lit(value=True)
    found = words.filter(pl.col("theme_id") == theme_id, pl.col("side") == side, known)
    return tuple(
        found.sort(pl.col("log_odds_z").abs(), "lemma", descending=[True, False])["lemma"].head(_WORDS)
    )
