"""Floor plans: the grid of a hall, the booths of a fair on it, and ways through it."""
