"""What a manager sees first: what is wrong today, and how the centres did this month."""
