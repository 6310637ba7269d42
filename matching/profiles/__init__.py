"""Jobseekers: their registrations, skill profiles and job wishes."""
