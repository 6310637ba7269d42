"""Histories in which parents end at random moments: fairs with booths, openings with letters, employers with openings.

Each machine plays one history in one transaction that is rolled back, and checks after every step that no child
outlives its parent and that everybody concerned was told once.
"""

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.counters import take_one
from centre.database import open_session
from centre.errors import Refusal
from centre.outbox import Message
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import BARRED, LISTED, EmployerState
from employers.fairs import booths as stands
from employers.fairs.actions import advance_fair, cancel_fair, change_fair, postpone_fair
from employers.fairs.booth_rules import HOLDING_BOOTH, BoothDraft, BoothState
from employers.fairs.models import Booth, Fair
from employers.fairs.rules import PROMOTING, FairState
from employers.openings import actions as openings
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.introductions import actions as introducing
from matching.introductions.models import Introduction
from matching.introductions.rules import (
    IntroductionResultDraft,
    IntroductionState,
    Recommendation,
    Result,
)
from matching.introductions.subscribers import FLAGS
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, booth_fair, boss, fair_draft, found_city
from tests.matching import world

WANT = BoothDraft(contact_name="王", contact_phone="13812345678")
NUMBERS = st.integers(1, 3)
STEPS_TO = {"suspend": ("warn", "suspend"), "blacklist": ("warn", "suspend", "blacklist")}
GONE = {OpeningState.CLOSED}
BEFORE_INTERVIEW = {IntroductionState.RECOMMENDED, IntroductionState.LETTER_ISSUED, IntroductionState.UNKNOWN}


