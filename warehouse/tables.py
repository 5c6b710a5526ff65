"""Every stored table once: schema, key and what each column means.

The migrations create these tables, the store writes and reads frames of exactly these schemas, and a
test compares both. Times are UTC without a zone mark, so that every reader sees the same clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

Schema = Mapping[str, pl.DataType]

UTC_TIME = pl.Datetime("us")
TEXT = pl.String()
COUNT = pl.Int64()
SHARE = pl.Float64()
FLAG = pl.Boolean()
DAY = pl.Date()


@dataclass(frozen=True)
class Column:
    """One column: its polars type and one sentence on what it holds."""

    dtype: pl.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """One stored table: full name, key columns, meaning and columns in order."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: Mapping[str, Column]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column name to polars type, in the order of storage."""
        return {name: column.dtype for name, column in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        """A frame without rows in this table's schema."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with this table's columns in order and cast; absent columns become null."""
        return frame.select(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in self.schema.items()
        )


EXPORT = Table(
    "core.export",
    ("export_id",),
    "Every file that a night has seen, with what became of its rows.",
    {
        "export_id": Column(TEXT, "First 16 hexadecimal characters of sha256(source, mapping, content)."),
        "sha256": Column(TEXT, "SHA-256 of the file's bytes."),
        "source_id": Column(TEXT, "Name of the source in the settings."),
        "mapping": Column(TEXT, "Mapping that read it, as id@version."),
        "file_name": Column(TEXT, "Name of the file, without its folder."),
        "bytes": Column(COUNT, "Size of the file in bytes."),
        "rows_read": Column(COUNT, "Messages that the file holds, good or bad."),
        "rows_loaded": Column(COUNT, "Messages stored as new or as a new version."),
        "rows_unchanged": Column(
            COUNT, "Messages that were stored already, or newer than this file has them."
        ),
        "rows_duplicate": Column(COUNT, "Repeats of a message within this file."),
        "rows_quarantined": Column(COUNT, "Rows that broke a rule; see core.quarantine."),
        "rows_dropped": Column(COUNT, "Rows left out by a rule that the mapping names."),
        "status": Column(TEXT, "loaded or left_out."),
        "reason": Column(TEXT, "Why it was left out: one Dutch sentence; null when loaded."),
        "first_seen": Column(UTC_TIME, "When a night first saw this file."),
        "loaded_at": Column(UTC_TIME, "When its messages were stored; null when left out."),
        "told_at": Column(
            UTC_TIME, "Moment that the export tells of, UTC; of two, the later one is believed."
        ),
    },
)

WHOLE_EXPORT = Table(
    "core.whole_export",
    ("source_id", "told_at"),
    "Exports that held every message of their period: what they lack is gone at the source.",
    {
        "source_id": Column(TEXT, "Name of the source in the settings."),
        "told_at": Column(UTC_TIME, "Moment that the export tells of, UTC."),
        "window_start": Column(
            UTC_TIME, "Start of its period, UTC; threads that began before are not in it."
        ),
    },
)

QUARANTINE = Table(
    "core.quarantine",
    ("export_id", "row", "role", "rule"),
    "Rows that broke a rule and were not loaded.",
    {
        "export_id": Column(TEXT, "The file it came from."),
        "source_id": Column(TEXT, "Name of the source in the settings."),
        "row": Column(COUNT, "Row number in the file, the first data row being 1."),
        "role": Column(TEXT, "Which message of the row, as the mapping names it."),
        "rule": Column(TEXT, "The rule that was broken."),
        "field": Column(TEXT, "The field that broke it."),
        "excerpt": Column(TEXT, "At most 60 characters of the value, pseudonymised."),
    },
)

MESSAGE = Table(
    "core.message",
    ("message_id", "version"),
    "One row per version of a message: what residents and the municipality wrote, pseudonymised.",
    {
        "message_id": Column(TEXT, "platform:native_id, the permanent id."),
        "native_id": Column(TEXT, "Id at its source; a keyed hash (k:...) where that may hold a name."),
        "version": Column(pl.Int16(), "1 for the first text seen, one more for every edit."),
        "is_current": Column(FLAG, "True for the newest version."),
        "source_id": Column(TEXT, "Name of the source in the settings."),
        "mapping": Column(TEXT, "Mapping that read it, as id@version."),
        "platform": Column(TEXT, "facebook, instagram, x, linkedin, youtube, nextdoor, kcc, signalen, ..."),
        "channel_name": Column(TEXT, "Page, account or contact channel."),
        "kind": Column(TEXT, "post, comment, reply, report, contact, input, review, share or answer."),
        "author_kind": Column(TEXT, "resident, municipality, other or unknown."),
        "author_kind_basis": Column(
            TEXT, "How that is known: column, owned_account, partner_account, source_rule, default."
        ),
        "author_key": Column(TEXT, "Keyed hash of the author within the platform; null if anonymous."),
        "thread_id": Column(TEXT, "message_id of the root of the conversation."),
        "parent_id": Column(TEXT, "message_id of the message that this one answers."),
        "title": Column(TEXT, "Title or subject, pseudonymised."),
        "text": Column(TEXT, "The text, repaired and pseudonymised."),
        "text_truncated": Column(FLAG, "True when the source gave only the start of the text."),
        "created_at": Column(UTC_TIME, "When it was written, UTC."),
        "created_day": Column(DAY, "The same as a day in the municipality's own time zone."),
        "created_at_basis": Column(TEXT, "explicit_offset, epoch, configured_zone, from_id or day_only."),
        "edited_at": Column(UTC_TIME, "When it was last edited at the source, UTC."),
        "deleted_at": Column(UTC_TIME, "When it was found to be gone at the source, UTC."),
        "language": Column(TEXT, "Language that the source states (BCP 47); null when it states none."),
        "likes": Column(COUNT, "Likes or all reactions; null when unknown."),
        "comments": Column(COUNT, "Comments; null when unknown."),
        "shares": Column(COUNT, "Shares; null when unknown."),
        "views": Column(COUNT, "Views; null when unknown."),
        "reach": Column(COUNT, "Reach; null when unknown."),
        "url": Column(TEXT, "Public address of the message; null where it leads to a resident."),
        "area_name": Column(TEXT, "Neighbourhood or village, by the municipality's own list if it has one."),
        "area_code": Column(TEXT, "Code of that area (CBS), where the source or the list has one."),
        "source_category": Column(TEXT, "Category at the source, main before sub."),
        "department": Column(TEXT, "Department that the source names."),
        "quotable": Column(FLAG, "True when the channel is public, so that the report may quote it."),
        "collected_at": Column(UTC_TIME, "When the night that loaded it ran, UTC."),
        "content_hash": Column(TEXT, "Hash of the pseudonymised text; equal texts share it."),
        "raw_hash": Column(TEXT, "Keyed hash of what makes a new version: title and text."),
        "raw_ref": Column(TEXT, "export_id#row of the row that it was read from."),
        "export_id": Column(TEXT, "The file it was read from."),
        "dup_of": Column(TEXT, "message_id of the message that this is a copy of."),
        "seen_at": Column(UTC_TIME, "Moment that the newest export which holds it tells of, UTC."),
        "seen_in": Column(TEXT, "Name of that export, by which exports of one moment are ordered."),
        "counted_at": Column(
            UTC_TIME, "Moment of the newest export that gave counts, UTC; null when none did."
        ),
    },
)

TOKEN = Table(
    "core.token",
    ("content_hash", "pipeline"),
    "Lemmas of every text, computed once.",
    {
        "content_hash": Column(TEXT, "Hash of the text."),
        "pipeline": Column(TEXT, "Name and version of the tokeniser and lemmatiser."),
        "lemmas": Column(pl.List(pl.String()), "Lemmas of the words, in order, lower case."),
    },
)

EMBEDDING = Table(
    "core.embedding",
    ("content_hash", "model"),
    "Sentence vector of every text, computed once per model.",
    {
        "content_hash": Column(TEXT, "Hash of the text."),
        "model": Column(TEXT, "Name and version of the embedder."),
        "vector": Column(pl.List(pl.Float32()), "Unit vector of the text."),
    },
)

THEME = Table(
    "core.theme",
    ("theme_id",),
    "The themes, each with a permanent id.",
    {
        "theme_id": Column(TEXT, "Permanent id: the catalogue's, or e-... for an emergent theme."),
        "label": Column(TEXT, "Dutch label of at most a few words."),
        "description": Column(TEXT, "What falls under it."),
        "origin": Column(TEXT, "catalogue or emergent."),
        "status": Column(TEXT, "active, asleep, merged or hidden."),
        "merged_into": Column(TEXT, "theme_id that took its place."),
        "keywords": Column(pl.List(pl.String()), "Words that typify it."),
        "department": Column(TEXT, "Department that answers for it."),
        "first_seen": Column(DAY, "Day of the first message under it; null when none."),
        "last_seen": Column(DAY, "Day of the latest message under it; null when none."),
        "centroid": Column(pl.List(pl.Float32()), "Mean vector of its messages; null without messages."),
        "own_label": Column(TEXT, "Label before any decision of people: the catalogue's, or as found."),
        "own_department": Column(TEXT, "Department before any decision of people."),
    },
)

MESSAGE_THEME = Table(
    "core.message_theme",
    ("message_id",),
    "Theme of every current message as the latest run saw it; no theme is an answer too.",
    {
        "message_id": Column(TEXT, "The message."),
        "theme_id": Column(TEXT, "Its theme; null when it has none."),
        "run_id": Column(TEXT, "The run that gave it."),
        "confidence": Column(SHARE, "Probability of the theme, or of having none, between 0 and 1."),
        "basis": Column(TEXT, "own, context, inherited or taught: what the theme was read from."),
        "is_question": Column(FLAG, "True when it asks for an answer."),
        "language": Column(TEXT, "Language stated by the source, else recognised."),
        "other_themes": Column(pl.List(TEXT), "theme_ids it is also about, the most probable first."),
    },
)

RUN = Table(
    "core.run",
    ("run_id",),
    "One row per night and input.",
    {
        "run_id": Column(TEXT, "as-of date and a hash of input, settings and versions."),
        "as_of": Column(DAY, "Last day that the run looks at."),
        "started": Column(UTC_TIME, "Start, UTC."),
        "ended": Column(UTC_TIME, "End, UTC; null while it runs or when it was cut off."),
        "status": Column(TEXT, "running, done, incomplete (a source was left out) or stopped."),
        "versions": Column(TEXT, "JSON: weerklank, catalogue, models and libraries."),
        "seed": Column(COUNT, "Seed of everything random."),
        "input_hash": Column(TEXT, "Hash of the messages that the run saw."),
        "settings_hash": Column(TEXT, "Hash of the settings."),
        "message": Column(TEXT, "Why it stopped or what was left out: Dutch; null when all went well."),
    },
)

GAP = Table(
    "core.gap",
    ("run_id", "theme_id"),
    "The gap per theme and run.",
    {
        "run_id": Column(TEXT, "The run."),
        "as_of": Column(DAY, "Last day of the window."),
        "window_start": Column(DAY, "First day of the window."),
        "window_end": Column(DAY, "Last day of the window."),
        "theme_id": Column(TEXT, "The theme."),
        "resident_messages": Column(COUNT, "Messages of residents under the theme."),
        "resident_authors": Column(COUNT, "Different residents; every anonymous message counts as one."),
        "resident_voices": Column(COUNT, "A resident once per theme and week: the count behind the shares."),
        "municipality_messages": Column(COUNT, "Posts of the municipality under the theme."),
        "resident_share": Column(SHARE, "Share of the themed voices of residents."),
        "resident_share_low": Column(SHARE, "Lower end of its simultaneous 95 % interval."),
        "resident_share_high": Column(SHARE, "Upper end of its simultaneous 95 % interval."),
        "municipality_share": Column(SHARE, "Share of the themed posts of the municipality."),
        "municipality_share_low": Column(SHARE, "Lower end of its simultaneous 95 % interval."),
        "municipality_share_high": Column(SHARE, "Upper end of its simultaneous 95 % interval."),
        "difference_pp": Column(SHARE, "Resident share minus municipality share, in percentage points."),
        "log2_ratio": Column(SHARE, "Base-2 logarithm of the ratio of shares, 0.5 added to each count."),
        "log_odds_z": Column(SHARE, "z of the log-odds with informative Dirichlet prior."),
        "q_value": Column(SHARE, "Share of false discoveries, of exact two-sided tests; null when too few."),
        "verdict": Column(TEXT, "stil, overschot, in_balans, te_weinig or onzeker."),
        "reason": Column(TEXT, "Why that verdict, in Dutch."),
    },
)

WORD = Table(
    "core.word",
    ("run_id", "theme_id", "side", "lemma"),
    "Words that tell the sides of a theme apart.",
    {
        "run_id": Column(TEXT, "The run."),
        "theme_id": Column(TEXT, "The theme."),
        "side": Column(TEXT, "resident or municipality: who uses it more."),
        "lemma": Column(TEXT, "The word, as a lemma."),
        "resident_texts": Column(COUNT, "Texts of residents that hold it; one a resident and week."),
        "municipality_texts": Column(COUNT, "Texts of the municipality under the theme that hold it."),
        "log_odds_z": Column(SHARE, "z of the log-odds; positive leans to residents."),
    },
)

SIGNAL = Table(
    "core.signal",
    ("run_id", "theme_id", "kind"),
    "Bursts and weak signals.",
    {
        "run_id": Column(TEXT, "The run."),
        "theme_id": Column(TEXT, "The theme."),
        "kind": Column(TEXT, "burst or weak_signal."),
        "since": Column(DAY, "First day of the period that stands out."),
        "messages": Column(COUNT, "Voices of residents in that period."),
        "expected": Column(SHARE, "Voices expected from the theme's own history."),
        "score": Column(SHARE, "Minus log10 of the p-value."),
    },
)

AGENDA = Table(
    "core.agenda",
    ("run_id", "window"),
    "The two agendas as a whole, per run and window.",
    {
        "run_id": Column(TEXT, "The run."),
        "as_of": Column(DAY, "Last day of the run's window."),
        "window": Column(TEXT, "report for the whole window, or the month as YYYY-MM."),
        "js_distance": Column(
            SHARE, "Jensen-Shannon distance (base 2) of the agendas, 0 equal to 1 disjoint."
        ),
        "resident_entropy": Column(SHARE, "Entropy of the residents' agenda in bits."),
        "municipality_entropy": Column(SHARE, "Entropy of the municipality's agenda in bits."),
        "rank_correlation": Column(SHARE, "Spearman's rank correlation of the theme shares."),
        "unassigned_resident_share": Column(SHARE, "Share of residents' voices without a theme."),
        "unassigned_municipality_share": Column(SHARE, "Share of the municipality's posts without a theme."),
    },
)

MATURITY = Table(
    "core.maturity",
    ("run_id", "indicator"),
    "Indicators of the meetlat.",
    {
        "run_id": Column(TEXT, "The run."),
        "phase": Column(pl.Int16(), "1 ontdekt, 2 experimenteert, 3 converseert, 4 netwerkt."),
        "indicator": Column(TEXT, "What is measured, in Dutch."),
        "value": Column(SHARE, "The value; null when it cannot be measured from the data."),
        "threshold": Column(SHARE, "The value from which it is met."),
        "met": Column(FLAG, "True when met; null when it cannot be measured."),
    },
)

ACTION = Table(
    "core.action",
    ("action_id",),
    "What was done with a theme.",
    {
        "action_id": Column(TEXT, "Id of the action."),
        "theme_id": Column(TEXT, "The theme."),
        "action": Column(TEXT, "What was done."),
        "owner_department": Column(TEXT, "Who does it."),
        "started_on": Column(DAY, "Since when."),
        "told_residents_on": Column(DAY, "When residents were told; null when not yet."),
        "gap_before": Column(SHARE, "Difference in percentage points before it started."),
        "gap_after": Column(SHARE, "Difference in percentage points in the latest run."),
    },
)

DECISION = Table(
    "core.decision",
    ("decision_id",),
    "Copy of the decision log: renames, merges, corrections, adoptions.",
    {
        "decision_id": Column(TEXT, "Id of the line in the log."),
        "decided_at": Column(UTC_TIME, "When, UTC."),
        "decided_by": Column(TEXT, "Role or account that decided."),
        "kind": Column(TEXT, "rename, merge, hide, show, department, teach, adopt or undo."),
        "theme_id": Column(TEXT, "The theme it is about."),
        "detail": Column(TEXT, "JSON with the rest."),
        "why": Column(TEXT, "The reason given."),
    },
)

THEME_EVENT = Table(
    "core.theme_event",
    ("run_id", "theme_id"),
    "What became of every emergent theme in each run.",
    {
        "run_id": Column(TEXT, "The run."),
        "theme_id": Column(TEXT, "The emergent theme."),
        "event": Column(TEXT, "born, same, split, merged, asleep or woken."),
        "match_cosine": Column(SHARE, "Cosine to the nearest known theme; of one not found, to a found one."),
        "margin": Column(SHARE, "How much the next nearest is farther off; null when there is none."),
        "related_theme_id": Column(TEXT, "The theme that it split from or went into."),
        "near_theme_id": Column(TEXT, "The catalogue theme nearest to a found theme."),
        "near_cosine": Column(SHARE, "Cosine of the two."),
    },
)

TABLES = (
    EXPORT,
    WHOLE_EXPORT,
    QUARANTINE,
    MESSAGE,
    TOKEN,
    EMBEDDING,
    THEME,
    MESSAGE_THEME,
    RUN,
    GAP,
    WORD,
    SIGNAL,
    AGENDA,
    MATURITY,
    ACTION,
    DECISION,
    THEME_EVENT,
)
