"""Funds with a purpose and a balance, and every movement of their money."""
