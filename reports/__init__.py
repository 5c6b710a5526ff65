"""Figures in, readable things out: advice, wording, charts, pages, publishing."""
