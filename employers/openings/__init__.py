"""Openings: drafting, screening, verification, publication and expiry."""
