"""The organiser's desk and the day itself: what is due for each fair, and who is next at each booth."""
