"""Assessment, and the certificates that follow from it."""
