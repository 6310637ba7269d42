"""Numbered folders: each snapshot of an index is written beside the last one, under the next number."""

import shutil
from pathlib import Path


def numbered(folder: Path) -> list[Path]:
    """The snapshots in a folder, the oldest first; what is still being written has no number yet."""
    return sorted(path for path in folder.glob("[0-9]*") if path.name.isdigit())


def keep_newest(folder: Path, count: int) -> None:
    """Remove all but the newest snapshots; a process that has one mapped goes on reading it."""
    for old in numbered(folder)[:-count]:
        shutil.rmtree(old, ignore_errors=True)
