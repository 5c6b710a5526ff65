-- What else a message is about, beside its main theme.

ALTER TABLE core.message_theme ADD COLUMN other_themes VARCHAR[];
