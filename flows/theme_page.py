"""One theme on a terminal: what it is, what was measured, what residents say, what was decided."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from flows.theme_view import ThemeView, origin_of, status_of, theme_view, told
from reports.wording import day, messages, percent, period, points, posts, residents, shortened, verdict_word
from warehouse.store import query_published

# Fewer residents than this and an example would point at one of them.
_MIN_AUTHORS = 5
_LONGEST = 220
_FIGURES = "SELECT * FROM mart.gap WHERE theme_id = $theme"
_EXAMPLES = """
WITH said AS (
    SELECT
        message_id,
        text,
        theme_confidence,
        COALESCE(author_key, message_id) AS author,
        COUNT(DISTINCT COALESCE(author_key, message_id)) OVER () AS authors
    FROM mart.message
    WHERE theme_id = $theme AND author_kind = 'resident' AND dup_of IS NULL
        AND quotable AND kind NOT IN ('report', 'contact') AND LENGTH(text) >= 20
),

one_per_author AS (
    SELECT *
    FROM said
    QUALIFY ROW_NUMBER() OVER (PARTITION BY author ORDER BY theme_confidence DESC, message_id) = 1
)

SELECT message_id, text
FROM one_per_author
WHERE authors >= $min_authors
ORDER BY theme_confidence DESC, message_id
LIMIT 5
"""


def theme_page(home: Path, theme_id: str) -> str:
    """Everything about one theme, in Dutch.

    Raises ConfigurationError when nothing was published yet, or when there is no such theme.
    """
    view = theme_view(home)
    theme = view.theme(theme_id)
    figures = query_published(view.copy, _FIGURES, {"theme": theme_id})
    examples = query_published(view.copy, _EXAMPLES, {"theme": theme_id, "min_authors": _MIN_AUTHORS})
    parts = [
        "\n".join(_what_it_is(view, theme)),
        "\n".join(_measured(figures)),
        "\n".join(_said(examples)),
        "\n".join(_decided(view, theme_id)),
    ]
    return "\n\n".join(parts)


def _what_it_is(view: ThemeView, theme: Mapping[str, object]) -> Iterator[str]:
    adopted = {adopted.theme_id for adopted in view.decisions.adopted}
    pending = ", ".join(view.pending(str(theme["theme_id"])))
    first, last = theme["first_seen"], theme["last_seen"]
    words = theme["keywords"]
    yield f"{theme['label']} ({theme['theme_id']})"
    yield str(theme["description"] or "Geen omschrijving.")
    if theme["label"] != theme["own_label"]:
        yield f"Oorspronkelijk:  {theme['own_label']}"
    yield f"Status:          {status_of(theme)}, {origin_of(theme, adopted)}"
    yield f"Dienst:          {theme['department'] or 'onbekend'}"
    yield f"Woorden:         {', '.join(words) if isinstance(words, list) and words else 'geen'}"
    yield f"Gezien:          {f'{first} tot en met {last}' if first else 'nog niet'}"
    if pending:
        yield f"Komende nacht:   {pending} (hierboven staat het al zoals het wordt)"


def _measured(figures: pl.DataFrame) -> Iterator[str]:
    if figures.is_empty():
        yield "Laatste nacht: geen cijfers over dit thema."
        return
    row = figures.row(0, named=True)
    yield f"Laatste nacht ({period(row['window_start'], row['window_end'])}):"
    spoken, sent = messages(row["resident_messages"]), posts(row["municipality_messages"])
    yield f"  inwoners  {_share(row['resident_share'])}, {spoken} van {residents(row['resident_authors'])}"
    yield f"  gemeente  {_share(row['municipality_share'])}, {sent}"
    if row["difference_pp"] is not None:
        yield f"  verschil  {points(row['difference_pp'])}"
    yield f"  oordeel   {verdict_word(row['verdict'])}. {row['reason'] or ''}".rstrip()


def _said(examples: pl.DataFrame) -> Iterator[str]:
    if examples.is_empty():
        yield f"Voorbeelden: die staan er pas bij {_MIN_AUTHORS} inwoners die geciteerd mogen worden."
        return
    yield "Voorbeelden:"
    for message_id, text in examples.iter_rows():
        yield f"  {message_id}: {shortened(' '.join(text.split()), _LONGEST)}"


def _decided(view: ThemeView, theme_id: str) -> Iterator[str]:
    about = [decision for decision in view.log if theme_id in (decision.theme, decision.detail.get("into"))]
    if not about:
        yield "Besluiten: nog geen."
        return
    yield "Besluiten:"
    for decision in about:
        why = f" Waarom: {decision.why}" if decision.why else ""
        what = f"{decision.theme} {told(decision)}"
        when = f"{decision.id}, {day(decision.at.date())}, {decision.who}"
        yield f"  {when}: {what} ({view.standing(decision)}).{why}"


def _share(share: float | None) -> str:
    return "geen aandeel" if share is None else percent(share)
