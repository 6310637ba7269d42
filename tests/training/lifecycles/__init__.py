"""Histories of classes, schools and claims: what ends with what, and who is told."""
