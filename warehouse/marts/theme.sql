-- mart.theme: The themes, each with a permanent id.
-- theme_id: Permanent id: the catalogue's, or e-... for an emergent theme.
-- label: Dutch label of at most a few words.
-- origin: catalogue or emergent.
-- status: active, asleep, merged or hidden.
-- keywords: Words that typify it.
-- department: Department that answers for it.
-- first_seen: Day of the first message under it; null when none.
-- last_seen: Day of the latest message under it; null when none.
-- merged_into: theme_id that took its place.
-- description: What falls under it.
SELECT
    theme_id,
    label,
    origin,
    status,
    keywords,
    department,
    first_seen,
    last_seen,
    merged_into,
    description
FROM core.theme
