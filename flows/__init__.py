"""What runs and when: command line, settings, the night and its steps."""
