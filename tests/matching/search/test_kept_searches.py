"""Saved searches and counted words: each match announced once, anonymous counts, a person decides on words."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.outbox import Message
from centre.permissions import Actor
from centre.records.erasure import erase_person
from centre.skills.vocabulary import teach, vocabulary
from matching.live.openings import OpeningBoard, board
from matching.search import actions, queries, word_counts
from matching.search.find import search_openings
from matching.search.jobs import digest_lines, propose_synonyms, send_digests
from matching.search.models import SavedHit, SavedSearch, SearchCount, Synonym
from matching.search.rules import (
    ASKED,
    MOST_SAVED,
    NoSuchOccupation,
    NothingSought,
    SearchCriteria,
    SearchDraft,
    SynonymDraft,
    SynonymState,
    TooManySearches,
    countable,
)
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope
NEW = {"occupation_code": world.SEWING, "region_code": "610404", "wage_min_fen": 350_000}


@pytest.fixture
def worker(any_town: Town) -> Actor:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town)
    return any_town.worker(world.W1[0])


def save(actor: Actor, address: str, name: str = "") -> int:
    with open_session(actor.scope, write=True) as session:
        return actions.save_search(session, actor, draft=SearchDraft(address=address, name=name)).id


def add(town: Town, key: str, **columns: object) -> int:
    """A new opening that is on the board at once."""
    with open_session(SYSTEM, write=True) as session:
        opening = world.add_opening(session, town, key, "渭城新棉制衣(虚构)", **({"title": "缝纫工"} | NEW | columns))
    board()._looked = float("-inf")
    return opening.id


def digests() -> list[Message]:
    """Run the job once; returns all digests ever posted."""
    with open_session(SYSTEM) as session:
        news = queries.news(session)
    with open_session(SYSTEM, write=True) as session:
        send_digests(session, news)
        return list(session.scalars(select(Message).where(Message.kind == "digest").order_by(Message.id)))


def test_a_saved_search_reports_only_new_openings_and_each_once(any_town: Town, worker: Actor) -> None:
    save(worker, "q=缝纫&region=610404")
    assert digests() == []
    add(any_town, "new")
    assert [(message.title, message.link) for message in digests()] == [("您关注的工作有 1 个新岗位", "/me/searches")]
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        assert len(digests()) == 1
        add(any_town, "newer", title="平车工")
        assert [message.body for message in digests()][1:] == ["平车工（渭城新棉制衣(虚构)）"]
    with clock.frozen(world.MONDAY + timedelta(days=2)):
        assert len(digests()) == 2


def test_two_searches_of_one_person_give_one_message(any_town: Town, worker: Actor) -> None:
    save(worker, "q=缝纫")
    save(worker, "occupation=6-05-01-03&region=610404")
    add(any_town, "new")
    (message,) = digests()
    assert message.body.count("缝纫工") == 1
    with open_session(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(SavedHit)) == 4


def test_a_digest_is_short_and_mixes_employers(town: Town) -> None:
    for number in range(6):
        add(town, f"n{number}")
    listed = list(board().look().listed.values())
    lines = digest_lines(listed)
    assert sum("渭城新棉" in line for line in lines) == 3
    assert lines[-1] == f"还有 {len(listed) - len(lines) + 1} 个，点开看全部。"


def test_a_stopped_search_sends_no_more_digests(any_town: Town, worker: Actor) -> None:
    number = save(worker, "q=缝纫")
    add(any_town, "new")
    with open_session(SYSTEM) as session:
        news = queries.news(session)
    with open_session(worker.scope, write=True) as session:
        actions.stop_search(session, worker, search_id=number)
    with open_session(SYSTEM, write=True) as session:
        send_digests(session, news)
    assert digests() == []


def test_the_same_search_is_kept_once_an_empty_one_never_and_there_is_a_limit(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, town)
    worker = town.worker(world.W1[0])
    assert save(worker, "q=缝纫&page=3") == save(worker, "page=1&q=缝纫")
    with pytest.raises(NothingSought):
        save(worker, "page=2&wage_min=abc&offer=gold")
    for number in range(MOST_SAVED - 1):
        save(worker, f"q=工种{number}")
    with pytest.raises(TooManySearches):
        save(worker, "q=再一个")


def test_nobody_sees_or_stops_the_search_of_another(any_town: Town, worker: Actor) -> None:
    number = save(worker, "q=缝纫")
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town, world.W2, phone="13800000002")
    other, clerk = any_town.worker(world.W2[0]), any_town.clerk()
    with open_session(other.scope, write=True) as session, pytest.raises(NotFound):
        actions.stop_search(session, other, search_id=number)
    with open_session(clerk.scope) as session:
        assert list(session.scalars(select(SavedSearch))) == []
    with open_session(clerk.scope, write=True) as session, pytest.raises(NotFound):
        actions.save_search(session, clerk, draft=SearchDraft(address="q=缝纫"))


def test_erasing_a_person_deletes_their_searches(any_town: Town, worker: Actor) -> None:
    save(worker, "q=缝纫")
    with open_session(SYSTEM, write=True) as session:
        erase_person(session, Actor.system(), person_id=any_town.people[world.W1[0]])
        assert list(session.scalars(select(SavedSearch))) == []
        assert list(session.scalars(select(SavedHit))) == []


def test_an_address_is_read_the_same_whatever_else_it_contains() -> None:
    address = "offer=board&q=%20电焊%20&region=610404&region=x&region=610402&wage_min=-3&evil=1&page=9"
    criteria = SearchCriteria.read(address)
    assert (criteria.q, criteria.region, criteria.offer, criteria.wage_min, criteria.page) == (
        "电焊", ("610404", "610402"), ("board",), None, 9,
    )  # fmt: skip
    assert SearchCriteria.read(criteria.address) == criteria.model_copy(update={"page": 1})
    eleven = "&".join(f"region=61040{n}" for n in range(10)) + "&region=610481"
    assert SearchCriteria.read(eleven).region[-1] == "610409"


@pytest.fixture
def counting() -> Iterator[None]:
    forget_counts()  # of pages that other tests have requested
    yield
    forget_counts()
    teach(())


def forget_counts() -> None:
    word_counts._asked.clear()
    word_counts._empty.clear()


def ask(words: str, times: int = ASKED) -> None:
    """Search like a reader of the page, and count."""
    for _ in range(times):
        results = search_openings(SearchCriteria(q=words))
        word_counts.count_words(results.asked, total=0 if results.relaxed else results.total)
    word_counts.write_counts()


@pytest.mark.usefixtures("counting")
def test_counts_hold_words_and_days_but_no_names_or_numbers(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town)
    for words in (
        "渭城 缝纫",
        world.W1[0],
        "13800000001",
        "610499197503080022",
        "我妈妈今年五十岁想在家门口找个轻松活",
    ):
        ask(words, 2)
    ask("缝纫", 1)
    with open_session(SYSTEM) as session:
        rows = [(row.day, row.word, row.asked, row.empty) for row in session.scalars(select(SearchCount))]
    assert rows == [(world.TODAY, "缝纫", 3, 0)]
    assert {column.name for column in SearchCount.__table__.columns} == {"day", "word", "asked", "empty"}


@pytest.mark.usefixtures("counting")
def test_a_word_without_results_is_proposed_as_a_synonym_accepted_and_found(any_town: Town) -> None:
    ask("缝衣裳婆")
    assert proposed() == []
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        ask("缝衣裳婆", 1)
        ask("缝纫", 9)
        (proposal,) = proposed()
    assert (proposal.word, proposal.asked, proposal.state) == ("缝衣裳婆", ASKED + 1, SynonymState.PROPOSED)
    assert search_openings(SearchCriteria(q="缝衣裳婆")).total == 0
    officer, clerk = any_town.officer(), any_town.clerk()
    with open_session(clerk.scope, write=True) as session, pytest.raises(Forbidden):
        actions.accept_synonym(session, clerk, synonym_id=proposal.id, draft=SynonymDraft(occupation=world.SEWING))
    with open_session(officer.scope, write=True) as session, pytest.raises(NoSuchOccupation):
        actions.accept_synonym(session, officer, synonym_id=proposal.id, draft=SynonymDraft(occupation="没有这个"))
    with open_session(officer.scope, write=True) as session:
        draft = SynonymDraft(occupation="缝纫工")
        assert actions.accept_synonym(session, officer, synonym_id=proposal.id, draft=draft).occupation == world.SEWING
    assert vocabulary().codes_for("缝衣裳婆") == ()
    board()._compared = board()._looked = float("-inf")
    assert [listed.id for listed in search_openings(SearchCriteria(q="缝衣裳婆")).items] == [any_town.openings["sew"]]
    assert OpeningBoard().look().index.reader.vocabulary.codes_for("缝衣裳婆") == (world.SEWING,)
    with open_session(officer.scope, write=True) as session:
        actions.reject_synonym(session, officer, synonym_id=proposal.id)
    board()._compared = board()._looked = float("-inf")
    assert search_openings(SearchCriteria(q="缝衣裳婆")).total == 0


def proposed() -> list[Synonym]:
    with open_session(SYSTEM) as session:
        proposals = queries.proposals(session)
    with open_session(SYSTEM, write=True) as session:
        propose_synonyms(session, proposals)
    with open_session(SYSTEM) as session:
        return list(session.scalars(select(Synonym).order_by(Synonym.id)))


@pytest.mark.usefixtures("counting")
def test_a_rejected_word_is_not_proposed_again_and_old_counts_go(any_town: Town) -> None:
    for day in range(2):
        with clock.frozen(world.MONDAY + timedelta(days=day)):
            ask("捏泥人哥")
    (proposal,) = proposed()
    officer = any_town.officer()
    with open_session(officer.scope, write=True) as session:
        actions.reject_synonym(session, officer, synonym_id=proposal.id)
    assert [synonym.state for synonym in proposed()] == [SynonymState.REJECTED]
    with clock.frozen(world.MONDAY + timedelta(days=70)):
        ask("缝纫", 1)
    with open_session(SYSTEM) as session:
        assert list(session.scalars(select(SearchCount.word))) == ["缝纫"]


def test_words_that_could_name_a_person_or_place_are_not_counted() -> None:
    assert countable(["打螺丝", "打螺丝", "a", "138", "x" * 13, "缝 纫", "焊工！", "cnc"]) == ["打螺丝", "cnc"]
