"""Fairs: venues, series, fairs and the booths on them."""
