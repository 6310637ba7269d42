"""The compiled kernels of this installation: where they are kept, who compiles them, who waits for them (编译内核)."""

import os
from pathlib import Path
from time import sleep

from centre.settings import settings

LOOK_EVERY = 20.0
"""Seconds between two looks of a server process for kernels that another process compiles."""


def kernels() -> Path:
    """Where the compiled kernels are kept: in data_dir where the service has one, else in the user's cache."""
    data = settings().data_dir
    if data.is_dir():
        return data.resolve() / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gangqiao"


def compile_kernels() -> bool:
    """Compile the kernels for the processes to come, beside other work: half a minute once, then nothing."""
    from matching.engine.pairs import engine

    return engine.warm(kernels())


def load_kernels() -> bool:
    """Load the kernels once another process has compiled them; until then plain numpy gives the same answers."""
    from matching.engine.pairs import engine

    while not engine.is_kept(kernels()):
        sleep(LOOK_EVERY)
    return engine.warm(kernels())
