-- What a theme was called, and who answered for it, before people decided otherwise: an undo goes back to it.

ALTER TABLE core.theme ADD COLUMN own_label VARCHAR;
ALTER TABLE core.theme ADD COLUMN own_department VARCHAR;
