-- mart.gap: The gap per theme in the latest finished run; merged and hidden themes as they are now.
-- run_id: The run.
-- as_of: Last day of the window.
-- window_start: First day of the window.
-- window_end: Last day of the window.
-- theme_id: The theme.
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
WITH latest_run AS (
    SELECT run_id
    FROM core.run
    WHERE status IN ('done', 'incomplete')
    ORDER BY as_of DESC, started DESC, run_id DESC
    LIMIT 1
)

SELECT
    gap_history.run_id,
    gap_history.as_of,
    gap_history.window_start,
    gap_history.window_end,
    gap_history.theme_id,
    gap_history.theme_label,
    gap_history.resident_messages,
    gap_history.resident_authors,
    gap_history.municipality_messages,
    gap_history.resident_share,
    gap_history.resident_share_low,
    gap_history.resident_share_high,
    gap_history.municipality_share,
    gap_history.municipality_share_low,
    gap_history.municipality_share_high,
    gap_history.difference_pp,
    gap_history.log2_ratio,
    gap_history.log_odds_z,
    gap_history.q_value,
    gap_history.verdict,
    gap_history.resident_voices,
    gap_history.reason
FROM mart.gap_history
JOIN latest_run USING (run_id)
LEFT JOIN core.theme USING (theme_id)
WHERE theme.status IS DISTINCT FROM 'hidden'
