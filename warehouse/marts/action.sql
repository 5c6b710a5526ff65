-- mart.action: What was done with a theme, and the gap before and after.
-- theme_id: The theme, or the one that it was merged into since.
-- action: What was done.
-- owner_department: Who does it.
-- started_on: Since when.
-- told_residents_on: When residents were told; null when not yet.
-- gap_before: Difference in percentage points before it started.
-- gap_after: Difference in percentage points in the latest run.
-- action_id: Id of the action.
-- theme_label: Dutch label of the theme.
SELECT
    COALESCE(named.merged_into, action.theme_id) AS theme_id,
    action.action,
    action.owner_department,
    action.started_on,
    action.told_residents_on,
    action.gap_before,
    action.gap_after,
    action.action_id,
    theme.label AS theme_label
FROM core.action
LEFT JOIN core.theme AS named USING (theme_id)
LEFT JOIN core.theme ON theme.theme_id = COALESCE(named.merged_into, action.theme_id)
