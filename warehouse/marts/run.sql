-- mart.run: One row per night and input, the unfinished ones included.
-- run_id: as-of date and a hash of input, settings and versions.
-- as_of: Last day that the run looks at.
-- started: Start, UTC.
-- ended: End, UTC; null while it runs or when it was cut off.
-- status: running, done, incomplete (a source was left out) or stopped.
-- message: Why it stopped or what was left out: Dutch; null when all went well.
-- versions: JSON as text: weerklank, catalogue, models and libraries.
-- seed: Seed of everything random.
-- input_hash: Hash of the messages that the run saw.
-- settings_hash: Hash of the settings.
SELECT
    run_id,
    as_of,
    started,
    ended,
    status,
    message,
    versions,
    seed,
    input_hash,
    settings_hash
FROM core.run
