"""Visitors of a fair: tickets without an account, doors, and who is inside."""
