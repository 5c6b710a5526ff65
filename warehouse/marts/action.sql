-- mart.action: What was done with a theme, and the gap before and after.
-- theme_id: The theme.
-- action: What was done.
-- owner_department: Who does it.
-- started_on: Since when.
-- told_residents_on: When residents were told; null when not yet.
-- gap_before: Difference in percentage points before it started.
-- gap_after: Difference in percentage points in the latest run.
-- action_id: Id of the action.
-- theme_label: Dutch label of the theme.
SELECT
    action.theme_id,
    action.action,
    action.owner_department,
    action.started_on,
    action.told_residents_on,
    action.gap_before,
    action.gap_after,
    action.action_id,
    theme.label AS theme_label
FROM core.action
LEFT JOIN core.theme USING (theme_id)
