"""Scans at doors: tickets and roll calls recorded by devices that may be offline for hours."""
