-- mart.signal: Bursts and weak signals of the latest finished run, of themes that are not hidden.
-- run_id: The run.
-- theme_id: The theme, or the one that it was merged into since.
-- theme_label: Dutch label of the theme.
-- kind: burst or weak_signal.
-- since: First day of the period that stands out.
-- messages: Voices of residents in that period.
-- expected: Voices expected from the theme's own history.
-- score: Minus log10 of the p-value.
WITH latest_run AS (
    SELECT run_id
    FROM core.run
    WHERE status IN ('done', 'incomplete')
    ORDER BY as_of DESC, started DESC, run_id DESC
    LIMIT 1
)

SELECT
    signal.run_id,
    COALESCE(measured.merged_into, signal.theme_id) AS theme_id,
    theme.label AS theme_label,
    signal.kind,
    signal.since,
    signal.messages,
    signal.expected,
    signal.score
FROM core.signal
JOIN latest_run USING (run_id)
LEFT JOIN core.theme AS measured USING (theme_id)
LEFT JOIN core.theme ON theme.theme_id = COALESCE(measured.merged_into, signal.theme_id)
WHERE theme.status IS DISTINCT FROM 'hidden'
