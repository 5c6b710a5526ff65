-- mart.message: Every current message that still exists at its source, with the theme of the latest run.
-- message_id: platform:native_id, the permanent id.
-- native_id: Id at its source; a keyed hash (k:...) where that may hold a name.
-- source_id: Name of the source in the settings.
-- platform: facebook, instagram, x, linkedin, youtube, nextdoor, kcc, signalen, ...
-- kind: post, comment, reply, report, contact, input, review, share or answer.
-- author_kind: resident, municipality, other or unknown.
-- author_key: Keyed hash of the author within the platform; null if anonymous.
-- created_at: When it was written, UTC.
-- text: The text, repaired and pseudonymised.
-- language: Language that the source states, else the one recognised.
-- parent_id: message_id of the message that this one answers.
-- thread_id: message_id of the root of the conversation.
-- area_name: Neighbourhood or village that the source names; never an address.
-- theme_id: Its theme; null when it has none or was not read yet.
-- theme_label: Dutch label of the theme.
-- theme_origin: catalogue or emergent.
-- theme_confidence: Probability of the theme, or of having none, between 0 and 1.
-- is_question: True when it asks for an answer; null when it was not read yet.
-- sentiment: Always null: tone is not measured.
-- created_day: The day of created_at in the municipality's own time zone.
-- theme_basis: own, context, inherited or taught: what the theme was read from.
-- other_themes: What else it is about: theme_ids at least 0.2 probable beside its main theme.
-- quotable: True when the channel is public, so that the report may quote it.
-- dup_of: message_id of the message that this is a copy of.
-- likes: Likes or all reactions; null when unknown.
-- url: Public address of the message; null where it leads to a resident.
-- title: Title or subject, pseudonymised.
-- department: Department that the source names.
-- area_code: Code of the area (CBS), where the source or the municipality's list has one.
-- edited_at: When it was last edited at the source, UTC.
-- version: 1 for the first text seen, one more for every edit.
-- text_truncated: True when the source gave only the start of the text.
-- author_kind_basis: How it is known who speaks: column, owned_account, partner_account, source_rule, default.
-- created_at_basis: explicit_offset, epoch, configured_zone, from_id or day_only.
SELECT
    message.message_id,
    message.native_id,
    message.source_id,
    message.platform,
    message.kind,
    message.author_kind,
    message.author_key,
    message.created_at,
    message.text,
    COALESCE(message.language, message_theme.language) AS language,
    message.parent_id,
    message.thread_id,
    message.area_name,
    message_theme.theme_id,
    theme.label AS theme_label,
    theme.origin AS theme_origin,
    message_theme.confidence AS theme_confidence,
    message_theme.is_question,
    CAST(NULL AS VARCHAR) AS sentiment,
    message.created_day,
    message_theme.basis AS theme_basis,
    message_theme.other_themes,
    message.quotable,
    message.dup_of,
    message.likes,
    message.url,
    message.title,
    message.department,
    message.area_code,
    message.edited_at,
    message.version,
    message.text_truncated,
    message.author_kind_basis,
    message.created_at_basis
FROM core.message
LEFT JOIN core.message_theme USING (message_id)
LEFT JOIN core.theme USING (theme_id)
WHERE message.is_current AND message.deleted_at IS NULL
