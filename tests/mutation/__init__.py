"""Mutation testing of state machines, money and policy rules: `make mutants`; what survives is in docs/mutants.md."""