def play(machine: type[RuleBasedStateMachine], histories: int, steps: int = 12) -> None:
    """Play some histories; the same ones every time. Raises what the first broken invariant raises."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


class History(RuleBasedStateMachine):
    """One history in a transaction of the service that nobody keeps."""

    day: ClassVar[date] = date(2026, 3, 2)

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self._open.enter_context(clock.frozen(world.MONDAY))
        self.session: Session = self._open.enter_context(open_session(SYSTEM.scope, write=True))

    def teardown(self) -> None:
        """Forget the history."""
        self.session.rollback()
        self._open.close()

    def lead(self, employer_id: int, event: str) -> None:
        """Let an event happen to an employer, after those that usually lead to it."""
        for step in STEPS_TO.get(event, (event,)):
            with suppress(Refusal):
                judge_employer(self.session, SYSTEM, employer_id=employer_id, event=step, reason="投诉属实")

    def recipients(self, kind: str) -> Counter[int]:
        """How many messages of a kind each account or person has."""
        self.session.flush()
        rows = select(func.coalesce(Message.account_id, Message.person_id), Message.title).where(Message.kind == kind)
        return Counter(reader for reader, _ in self.session.execute(rows))


class FairHistory(History):
    """Requests for booths, the waiting list and their fair."""

    @initialize(booths=st.integers(0, 2))
    def begin(self, booths: int) -> None:
        """A fair with three employers that may ask for a booth; one without a number of booths has no limit."""
        found_city(self.session)
        for number in range(1, 4):
            add_employer(self.session, number)
        self.hall = add_hall(self.session)
        day = clock.now() + timedelta(days=20)
        self.times = {"starts_at": day, "ends_at": day + timedelta(hours=3)}
        mode = {"mode": "hybrid" if booths else "online"}
        self.fair_id = booth_fair(self.session, self.hall, booth_count=booths, **mode, **self.times).id

    @property
    def fair(self) -> Fair:
        """The fair as it stands."""
        return self.session.get_one(Fair, self.fair_id)

    @rule(number=NUMBERS)
    def ask(self, number: int) -> None:
        """An employer asks, for the first time or again."""
        with suppress(Refusal):
            stands.apply_for_booth(self.session, boss(number), fair_id=self.fair_id, draft=WANT)

    @rule(number=NUMBERS, act=st.sampled_from(["approve", "assign", "refuse", "withdraw", "take away"]))
    def handle(self, number: int, act: str) -> None:
        """Somebody decides on an employer's request."""
        booth = self.session.scalar(select(Booth).where(Booth.employer_id == number, Booth.fair_id == self.fair_id))
        if booth is None:
            return
        with suppress(Refusal):
            match act:
                case "approve":
                    stands.approve_booth(self.session, ORGANISER, booth_id=booth.id)
                case "assign":
                    stands.assign_booth(self.session, ORGANISER, booth_id=booth.id)
                case "refuse":
                    stands.refuse_booth(self.session, ORGANISER, booth_id=booth.id, reason="资料不全")
                case "withdraw":
                    stands.withdraw_booth(self.session, boss(number), booth_id=booth.id)
                case _:
                    stands.withdraw_booth(self.session, ORGANISER, booth_id=booth.id)

    @rule(booths=st.integers(0, 3))
    def resize(self, booths: int) -> None:
        """The organiser changes the number of booths."""
        mode = {"mode": "hybrid" if booths else "online"}
        draft = fair_draft(self.hall, booth_count=booths, **mode, **self.times)
        with suppress(Refusal):
            change_fair(self.session, ORGANISER, fair_id=self.fair_id, draft=draft)

    @rule(number=NUMBERS, event=st.sampled_from(["warn", "suspend", "remedy", "blacklist"]))
    def judge(self, number: int, event: str) -> None:
        """The centre judges an employer."""
        self.lead(number, event)

    @rule(event=st.sampled_from(["cancel", "postpone", "start", "finish"]))
    def end(self, event: str) -> None:
        """The fair moves on or ends."""
        with suppress(Refusal):
            if event == "cancel":
                cancel_fair(self.session, ORGANISER, fair_id=self.fair_id, notice="场地检修")
            elif event == "postpone":
                postpone_fair(self.session, ORGANISER, fair_id=self.fair_id, notice="场地检修")
            else:
                with clock.frozen(self.fair.starts_at):
                    advance_fair(self.session, ORGANISER, fair_id=self.fair_id, event=event)

    @invariant()
    def the_counter_says_what_is_held(self) -> None:
        """Booths are counted exactly, and never more than there are."""
        self.session.flush()
        states = self.session.scalars(select(Booth.state).where(Booth.fair_id == self.fair_id)).all()
        self.session.refresh(self.fair)
        held = sum(state in HOLDING_BOOTH for state in states)
        assert self.fair.booths_taken == held
        assert self.fair.booth_count == 0 or held <= self.fair.booth_count

    @invariant()
    def no_request_outlives_its_fair_or_employer(self) -> None:
        """Nobody waits for a fair that is over, and who is barred holds nothing."""
        rows = self.session.execute(
            select(Booth.state, Employer.state).join(Employer, Employer.id == Booth.employer_id)
        ).all()
        undecided = {BoothState.APPLIED, BoothState.WAITLISTED}
        if self.fair.state is FairState.CANCELLED:
            assert not [state for state, _ in rows if state in (*HOLDING_BOOTH, BoothState.WAITLISTED)]
        if self.fair.state is FairState.ENDED:
            assert not [state for state, _ in rows if state in undecided]
        else:
            barred = [state for state, employer in rows if employer in BARRED]
            assert not [state for state in barred if state in (*HOLDING_BOOTH, BoothState.WAITLISTED)]

    @invariant()
    def nobody_waits_beside_a_free_booth(self) -> None:
        """While the fair is to come, a free booth goes to the next employer that may have it."""
        waiting = self.session.scalar(
            select(func.count())
            .select_from(Booth)
            .join(Employer, Employer.id == Booth.employer_id)
            .where(Booth.state == BoothState.WAITLISTED, Employer.state.in_(sorted(LISTED)))
        )
        if waiting and self.fair.state in PROMOTING:
            assert not take_one(self.session, Fair, self.fair_id, taken="booths_taken", limit="booth_capacity")

    @invariant()
    def everybody_is_told_once_of_the_end(self) -> None:
        """One message for each employer, whatever happened before."""
        assert all(count == 1 for count in self.recipients("fair-cancel").values())


