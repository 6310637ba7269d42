"""Desk cases that know an employer: wage arrears, the trade association, rule documents, pairing, visits."""
