-- mart.export: Data quality per file: every export that a night has seen and what became of its rows.
-- export_id: First 16 hexadecimal characters of sha256(source, mapping, content).
-- sha256: SHA-256 of the file's bytes.
-- source_id: Name of the source in the settings.
-- mapping: Mapping that read it, as id@version.
-- file_name: Name of the file, without its folder.
-- bytes: Size of the file in bytes.
-- rows_read: Messages that the file holds, good or bad.
-- rows_loaded: Messages stored as new or as a new version.
-- rows_unchanged: Messages that were stored already, or newer than this file has them.
-- rows_duplicate: Repeats of a message within this file.
-- rows_quarantined: Rows that broke a rule; see core.quarantine.
-- rows_dropped: Rows left out by a rule that the mapping names.
-- status: loaded or left_out.
-- reason: Why it was left out: one Dutch sentence; null when loaded.
-- first_seen: When a night first saw this file, UTC.
-- loaded_at: When its messages were stored, UTC; null when left out.
-- told_at: Moment that the export tells of, UTC; of two exports the later one is believed.
-- share_quarantined: Quarantined rows as a fraction of the rows read; null when none were read.
SELECT
    export_id,
    sha256,
    source_id,
    mapping,
    file_name,
    bytes,
    rows_read,
    rows_loaded,
    rows_unchanged,
    rows_duplicate,
    rows_quarantined,
    rows_dropped,
    status,
    reason,
    first_seen,
    loaded_at,
    told_at,
    rows_quarantined / NULLIF(rows_read, 0) AS share_quarantined
FROM core.export
