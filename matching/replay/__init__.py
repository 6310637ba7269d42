"""Who would gain and who would lose under a changed rule, by group and with money."""
