"""The integrity desk: checks of every class before money is paid, a reproducible phone sample, flags that two people
clear."""
