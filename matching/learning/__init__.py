"""Fit weights learned from introductions with known results, each with a dated card that says how it was judged."""
