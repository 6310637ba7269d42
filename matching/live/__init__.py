"""What each process holds in memory: open openings, jobseekers, compiled kernels."""
