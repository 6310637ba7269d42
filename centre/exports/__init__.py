"""Exports of lists of people: with a reason, a watermark, an audit entry, and approval for large ones."""
