"""Employers: companies, their openings, and job fairs."""
