"""Arrays in files, mapped into memory so that processes share them."""

from pathlib import Path

import numpy as np


def mapped(path: Path) -> np.ndarray:
    """An array from a `.npy` file, memory-mapped unless it fits a page of memory.

    Copy-on-write, because kernels are compiled for writable arrays; nothing writes, so nothing is copied.
    """
    return np.asarray(np.load(path, mmap_mode="c") if path.stat().st_size > 4096 else np.load(path))
