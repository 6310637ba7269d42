"""Searches that are kept: for people who want to hear of new openings, and as bare words that teach synonyms."""
