-- mart.maturity: Indicators of the meetlat in the latest finished run.
-- run_id: The run.
-- phase: 1 ontdekt, 2 experimenteert, 3 converseert, 4 netwerkt.
-- indicator: What is measured, in Dutch.
-- value: The value; null when it cannot be measured from the data.
-- threshold: The value from which it is met.
-- met: True when met; null when it cannot be measured.
WITH latest_run AS (
    SELECT run_id
    FROM core.run
    WHERE status IN ('done', 'incomplete')
    ORDER BY as_of DESC, started DESC, run_id DESC
    LIMIT 1
)

SELECT
    maturity.run_id,
    maturity.phase,
    maturity.indicator,
    maturity.value,
    maturity.threshold,
    maturity.met
FROM core.maturity
JOIN latest_run USING (run_id)
