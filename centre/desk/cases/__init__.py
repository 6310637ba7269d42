"""The pattern of all desk cases: states as data, separated signatures, clocks, ledger lines and history."""
