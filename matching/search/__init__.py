"""Search for openings, and the searches that people keep."""
