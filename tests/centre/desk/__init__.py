"""Tests of the desk: each kind of help by its steps, signatures, clocks, money and ledger lines."""
