"""Pages for jobseekers."""
