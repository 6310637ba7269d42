"""The matching engine: pure functions over plain data, no database, clock or settings."""
