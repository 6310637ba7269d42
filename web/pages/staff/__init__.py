"""Pages for the centres' staff."""
