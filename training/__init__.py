"""Training: partner schools and their courses, classes with seats, enrolments with a price split, school rosters."""
