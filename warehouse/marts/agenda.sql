-- mart.agenda: The two agendas as a whole, for every finished run and window.
-- run_id: The run.
-- as_of: Last day of the run's window.
-- window: report for the whole window, or the month as YYYY-MM.
-- js_distance: Jensen-Shannon distance (base 2) of the agendas, 0 equal to 1 disjoint.
-- resident_entropy: Entropy of the residents' agenda in bits.
-- municipality_entropy: Entropy of the municipality's agenda in bits.
-- rank_correlation: Spearman's rank correlation of the theme shares.
-- unassigned_resident_share: Share of residents' messages without a theme, as a fraction of 1.
-- unassigned_municipality_share: Share of the municipality's posts without a theme, as a fraction of 1.
SELECT
    agenda.run_id,
    agenda.as_of,
    agenda."window",
    agenda.js_distance,
    agenda.resident_entropy,
    agenda.municipality_entropy,
    agenda.rank_correlation,
    agenda.unassigned_resident_share,
    agenda.unassigned_municipality_share
FROM core.agenda
JOIN core.run USING (run_id)
WHERE run.status IN ('done', 'incomplete')
