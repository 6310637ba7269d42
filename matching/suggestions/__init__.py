"""Openings and courses suggested to a person, and workers suggested for an opening."""
