"""Tests of weerklank, on real parts."""
