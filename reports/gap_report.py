"""The gap report as one frozen value: everything that a rendering shows, and nothing that may not leave.

HTML, CSV, PDF and mail are made of this value alone; it holds no frame, no raw text and no clock.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from reports import wording
from reports.agenda_view import AgendaView, agenda_view
from reports.changes import Change, changes
from reports.data_quality import DataQuality, data_quality
from reports.figures import ThemeFigures, theme_figures
from reports.follow_up import ActionNote, action_notes
from reports.meetlat import Meetlat, meetlat
from reports.quotes import theme_voices
from reports.report_input import ReportInput
from reports.responsiveness import Responsiveness, responsiveness
from reports.signal_note import SignalNote, signal_notes
from reports.speakers import Speakers, speakers
from reports.theme_story import ThemeStory, theme_story

TOP_THEMES = 3
"""Silent themes with a place on the first page."""

TOLD_THEMES = 6
"""Silent themes with a section of their own."""

SURPLUS_THEMES = 5
"""Surplus themes on the second page."""


@dataclass(frozen=True)
class GapReport:
    """One report. `previous_as_of` is None for the first report; then `changes` is empty."""

    municipality: str
    as_of: date
    window_start: date
    window_end: date
    run_id: str
    version: str
    municipality_posts: int
    previous_as_of: date | None
    changes: tuple[Change, ...]
    silent: tuple[ThemeStory, ...]
    surplus: tuple[ThemeFigures, ...]
    signals: tuple[SignalNote, ...]
    agenda: AgendaView
    responsiveness: Responsiveness
    meetlat: Meetlat
    actions: tuple[ActionNote, ...]
    speakers: Speakers
    quality: DataQuality
    themes: tuple[ThemeFigures, ...]

    @property
    def top(self) -> tuple[ThemeStory, ...]:
        """The silent themes of the first page."""
        return self.silent[:TOP_THEMES]

    @property
    def silent_figures(self) -> tuple[ThemeFigures, ...]:
        """All silent themes, also those without a section."""
        return tuple(f for f in self.themes if f.verdict == "stil" and not f.hidden)

    @property
    def almost_silent(self) -> tuple[ThemeFigures, ...]:
        """Themes that residents bring up more than we do, without certainty; when few themes are silent."""
        unsure = [
            f for f in self.themes if f.verdict in ("onzeker", "in_balans") and (f.difference_pp or 0) > 0
        ]
        unsure.sort(key=lambda figures: -(figures.difference_pp or 0))
        return tuple(unsure[: max(0, TOP_THEMES - len(self.silent_figures))])

    @property
    def headline(self) -> str:
        """The report in one or two Dutch sentences."""
        silent = self.silent_figures
        if not self.themes:
            return "Er is in deze periode nog te weinig geschreven om thema's te vergelijken."
        if not silent:
            return "Geen enkel thema springt eruit: er is geen thema waar inwoners over praten en wij niet."
        if len(silent) == 1:
            return f"Eén thema is stil: inwoners praten over {silent[0].label}, wij niet of nauwelijks."
        first = wording.enumeration([figures.label for figures in silent[:TOP_THEMES]])
        return (
            f"{wording.number_word(len(silent)).capitalize()} thema's zijn stil: inwoners praten erover, "
            f"wij niet of nauwelijks. Bovenaan staan {first}."
        )


def build_gap_report(data: ReportInput) -> GapReport:
    """The report of one run: figures protected, quotes chosen, forms advised."""
    data = data.prepared()
    themes = theme_figures(data.gap)
    before = theme_figures(data.previous_gap)
    labels = {figures.theme_id: figures.label for figures in themes}
    hidden = {figures.theme_id for figures in themes if figures.hidden}
    shown = {theme_id: label for theme_id, label in labels.items() if theme_id not in hidden}
    told = [f for f in themes if f.verdict == "stil" and not f.hidden][:TOLD_THEMES]
    voices = theme_voices(data.messages, [figures.theme_id for figures in told])
    own_posts = data.messages.filter(
        pl.col("author_kind") == "municipality",
        pl.col("kind").is_in(("post", "share")),
        pl.col("dup_of").is_null(),
    )
    return GapReport(
        municipality=data.municipality,
        as_of=data.as_of,
        window_start=data.window_start,
        window_end=data.window_end,
        run_id=data.run_id,
        version=data.version,
        municipality_posts=own_posts.height,
        previous_as_of=data.previous_gap["as_of"].drop_nulls().item(0) if before else None,
        changes=changes(themes, before) if before else (),
        silent=tuple(theme_story(data, figures, voices[figures.theme_id]) for figures in told),
        surplus=tuple(f for f in themes if f.verdict == "overschot")[:SURPLUS_THEMES],
        signals=signal_notes(data, themes),
        agenda=agenda_view(data.agenda),
        responsiveness=responsiveness(data.response, shown, data.window_start, data.window_end),
        meetlat=meetlat(data.maturity),
        actions=action_notes(data.actions, labels, hidden),
        speakers=speakers(data.messages),
        quality=data_quality(data.exports, data.notices),
        themes=themes,
    )
