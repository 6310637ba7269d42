"""Search for openings, and saved searches."""
