"""An export that nobody described: what it is, what its columns look like, and a draft of its mapping."""
