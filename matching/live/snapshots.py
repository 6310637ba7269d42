"""Snapshots of the text index on disk: one process writes, all map them, and each adds later changes (索引快照).

A snapshot records its openings and their versions. A starting process opens the newest one and applies the differences
as small changes; if there are too many, it rebuilds the index and writes the next snapshot.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from centre import network, regions
from centre.settings import settings
from centre.skills.vocabulary import vocabulary
from centre.sources import source_digest
from matching.engine.fit.profiles import WageBasis
from matching.engine.text.places import Places
from matching.live.folders import keep_newest, numbered

if TYPE_CHECKING:
    from matching.engine.text.index import TextIndex
    from matching.engine.text.terms import Document

Mark = tuple[int, int]
KEPT = 2
"""How many snapshots are kept: a process may be opening the one before the newest."""
_CODE = 6
"""Digits of a region code in a search; fewer are pay or age more often than a place."""
_MAKERS = (__name__, "matching.live.listing")
"""The modules that turn database rows into a snapshot, with all that they import."""


def _named(text: str, spelt: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Region codes named in a query, and the words without them."""
    place = regions.parse_place(text, network.home(), spelt)
    words = place.rest.split()
    coded = {word: region.code for word in words if len(word) == _CODE and (region := regions.coded(word))}
    rest = " ".join(word for word in words if word not in coded) if coded else place.rest
    return tuple(dict.fromkeys((*place.codes, *coded.values()))), rest


PLACES = Places(_named, regions.is_spelling)
"""The places that queries may name, near home first."""


def folder_for(wages: WageBasis) -> Path:
    """The folder of snapshots of this database by the current code and wage basis."""
    digest = hashlib.sha256(source_digest(*_MAKERS) + vocabulary().digest)
    digest.update(repr((settings().url, wages)).encode())
    return settings().data_dir / "index" / digest.hexdigest()[:16]


def settled(
    marks: Mapping[int, Mark],
    wages: WageBasis,
    build: Callable[[], "TextIndex"],
    documents: Callable[[Sequence[int]], Iterable["Document"]],
) -> "TextIndex":
    """An index of the openings with these versions: the newest snapshot plus the differences, or a new one."""
    from matching.engine.text.index import MOST_CHANGES

    if len(marks) < settings().index_from or not settings().data_dir.is_dir():
        return build()
    folder = folder_for(wages)
    near = _newest(folder, marks)
    if near is None or len(near[1]) + len(near[2]) > MOST_CHANGES // 2:
        index = build()
        _keep(index, marks, folder)
        near = _newest(folder, marks) or (index, [], [])
    index, put, gone = near
    return index.changed(documents(put), gone) if put or gone else index


def _newest(folder: Path, marks: Mapping[int, Mark]) -> tuple["TextIndex", list[int], list[int]] | None:
    """The newest snapshot, with the openings that it lacks and those that it should not have."""
    import numpy as np

    from matching.engine.text import snapshot

    for path in reversed(numbered(folder)):
        try:
            known = {number: (own, boss) for number, own, boss in np.load(path / "marks.npy").tolist()}
            index = snapshot.load(path, PLACES)
        except (OSError, ValueError, KeyError):  # another process has just removed it
            continue
        put = [number for number, mark in marks.items() if known.get(number) != mark]
        return index, put, [number for number in known if number not in marks]
    return None


def _keep(index: "TextIndex", marks: Mapping[int, Mark], folder: Path) -> None:
    """Write an index without changes under the next number; older snapshots are removed, mapped ones stay readable."""
    import numpy as np

    from matching.engine.text import snapshot

    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{os.getpid()}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    snapshot.save(index, fresh)
    np.save(fresh / "marks.npy", np.array([(number, *mark) for number, mark in sorted(marks.items())], np.int64))
    last = max((int(path.name) for path in numbered(folder)), default=0)
    try:
        fresh.rename(folder / f"{last + 1:08}")
    except OSError:  # another process was quicker; the difference to its snapshot is a small change
        shutil.rmtree(fresh, ignore_errors=True)
    keep_newest(folder, KEPT)
