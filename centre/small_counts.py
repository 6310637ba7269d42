"""The smallest count of people that may be published without identifying anybody (小数字)."""

SMALL = 5
"""Numbers from 1 to one less than this are hidden, in published tables and wherever people are counted for others."""
