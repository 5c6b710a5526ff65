"""From export to messages: mapping, reading, emitting, identity."""
