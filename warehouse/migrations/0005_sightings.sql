-- Which export a message was last seen in, and which exports were whole: an older export brings no old text
-- back, and what whole exports no longer hold is gone at the source.

ALTER TABLE core.message ADD COLUMN seen_at TIMESTAMP;
ALTER TABLE core.message ADD COLUMN seen_in VARCHAR;
ALTER TABLE core.message ADD COLUMN counted_at TIMESTAMP;
ALTER TABLE core.message ADD COLUMN area_code VARCHAR;

-- Of what was stored before, nobody knows more than that it existed when it was written. Its hash was of more
-- than the text, so it says nothing any longer: without it the text itself is compared.
UPDATE core.message SET
    seen_at = coalesce(edited_at, created_at),
    counted_at = CASE WHEN coalesce(likes, comments, shares, views, reach) IS NOT NULL
                      THEN coalesce(edited_at, created_at) END,
    raw_hash = NULL;

ALTER TABLE core.export ADD COLUMN told_at TIMESTAMP;

CREATE TABLE core.whole_export (
    source_id VARCHAR NOT NULL,
    told_at TIMESTAMP NOT NULL,
    window_start TIMESTAMP NOT NULL,
    PRIMARY KEY (source_id, told_at)
);
