"""Training classes: one run of a major with a fixed number of seats."""
