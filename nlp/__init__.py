"""Text in, themes and figures out: pure functions over frames and arrays."""
