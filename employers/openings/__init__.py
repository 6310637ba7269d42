"""Openings: from a draft through screening and checking to the public page, and off it in time."""
