"""Lessons of a class, attendance, and seats that are offered again when a trainee stays away."""
