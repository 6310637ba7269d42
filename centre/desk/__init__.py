"""What the counter does for people beside work and training: each kind of help is a module, on one pattern of cases."""
