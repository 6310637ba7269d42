"""Words that stand for the cell above them (同上). Pure."""

DITTO = frozenset({"同上", "上同", "同前", "如上", "〃", "″", '"', "''", "“", "”", "↑"})


def is_ditto(cell: object) -> bool:
    """Whether a cell says "as above"."""
    return isinstance(cell, str) and cell.strip() in DITTO
