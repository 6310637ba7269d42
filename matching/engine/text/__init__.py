"""Text search: terms, postings, spelling, queries, and the compiled scan."""
