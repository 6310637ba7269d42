"""Whom a fair is for: the booths that fit a person best, and whom to invite, with reasons."""
