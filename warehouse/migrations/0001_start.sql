-- The tables as they began. What each column means is in warehouse/tables.py and is set as COMMENT at
-- every opening. Times are UTC without a zone mark; created_day is the day in the municipality's own zone.

CREATE SCHEMA core;
CREATE SCHEMA mart;

CREATE TABLE core.migration (
    number INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE core.migration IS 'Which migrations this file has had.';
COMMENT ON COLUMN core.migration.number IS 'Number of the migration; they run in this order.';
COMMENT ON COLUMN core.migration.name IS 'File that held it.';
COMMENT ON COLUMN core.migration.applied_at IS 'When it ran, UTC.';

CREATE TABLE core.export (
    export_id VARCHAR PRIMARY KEY,
    sha256 VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    mapping VARCHAR,
    file_name VARCHAR NOT NULL,
    bytes BIGINT,
    rows_read BIGINT,
    rows_loaded BIGINT,
    rows_unchanged BIGINT,
    rows_duplicate BIGINT,
    rows_quarantined BIGINT,
    rows_dropped BIGINT,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    first_seen TIMESTAMP NOT NULL,
    loaded_at TIMESTAMP
);

CREATE TABLE core.quarantine (
    export_id VARCHAR,
    source_id VARCHAR NOT NULL,
    "row" BIGINT,
    role VARCHAR,
    rule VARCHAR,
    field VARCHAR,
    excerpt VARCHAR,
    PRIMARY KEY (export_id, "row", role, rule)
);

CREATE TABLE core.message (
    message_id VARCHAR,
    native_id VARCHAR NOT NULL,
    version SMALLINT,
    is_current BOOLEAN NOT NULL,
    source_id VARCHAR NOT NULL,
    mapping VARCHAR,
    platform VARCHAR NOT NULL,
    channel_name VARCHAR,
    kind VARCHAR NOT NULL,
    author_kind VARCHAR NOT NULL,
    author_kind_basis VARCHAR,
    author_key VARCHAR,
    thread_id VARCHAR,
    parent_id VARCHAR,
    title VARCHAR,
    text VARCHAR,
    text_truncated BOOLEAN,
    created_at TIMESTAMP NOT NULL,
    created_day DATE NOT NULL,
    created_at_basis VARCHAR,
    edited_at TIMESTAMP,
    deleted_at TIMESTAMP,
    language VARCHAR,
    likes BIGINT,
    comments BIGINT,
    shares BIGINT,
    views BIGINT,
    reach BIGINT,
    url VARCHAR,
    area_name VARCHAR,
    source_category VARCHAR,
    department VARCHAR,
    quotable BOOLEAN,
    collected_at TIMESTAMP,
    content_hash VARCHAR,
    raw_hash VARCHAR,
    raw_ref VARCHAR,
    export_id VARCHAR NOT NULL,
    dup_of VARCHAR,
    PRIMARY KEY (message_id, version)
);

CREATE TABLE core.token (
    content_hash VARCHAR,
    pipeline VARCHAR,
    lemmas VARCHAR[] NOT NULL,
    PRIMARY KEY (content_hash, pipeline)
);

CREATE TABLE core.embedding (
    content_hash VARCHAR,
    model VARCHAR,
    vector FLOAT[] NOT NULL,
    PRIMARY KEY (content_hash, model)
);

CREATE TABLE core.theme (
    theme_id VARCHAR PRIMARY KEY,
    label VARCHAR NOT NULL,
    description VARCHAR,
    origin VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    merged_into VARCHAR,
    keywords VARCHAR[],
    department VARCHAR,
    first_seen DATE,
    last_seen DATE,
    centroid FLOAT[]
);

CREATE TABLE core.message_theme (
    message_id VARCHAR PRIMARY KEY,
    theme_id VARCHAR,
    run_id VARCHAR NOT NULL,
    confidence DOUBLE,
    basis VARCHAR,
    is_question BOOLEAN,
    language VARCHAR
);

CREATE TABLE core.run (
    run_id VARCHAR PRIMARY KEY,
    as_of DATE NOT NULL,
    started TIMESTAMP NOT NULL,
    ended TIMESTAMP,
    status VARCHAR NOT NULL,
    versions VARCHAR,
    seed BIGINT,
    input_hash VARCHAR,
    settings_hash VARCHAR,
    message VARCHAR
);

CREATE TABLE core.gap (
    run_id VARCHAR,
    as_of DATE NOT NULL,
    window_start DATE,
    window_end DATE,
    theme_id VARCHAR,
    resident_messages BIGINT,
    resident_authors BIGINT,
    resident_voices BIGINT,
    municipality_messages BIGINT,
    resident_share DOUBLE,
    resident_share_low DOUBLE,
    resident_share_high DOUBLE,
    municipality_share DOUBLE,
    municipality_share_low DOUBLE,
    municipality_share_high DOUBLE,
    difference_pp DOUBLE,
    log2_ratio DOUBLE,
    log_odds_z DOUBLE,
    q_value DOUBLE,
    verdict VARCHAR NOT NULL,
    reason VARCHAR,
    PRIMARY KEY (run_id, theme_id)
);

CREATE TABLE core.word (
    run_id VARCHAR,
    theme_id VARCHAR,
    side VARCHAR,
    lemma VARCHAR,
    resident_texts BIGINT,
    municipality_texts BIGINT,
    log_odds_z DOUBLE,
    PRIMARY KEY (run_id, theme_id, side, lemma)
);

CREATE TABLE core.signal (
    run_id VARCHAR,
    theme_id VARCHAR,
    kind VARCHAR,
    since DATE,
    messages BIGINT,
    expected DOUBLE,
    score DOUBLE,
    PRIMARY KEY (run_id, theme_id, kind)
);

CREATE TABLE core.agenda (
    run_id VARCHAR,
    as_of DATE NOT NULL,
    "window" VARCHAR,
    js_distance DOUBLE,
    resident_entropy DOUBLE,
    municipality_entropy DOUBLE,
    rank_correlation DOUBLE,
    unassigned_resident_share DOUBLE,
    unassigned_municipality_share DOUBLE,
    PRIMARY KEY (run_id, "window")
);

CREATE TABLE core.maturity (
    run_id VARCHAR,
    phase SMALLINT NOT NULL,
    indicator VARCHAR,
    value DOUBLE,
    threshold DOUBLE,
    met BOOLEAN,
    PRIMARY KEY (run_id, indicator)
);

CREATE TABLE core.action (
    action_id VARCHAR PRIMARY KEY,
    theme_id VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    owner_department VARCHAR,
    started_on DATE,
    told_residents_on DATE,
    gap_before DOUBLE,
    gap_after DOUBLE
);

CREATE TABLE core.decision (
    decision_id VARCHAR PRIMARY KEY,
    decided_at TIMESTAMP NOT NULL,
    decided_by VARCHAR,
    kind VARCHAR NOT NULL,
    theme_id VARCHAR,
    detail VARCHAR,
    why VARCHAR
);
