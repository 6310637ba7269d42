"""Pages for signing in and for the reader's account."""
