"""One process writes the index of the openings, others map it and add changes; a corrupt snapshot is rebuilt."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor
from centre.settings import settings
from employers.openings.models import Opening
from matching.live import snapshots
from matching.live.listing import wage_basis
from matching.live.openings import OpeningBoard, View
from tests.matching.world import Town


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGQIAO_INDEX_FROM", "1")
    settings.cache_clear()


def folders() -> list[Path]:
    return sorted(settings().data_dir.glob("index/*/[0-9]*"))


def answers(view: View) -> tuple[tuple[int, ...], dict[str, dict[str, int]]]:
    hits = view.index.search("工")
    return hits.ids, hits.facets


@pytest.mark.usefixtures("kept")
def test_the_second_process_maps_what_the_first_one_wrote(town: Town) -> None:
    first = OpeningBoard().look()
    written = folders()
    assert len(written) == 1
    second = OpeningBoard().look()
    assert folders() == written
    assert isinstance(second.index.base.positions.base, np.memmap) or second.index.base.positions.nbytes <= 4096
    assert answers(second) == answers(first)
    assert not second.index.changes


@pytest.mark.usefixtures("kept")
def test_a_later_process_adds_only_later_changes(town: Town) -> None:
    OpeningBoard().look()
    with open_session(Actor.system().scope, write=True) as session:
        opening = session.scalars(select(Opening).where(Opening.id == town.openings["spin"])).one()
        opening.title = "电焊工"
    view = OpeningBoard().look()
    assert list(view.index.changes) == [town.openings["spin"]]
    assert view.index.search("电焊工").ids[0] == town.openings["spin"]
    assert len(folders()) == 1


@pytest.mark.usefixtures("kept")
def test_a_corrupt_snapshot_is_rebuilt(town: Town) -> None:
    whole = answers(OpeningBoard().look())
    (folders()[-1] / "words.json").write_text("{", encoding="utf-8")
    assert answers(OpeningBoard().look()) == whole
    assert len(folders()) == 2


def test_another_wage_basis_has_its_own_folder(town: Town) -> None:
    with open_session(Actor.system().scope) as session:
        wages = wage_basis(session)
    assert snapshots.folder_for(wages) == snapshots.folder_for(wages)
    assert snapshots.folder_for(wages) != snapshots.folder_for(type(wages)(days_hundredths=2_600, hours=9))
