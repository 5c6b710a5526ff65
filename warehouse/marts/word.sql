-- mart.word: Words that tell the sides of a theme apart, in the latest finished run.
-- run_id: The run.
-- theme_id: The theme, or the one that it was merged into since.
-- theme_label: Dutch label of the theme.
-- side: resident or municipality: who uses it more.
-- lemma: The word, as a lemma.
-- resident_texts: Texts of residents under the theme that hold it.
-- municipality_texts: Texts of the municipality under the theme that hold it.
-- log_odds_z: z of the log-odds; positive leans to residents.
WITH latest_run AS (
    SELECT run_id
    FROM core.run
    WHERE status IN ('done', 'incomplete')
    ORDER BY as_of DESC, started DESC, run_id DESC
    LIMIT 1
)

SELECT
    word.run_id,
    COALESCE(measured.merged_into, word.theme_id) AS theme_id,
    theme.label AS theme_label,
    word.side,
    word.lemma,
    word.resident_texts,
    word.municipality_texts,
    word.log_odds_z
FROM core.word
JOIN latest_run USING (run_id)
LEFT JOIN core.theme AS measured USING (theme_id)
LEFT JOIN core.theme ON theme.theme_id = COALESCE(measured.merged_into, word.theme_id)
WHERE theme.status IS DISTINCT FROM 'hidden'
