"""Files that went wrong on their way, by the thousand: `python -m tests.fuzz --reader xlsx --files 10000`."""