class OpeningHistory(History):
    """Introductions and letters, their opening and its employer."""

    town: ClassVar[world.Town]
    people: ClassVar[list[int]]

    def __init__(self) -> None:
        super().__init__()
        self.opening_id = self.town.openings["spin"]
        self.officer = Actor.system()
        self.refused: set[int] = set()

    @property
    def opening(self) -> Opening:
        """The opening as it stands."""
        return self.session.get_one(Opening, self.opening_id)

    def living(self, person_id: int) -> Introduction | None:
        """The newest introduction of a person."""
        newest = select(Introduction).where(Introduction.person_id == person_id).order_by(Introduction.id.desc())
        return self.session.scalars(newest.limit(1)).first()

    @rule(at=st.integers(0, 2), agreed=st.booleans())
    def introduce(self, at: int, agreed: bool) -> None:
        """A clerk proposes the opening to a person."""
        draft = Recommendation(person_id=self.people[at], opening_id=self.opening_id, agreed=agreed)
        with suppress(Refusal), self.session.begin_nested():
            introducing.recommend_worker(self.session, self.officer, draft=draft)
            assert self.people[at] not in self.refused, "introduced again on the day of a refusal"

    @rule(at=st.integers(0, 2), result=st.sampled_from(sorted(Result)))
    def answer(self, at: int, result: Result) -> None:
        """Somebody tells what became of it."""
        introduction = self.living(self.people[at])
        if introduction is None:
            return
        with suppress(Refusal), self.session.begin_nested():
            draft = IntroductionResultDraft(result=result)
            introducing.record_result(self.session, self.officer, introduction_id=introduction.id, draft=draft)
            if result in (Result.REFUSED_BY_EMPLOYER, Result.REFUSED_BY_WORKER, Result.NO_SHOW):
                self.refused.add(self.people[at])

    @rule(at=st.integers(0, 2))
    def insist(self, at: int) -> None:
        """A clerk sends somebody again right after a refusal."""
        self.introduce(at, agreed=True)
        self.answer(at, Result.REFUSED_BY_WORKER)
        self.introduce(at, agreed=True)

    @rule(event=st.sampled_from(["pause", "resume", "close"]))
    def move(self, event: str) -> None:
        """The employer moves its opening."""
        act = {"pause": openings.pause_opening, "resume": openings.resume_opening, "close": openings.close_opening}
        with suppress(Refusal):
            act[event](self.session, self.officer, opening_id=self.opening_id)

    @rule(event=st.sampled_from(["warn", "suspend", "remedy", "clear", "blacklist"]))
    def judge(self, event: str) -> None:
        """The centre judges the employer."""
        self.lead(self.opening.employer_id, event)

    @invariant()
    def no_letter_outlives_its_opening(self) -> None:
        """After the end of an opening only those interviewed before may still be hired."""
        self.session.flush()
        states = set(self.session.scalars(select(Introduction.state).where(Introduction.opening_id == self.opening_id)))
        if self.opening.state in GONE:
            assert not states & BEFORE_INTERVIEW
        if self.employer.state is EmployerState.BLACKLISTED:
            assert self.opening.state is OpeningState.CLOSED

    @invariant()
    def a_flag_says_what_is_so(self) -> None:
        """A letter is on hold exactly while its opening accepts no applicants."""
        rows = self.session.scalars(select(Introduction).where(Introduction.opening_id == self.opening_id)).all()
        flags = {row.flag for row in rows if row.state in BEFORE_INTERVIEW}
        expected = FLAGS.get(self.opening.state, "")
        assert flags <= {expected} or self.opening.state is OpeningState.PAUSED

    @invariant()
    def an_opening_follows_its_employer(self) -> None:
        """Nothing of an employer without good standing is open, and the number of places taken is that of hires."""
        if self.employer.state not in LISTED:
            assert self.opening.state is not OpeningState.OPEN
        self.session.refresh(self.opening)
        hired = select(func.count()).where(
            Introduction.opening_id == self.opening_id, Introduction.state == IntroductionState.HIRED
        )
        assert self.opening.taken == self.session.scalar(hired)

    @property
    def employer(self) -> Employer:
        """The employer as it stands."""
        return self.session.get_one(Employer, self.opening.employer_id)


def fill_town() -> dict[str, Any]:
    """The town and three workers that the histories of openings play with."""
    town = world.build()
    with open_session(SYSTEM.scope, write=True) as session:
        workers = [world.add_worker(session, town, who) for who in (world.W1, world.W2, world.W9)]
        session.get_one(Opening, town.openings["spin"]).headcount = 2
        people = [worker.id for worker in workers]
    return {"town": town, "people": people}
