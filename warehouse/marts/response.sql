-- mart.response: Questions of residents per week and what was answered; a copy is no new question.
-- week: Monday of the week of the question, by the day in the municipality's own time zone.
-- platform: Where it was asked.
-- theme_id: Theme of the question; null for questions without a theme.
-- questions: Questions that residents asked.
-- answered: Questions with a reply of the municipality, to the question itself or to a copy of it.
-- answer_rate: Answered as a fraction of the questions.
-- median_hours_to_answer: Median hours to the first reply; a day without a clock time counts as midnight.
WITH first_answers AS (
    SELECT
        COALESCE(asked.dup_of, asked.message_id) AS question_id,
        MIN(reply.created_at) AS answered_at
    FROM mart.message AS asked
    JOIN mart.message AS reply ON reply.parent_id = asked.message_id
    -- Not strictly later: sources that give days only put question and reply at the same moment.
    WHERE reply.author_kind = 'municipality' AND reply.created_at >= asked.created_at
    GROUP BY question_id
),

questions AS (
    SELECT
        CAST(DATE_TRUNC('week', message.created_day) AS DATE) AS week,
        message.platform,
        message.theme_id,
        first_answers.answered_at,
        DATE_DIFF('second', message.created_at, first_answers.answered_at) / 3600 AS hours_to_answer
    FROM mart.message
    LEFT JOIN first_answers ON first_answers.question_id = message.message_id
    WHERE message.author_kind = 'resident' AND message.is_question AND message.dup_of IS NULL
)

SELECT
    week,
    platform,
    theme_id,
    COUNT(*) AS questions,
    COUNT(answered_at) AS answered,
    COUNT(answered_at) / COUNT(*) AS answer_rate,
    MEDIAN(hours_to_answer) AS median_hours_to_answer
FROM questions
GROUP BY week, platform, theme_id
