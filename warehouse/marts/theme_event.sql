-- mart.theme_event: What became of every emergent theme in each finished run.
-- run_id: The run.
-- as_of: Last day that the run looks at.
-- theme_id: The emergent theme.
-- theme_label: Dutch label of the theme.
-- event: born, same, split (a piece of related_theme_id), merged (into related_theme_id), asleep or woken.
-- match_cosine: Cosine to the nearest known theme, or of a theme that is gone to the nearest found; null when none.
-- margin: How much the next nearest is farther off; null when there is none.
-- related_theme_id: The theme that it split from or went into.
-- related_theme_label: Dutch label of that theme.
-- near_theme_id: The catalogue theme nearest to a found theme; null when none was measured.
-- near_cosine: Cosine of the two; from 0.75 on it is probably that theme, said differently.
SELECT
    theme_event.run_id,
    run.as_of,
    theme_event.theme_id,
    theme.label AS theme_label,
    theme_event.event,
    theme_event.match_cosine,
    theme_event.margin,
    theme_event.related_theme_id,
    related.label AS related_theme_label,
    theme_event.near_theme_id,
    theme_event.near_cosine
FROM core.theme_event
JOIN core.run USING (run_id)
LEFT JOIN core.theme USING (theme_id)
LEFT JOIN core.theme AS related ON related.theme_id = theme_event.related_theme_id
WHERE run.status IN ('done', 'incomplete')
