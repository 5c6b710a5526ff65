-- mart.gap_history: The gap per theme in every finished run; what merged since is under its target.
-- run_id: The run.
-- as_of: Last day of the window.
-- window_start: First day of the window.
-- window_end: Last day of the window.
-- theme_id: The theme, or the one that it was merged into since.
-- theme_label: Dutch label of the theme as it is called now.
-- resident_messages: Messages of residents under the theme.
-- resident_authors: Different residents; every anonymous message counts as one.
-- municipality_messages: Posts of the municipality under the theme.
-- resident_share: Share of the themed voices of residents, as a fraction of 1.
-- resident_share_low: Lower end of its simultaneous 95 % interval.
-- resident_share_high: Upper end of its simultaneous 95 % interval.
-- municipality_share: Share of the themed posts of the municipality, as a fraction of 1.
-- municipality_share_low: Lower end of its simultaneous 95 % interval.
-- municipality_share_high: Upper end of its simultaneous 95 % interval.
-- difference_pp: Resident share minus municipality share, in percentage points.
-- log2_ratio: Base-2 logarithm of the ratio of shares, 0.5 added to each count.
-- log_odds_z: z of the log-odds with informative Dirichlet prior.
-- q_value: Share of false discoveries over the themes, of exact two-sided (mid-p) tests; null when too few.
-- verdict: stil, overschot, in_balans, te_weinig or onzeker.
-- resident_voices: A resident once per theme and week: the count behind the shares.
-- reason: Why that verdict, in Dutch.
WITH measured AS (
    SELECT
        gap.*,
        COALESCE(theme.merged_into, gap.theme_id) AS current_theme_id,
        SUM(gap.resident_voices) OVER of_run AS run_voices,
        SUM(gap.municipality_messages) OVER of_run AS run_posts
    FROM core.gap
    JOIN core.run USING (run_id)
    LEFT JOIN core.theme USING (theme_id)
    WHERE run.status IN ('done', 'incomplete')
    WINDOW of_run AS (PARTITION BY gap.run_id)
),

-- Themes that were measured apart and are one now: counts and shares add up; a resident who brought up both
-- in one week counts for both. Intervals and tests cannot be had from the parts.
counted AS (
    SELECT
        run_id,
        current_theme_id AS theme_id,
        COUNT(*) > 1 AS is_combined,
        CAST(SUM(resident_messages) AS BIGINT) AS resident_messages,
        CAST(SUM(resident_authors) AS BIGINT) AS resident_authors,
        CAST(SUM(resident_voices) AS BIGINT) AS resident_voices,
        CAST(SUM(municipality_messages) AS BIGINT) AS municipality_messages,
        SUM(resident_share) AS resident_share,
        SUM(municipality_share) AS municipality_share,
        SUM(difference_pp) AS difference_pp,
        LOG2((SUM(resident_voices) + 0.5) / (ANY_VALUE(run_voices) + 0.5))
        - LOG2((SUM(municipality_messages) + 0.5) / (ANY_VALUE(run_posts) + 0.5)) AS combined_log2_ratio
    FROM measured
    GROUP BY run_id, current_theme_id
),

one_row AS (
    SELECT *
    FROM measured
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id, current_theme_id ORDER BY theme_id) = 1
)

SELECT
    one_row.run_id,
    one_row.as_of,
    one_row.window_start,
    one_row.window_end,
    counted.theme_id,
    theme.label AS theme_label,
    counted.resident_messages,
    counted.resident_authors,
    counted.municipality_messages,
    counted.resident_share,
    CASE WHEN NOT counted.is_combined THEN one_row.resident_share_low END AS resident_share_low,
    CASE WHEN NOT counted.is_combined THEN one_row.resident_share_high END AS resident_share_high,
    counted.municipality_share,
    CASE WHEN NOT counted.is_combined THEN one_row.municipality_share_low END AS municipality_share_low,
    CASE WHEN NOT counted.is_combined THEN one_row.municipality_share_high END AS municipality_share_high,
    counted.difference_pp,
    CASE
        WHEN NOT counted.is_combined THEN one_row.log2_ratio
        WHEN counted.difference_pp IS NOT NULL THEN counted.combined_log2_ratio
    END AS log2_ratio,
    CASE WHEN NOT counted.is_combined THEN one_row.log_odds_z END AS log_odds_z,
    CASE WHEN NOT counted.is_combined THEN one_row.q_value END AS q_value,
    CASE WHEN counted.is_combined THEN 'onzeker' ELSE one_row.verdict END AS verdict,
    counted.resident_voices,
    CASE
        WHEN counted.is_combined THEN 'Toen apart gemeten thema''s, later samengevoegd.'
        ELSE one_row.reason
    END AS reason
FROM counted
JOIN one_row ON one_row.run_id = counted.run_id AND one_row.current_theme_id = counted.theme_id
LEFT JOIN core.theme ON theme.theme_id = counted.theme_id
