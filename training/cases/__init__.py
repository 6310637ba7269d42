"""Desk cases that know training: businesses started after a course, and practice of the centre's own school."""
