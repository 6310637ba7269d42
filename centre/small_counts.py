"""From which number on a count of people may be told without naming anybody (小数字)."""

SMALL = 5
"""Numbers from 1 to one less than this are hidden, in published tables and wherever people are counted for others."""
