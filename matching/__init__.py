"""Matching: search, introductions and placements; the engine below is pure."""
