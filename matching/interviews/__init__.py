"""Interviews: an employer proposes a time, the worker answers, both know where they stand."""
