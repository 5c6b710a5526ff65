"""What the figures mean: each definition on a table small enough to work out by hand."""
