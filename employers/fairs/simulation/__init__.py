"""The morning of a fair before it happens: arrivals, gates, waiting."""
