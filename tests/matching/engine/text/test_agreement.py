"""Compiled and plain search agree; merged and saved indexes answer like rebuilt ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.pairs import engine
from matching.engine.text import scan, snapshot
from matching.engine.text.compile import Filters
from matching.engine.text.index import Hits, LiveIndex, TextIndex
from matching.engine.text.terms import Document
from matching.live.kernels import warm as warm_up
from tests.bench.searching import documents, questions

TITLES = (
    "缝纫工",
    "缝纫机修理工",
    "电焊工",
    "焊工",
    "电工",
    "水电工",
    "挡车工",
    "细纱挡车工",
    "CNC操作员",
    "保洁员",
    "厨师",
)
REGIONS = ("610404", "610402", "610400", "320600", "320583", "")
CODES = ("6-05-01-03", "6-18-02-04", "6-31-01-03", "6-04-02-01")
KINDS = ("full-time", "temporary")

DOCUMENTS = st.builds(
    Document,
    id=st.integers(1, 60),
    title=st.sampled_from(TITLES),
    occupations=st.one_of(st.just(()), st.sampled_from(CODES).map(lambda code: (code,))),
    employer=st.sampled_from(("渭城棉纺", "秦都物业")),
    description=st.sampled_from(("包吃住", "会缝纫，懂电工", "两班倒，焊工证优先", "")),
    region=st.sampled_from(REGIONS),
    wage_min_fen=st.none(),
    wage_max_fen=st.one_of(st.none(), st.sampled_from((300_000, 450_000, 600_000))),
    order=st.integers(0, 5),
    facets=st.sampled_from(KINDS).map(lambda kind: {"employment": (kind,)}),
)
MANY = st.lists(DOCUMENTS, max_size=40, unique_by=lambda document: document.id)
# Every word is in use: computing the readings of misspellings and pinyin takes a second for each index.
WORDS = st.sampled_from(("", "缝纫工", "焊工 电工", "挡车工", "工", "缝纫 包吃住", "电工 缝纫工 焊工"))
FILTERS = st.builds(
    Filters,
    regions=st.sampled_from(((), ("610400",), ("320000", "610404"))),
    wage_min_fen=st.sampled_from((None, 400_000)),
    facets=st.fixed_dictionaries(
        {},
        optional={"employment": st.sampled_from(((), ("temporary",))), "group": st.sampled_from((("6-05", "6-18"),))},
    ),
)


@pytest.fixture(scope="module")
def warm() -> None:
    if not engine.is_warm() and not warm_up(Path(__file__).parents[4] / "build" / "kernels"):
        pytest.skip("numba is not installed")


@pytest.fixture
def by_turns(warm: None) -> Iterator[Callable[[Callable[[], Hits]], tuple[Hits, Hits]]]:
    """Run the same search twice: plain, then compiled."""
    before = set(scan.WARM)

    def ask(search: Callable[[], Hits]) -> tuple[Hits, Hits]:
        scan.WARM.clear()
        plain = search()
        scan.WARM.add("search")
        return plain, search()

    yield ask
    scan.WARM.clear()
    scan.WARM.update(before)


def test_plain_and_compiled_search_give_the_same_page_counts_and_scores(
    by_turns: Callable[[Callable[[], Hits]], tuple[Hits, Hits]],
) -> None:
    @given(MANY, MANY, WORDS, FILTERS, st.integers(1, 6), st.integers(0, 3))
    @settings(max_examples=50, deadline=None)
    def holds(
        before: list[Document], after: list[Document], words: str, filters: Filters, limit: int, offset: int
    ) -> None:
        index = TextIndex.build(before).changed(after, [document.id for document in before[::3]])
        plain, compiled = by_turns(lambda: index.search(words, filters, limit=limit, offset=offset))
        assert plain == compiled

    holds()


def test_both_agree_where_common_terms_use_bitmaps(
    by_turns: Callable[[Callable[[], Hits]], tuple[Hits, Hits]],
) -> None:
    kept = documents(20_000)
    index = TextIndex.build(kept).changed([replace(kept[7], title="焊工")], [kept[9].id, kept[11].id])
    assert len(index.base.bits) > 100
    searches = [
        (question.text, Filters(question.regions, question.floor_fen)) for question, _, _ in questions(kept, 120)
    ]
    searches += [("包吃住 电工", Filters()), ("焊工", Filters(facets={"major": ("6",)}))]
    for text, filters in searches:
        plain, compiled = by_turns(partial(index.search, text, filters, limit=9))
        assert plain == compiled, text


def carried(hits: Hits) -> dict[str, dict[str, int]]:
    """The counts of columns that contain any match."""
    return {name: counts for name, counts in hits.facets.items() if counts}


@given(MANY, MANY, WORDS, FILTERS)
@settings(max_examples=15, deadline=None)
def test_an_index_with_merged_changes_answers_like_a_rebuilt_one(
    before: list[Document], after: list[Document], words: str, filters: Filters
) -> None:
    gone = [document.id for document in before[::3]]
    folded = TextIndex.build(before).changed((), gone).changed(after).rebuilt()
    kept = {document.id: document for document in before if document.id not in gone}
    anew = TextIndex.build({**kept, **{document.id: document for document in after}}.values())
    left, right = folded.search(words, filters), anew.search(words, filters)
    assert (left.ids, left.total, left.elsewhere) == (right.ids, right.total, right.elsewhere)
    assert carried(left) == carried(right)
    assert left.scores == pytest.approx(right.scores)


@given(MANY, WORDS, FILTERS)
@settings(max_examples=8, deadline=None)
def test_a_saved_index_answers_like_the_original(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], words: str, filters: Filters
) -> None:
    index, folder = TextIndex.build(documents), tmp_path_factory.mktemp("index")
    snapshot.save(index, folder)
    assert snapshot.load(folder).search(words, filters) == index.search(words, filters)


def test_changes_during_an_index_merge_are_not_lost() -> None:
    live = LiveIndex(TextIndex.build([Document(1, "焊工")]))
    live.change([Document(2, "电工")])
    seen = live.current
    fresh, begun = seen.rebuilt(), Event()

    def change() -> None:
        live.change([Document(3, "电工")], [1])
        begun.set()

    Thread(target=change).start()
    assert begun.wait(10)
    live.rebase(fresh, seen)
    assert set(live.current.search("电工").ids) == {2, 3}
    assert live.current.search("焊工").total == 0
    assert not live.current.base.places([3]).size


def test_a_document_given_twice_counts_as_its_last_version() -> None:
    index = TextIndex.build([Document(1, "焊工"), Document(2, "厨师"), replace(Document(1, "焊工"), title="电工")])
    assert index.size == 2
    assert index.search("焊工").total == 0
    assert index.search("电工").ids == (1,)
