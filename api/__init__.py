"""The HTTP API: routing, transactions, problem responses; the pages in `web` are built on it."""
