"""An index in a folder: written once, memory-mapped by every process that reads it (索引快照)."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine.arrays import mapped
from matching.engine.fit.profiles import Ground
from matching.engine.pairs.columns import Crowd, Index, Layout, Lists, Openings, People, Workers
from matching.engine.pairs.encode import Register
from matching.engine.pairs.index import Built
from matching.engine.pairs.texts import Texts

_PARTS: dict[str, type] = {
    part.__name__: part for part in (Index, Openings, Layout, Lists, Workers, People, Crowd, Texts)
}


def save(built: Built, folder: Path) -> None:
    """Write an index; the folder must be new or empty."""
    write(built.index, folder)
    np.save(folder / "source.npy", built.source)
    (folder / "register.pickle").write_bytes(pickle.dumps((built.register, built.ground)))


def write(value: tuple[Any, ...], folder: Path) -> None:
    """Write a tuple of arrays (an index, a crowd, texts) into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = _write(value, folder, "index")
    (folder / "shape.json").write_text(json.dumps(shape), encoding="utf-8")


def _write(value: Any, folder: Path, name: str) -> Any:
    if isinstance(value, np.ndarray):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(value))
        return f"{name}.npy"
    if isinstance(value, tuple):
        parts = [_write(part, folder, f"{name}-{place}") for place, part in enumerate(value)]
        return {type(value).__name__: parts}
    return int(value)


def load(folder: Path) -> Built:
    """Open an index written by this version; its arrays are memory-mapped, so processes share them.

    Only for folders that this service wrote itself: the register is a pickle.
    """
    register, ground = pickle.loads((folder / "register.pickle").read_bytes())  # noqa: S301
    if not isinstance(register, Register) or not isinstance(ground, Ground):
        raise TypeError("not a snapshot of an index")
    return Built(read(folder), register, mapped(folder / "source.npy"), ground)


def read(folder: Path) -> Any:
    """What `write` wrote, with its arrays memory-mapped."""
    return _read(json.loads((folder / "shape.json").read_text(encoding="utf-8")), folder)


def _read(shape: Any, folder: Path) -> Any:
    if isinstance(shape, str):
        return mapped(folder / shape)
    if isinstance(shape, dict):
        ((name, parts),) = shape.items()
        return _PARTS[name](*(_read(part, folder) for part in parts))
    return shape
