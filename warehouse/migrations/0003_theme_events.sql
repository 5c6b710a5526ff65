-- The life of emergent themes: what became of each in every night.

CREATE TABLE core.theme_event (
    run_id VARCHAR,
    theme_id VARCHAR,
    event VARCHAR NOT NULL,
    match_cosine DOUBLE,
    margin DOUBLE,
    related_theme_id VARCHAR,
    near_theme_id VARCHAR,
    near_cosine DOUBLE,
    PRIMARY KEY (run_id, theme_id)
);
