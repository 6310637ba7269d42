"""Pages for organisers of job fairs."""
