"""The integrity desk: checks of every class before money leaves, a reproducible phone sample, flags that two clear."""
