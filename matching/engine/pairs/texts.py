"""Many texts as one byte array, which kernels read and processes share (文本数组)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.pairs.columns import I8

U1 = NDArray[np.uint8]


class Texts(NamedTuple):
    """Concatenated texts; text `i` has the bytes from `ptr[i]` to `ptr[i + 1]`."""

    ptr: I8
    of: U1


def texts(words: list[bytes]) -> Texts:
    """Texts from words."""
    ptr = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, words), np.int64, len(words)), out=ptr[1:])
    return Texts(ptr, np.frombuffer(b"".join(words), np.uint8).copy())
