"""Interview timetables of a fair: who meets whom when, solved, checked without the solver, and repaired."""
