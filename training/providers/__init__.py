"""Training providers, what the centre agreed with them, and the majors that they teach."""
