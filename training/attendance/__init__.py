"""Lessons of a class, who came to them, and the seats that are offered again when somebody stays away."""
