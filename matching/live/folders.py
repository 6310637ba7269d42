"""Numbered folders: each snapshot of an index gets the next number."""

import shutil
from pathlib import Path


def numbered(folder: Path) -> list[Path]:
    """The snapshots in a folder, oldest first; one still being written has no number yet."""
    return sorted(path for path in folder.glob("[0-9]*") if path.name.isdigit())


def keep_newest(folder: Path, count: int) -> None:
    """Remove all but the newest snapshots; a process that has mapped one can go on reading it."""
    for old in numbered(folder)[:-count]:
        shutil.rmtree(old, ignore_errors=True)
