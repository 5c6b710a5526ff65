-- mart.theme_week: Messages of residents and posts of the municipality per week; no copies or hidden themes.
-- week: Monday of the week, by the day in the municipality's own time zone.
-- theme_id: The theme.
-- author_kind: resident or municipality; answers of the municipality are in mart.response instead.
-- platform: Where they were written.
-- messages: Messages of that side under the theme.
-- authors: Different authors; every anonymous message counts as one.
-- share: Fraction of all themed messages of that side in that week, over all platforms.
WITH themed_messages AS (
    SELECT
        CAST(DATE_TRUNC('week', created_day) AS DATE) AS week,
        theme_id,
        author_kind,
        platform,
        author_key
    FROM mart.message
    LEFT JOIN core.theme USING (theme_id)
    WHERE
        theme_id IS NOT NULL
        AND theme.status IS DISTINCT FROM 'hidden'
        AND dup_of IS NULL
        AND (author_kind = 'resident' OR (author_kind = 'municipality' AND kind IN ('post', 'share')))
)

SELECT
    week,
    theme_id,
    author_kind,
    platform,
    COUNT(*) AS messages,
    COUNT(DISTINCT author_key) + COUNT(*) FILTER (WHERE author_key IS NULL) AS authors,
    COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY week, author_kind) AS share
FROM themed_messages
GROUP BY week, theme_id, author_kind, platform
