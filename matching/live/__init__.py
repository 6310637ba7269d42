"""What each process holds in memory: open openings, people who look for work, compiled kernels."""
