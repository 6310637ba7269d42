"""Rosters: the trainee lists that schools send, checked row by row before anything is saved."""
