"""Counts of the service ledger by centre, month and kind, so that years of it answer at once."""
