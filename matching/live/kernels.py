"""The compiled kernels of this installation: where they are cached, which process compiles them and which waits
(编译内核)."""

import hashlib
import os
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import sleep

from centre.settings import settings
from centre.sources import source_digest

LOOK_EVERY = 20.0
"""Seconds between two checks of a server process for kernels that another process compiles."""
ENTRANCES = (
    "matching.engine.pairs.forward", "matching.engine.pairs.backward", "matching.engine.pairs.breakdown",
    "matching.engine.pairs.lines", "matching.engine.text.kernel",
)  # fmt: skip
"""The modules with functions that Python calls compiled; everything that they import is part of the cache key."""
READY = "ready"
"""The file that marks a folder in which every kernel is compiled."""


def kernels() -> Path:
    """Where compiled kernels are cached: in data_dir where the service has one, otherwise in the user's cache."""
    data = settings().data_dir
    if data.is_dir():
        return data.resolve() / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gangqiao"


def compile_kernels() -> bool:
    """Compile the kernels for later processes, alongside other work: half a minute the first time, then nothing."""
    return warm(kernels())


def load_kernels() -> bool:
    """Load the kernels once another process has compiled them; until then plain numpy gives the same answers."""
    while not is_kept(kernels()):
        sleep(LOOK_EVERY)
    return warm(kernels())


def warm(cache: Path | None = None) -> bool:
    """Compile the kernels or load them from `cache`; False without numba. Takes 0.5 to 30 seconds.

    Not for the start of a web process: run it at set-up and in the process of the bulk match. The folder inside `cache`
    is named by a digest of the kernels and all that they import: numba itself checks only the file of the called
    function, and would keep using machine code built from older versions of the others.
    """
    try:
        import numba
    except ImportError:
        return False
    # imported late, because the kernels decide on import whether they are cached on disk (`jit.entrance`)
    if cache is not None:
        setattr(numba.config, "CACHE_DIR", str(folder_for(cache)))  # noqa: B010  (its stubs do not know the name)
    _warm_pairs()
    _warm_search()
    if cache is not None and folder_for(cache).is_dir():  # not if this process already loaded them from another folder
        (folder_for(cache) / READY).touch()
    return True


def is_kept(cache: Path) -> bool:
    """Whether another process has compiled the current kernels, so that `warm` takes half a second."""
    return find_spec("numba") is not None and (folder_for(cache) / READY).exists()


def folder_for(cache: Path) -> Path:
    """The folder inside `cache` for machine code of the present sources."""
    key = hashlib.sha256(source_digest(*ENTRANCES) + version("numba").encode())
    return cache / key.hexdigest()[:16]


def _warm_pairs() -> None:
    """Call every kernel of pairs once, with the types of later calls."""
    import numpy as np

    from matching.engine.fit.profiles import Ground, OpeningProfile, WorkerProfile
    from matching.engine.pairs import backward, breakdown, engine, forward, lines
    from matching.engine.pairs.encode import encode_workers
    from matching.engine.pairs.index import build, people
    from matching.engine.pairs.texts import texts

    ground = Ground(today=date.min)
    built = build([OpeningProfile(id=1, occupation="6-04-02-01")], ground)
    workers = encode_workers([WorkerProfile(id=1)], built.register, ground)
    index, numbers = engine.current(built.index, built.register), np.zeros((2, 1, 1), np.int32)
    forward.best_openings(index, workers, np.zeros(1, np.int64), forward.scratch(index, 1), *numbers)
    group = people(workers, index.layout.trades, index.marks)
    out = np.zeros((1, 1, 2), np.int32)
    backward.best_workers(index, workers, group, 0, 1, backward.desk(workers, 1, 1), out)
    breakdown.parts(index, workers, numbers[0], numbers[1], breakdown.blank(1, 1))
    some = texts([b""] * 20)
    lines.write_lines(np.zeros((0, 3), np.int32), numbers[0], some, some, some, some, np.zeros(1, np.uint8))
    engine.WARM.add("pairs")


def _warm_search() -> None:
    """Search an index of one document with the compiled pass."""
    import numpy as np

    from matching.engine.text import scan
    from matching.engine.text.compile import Filters
    from matching.engine.text.postings import Analysed, Gathered, Terms
    from matching.engine.text.query import Query
    from matching.engine.text.terms import Document

    terms = Terms()
    part = Gathered.of([Analysed(Document(1, "-"), [terms.number("-")], [1])]).laid_out(terms)
    scan.WARM.add("search")
    scan.look(Query("-"), Filters(), part, terms, np.zeros(0, np.int64), 1)
