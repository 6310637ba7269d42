"""Occupations, skills and the words people use for them."""
