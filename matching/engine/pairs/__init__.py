"""Many pairs at once, in both directions: arrays, compiled kernels and their plain numpy twins."""
