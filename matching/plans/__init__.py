"""The plans of the nights as they are kept: who is suggested where, why not elsewhere, and what officers changed."""
