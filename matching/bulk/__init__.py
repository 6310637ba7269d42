"""`gangqiao match`: two spreadsheets ranked against each other without a database."""
