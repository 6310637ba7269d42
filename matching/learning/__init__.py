"""Fit weights learned from introductions with known results, each with a dated model card."""
