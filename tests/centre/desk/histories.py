"""Random histories of the whole desk: every kind, every step, three accounts, one fund that does not suffice."""

from collections import defaultdict
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import case, func, select

from api.desk import KINDS
from centre.desk.cards import CardUse
from centre.desk.cases import actions
from centre.desk.cases.actions import VOID
from centre.desk.cases.kinds import Kind
from centre.desk.loans import MicroLoan
from centre.desk.relief import Relief
from centre.errors import Refusal
from centre.funds.models import Fund, FundMovement
from centre.funds.rules import FundPurpose
from centre.ledger import ServiceEvent
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.states import Transition
from employers.cases.arrears import WageArrears
from tests.centre.desk.world import Counter
from tests.ordeal.desk_kinds import filled, person_of
from tests.ordeal.parents import History

PEOPLE, SUMS = 3, (1, 7_000, 20_000, 60_000)
ACCOUNTS = ("clerk", "colleague", "manager", "deputy")


class DeskHistory(History):
    """Cases of all kinds that several people open, move and take back in any order."""

    counter: ClassVar[Counter]

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[tuple[Kind, int]] = []
        self.opened = 0
        crowd = [new_person(centre_id=self.counter.centre_id, name=f"群众{number}") for number in range(PEOPLE)]
        self.session.add_all(crowd)
        self.session.flush()
        self.people = [person.id for person in crowd]

    def actor(self, name: str) -> Actor:
        """Somebody of the centre."""
        return self.counter.actor(name, Role.COUNTY_MANAGER)

    def values(self, draft: type[Any], fen: int) -> dict[str, Any]:
        """A filled draft whose sums vary, and which draws on the fund where it may name one."""
        self.opened += 1
        sums = {name: fen for name in draft.model_fields if name.endswith("_fen")}
        return filled(draft, self.opened, fund_id=self.counter.fund_id, **sums)

    @rule(kind=st.sampled_from(KINDS), who=st.integers(0, PEOPLE - 1), fen=st.sampled_from(SUMS), account=st.booleans())
    def begin(self, kind: Kind, who: int, fen: int, account: bool) -> None:
        """Somebody opens a case."""
        with suppress(Refusal), self.session.begin_nested():
            draft = kind.draft.model_validate(self.values(kind.draft, fen))
            opened = actions.open_case(
                self.session, self.actor(ACCOUNTS[account]), kind=kind, draft=draft,
                person_id=person_of(kind, self.people[who]),
            )  # fmt: skip
            self.cases.append((kind, opened.id))

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), account=st.sampled_from(ACCOUNTS), fen=st.sampled_from(SUMS), usual=st.integers(0, 4))
    def go_on(self, data: st.DataObject, account: str, fen: int, usual: int) -> None:
        """Somebody takes a step, most often one that the state allows."""
        kind, case_id = data.draw(st.sampled_from(self.cases))
        record: Any = self.session.get_one(kind.model, case_id)
        able = kind.machine.events(record.state, self.actor(account))
        possible = [step for step in kind.steps if step.event in able]
        step = data.draw(st.sampled_from(possible if possible and usual else list(kind.steps)))
        with suppress(Refusal), self.session.begin_nested():
            draft = step.draft.model_validate(self.values(step.draft, fen))
            actions.take_step(
                self.session, self.actor(account), kind=kind, case_id=case_id, event=step.event, draft=draft
            )

    @precondition(lambda self: any(kind.lines for kind, _ in self.cases))
    @rule(data=st.data(), fen=st.sampled_from(SUMS))
    def add(self, data: st.DataObject, fen: int) -> None:
        """Somebody adds to a list, and ticks the line off where that is done."""
        kind, case_id = data.draw(st.sampled_from([case for case in self.cases if case[0].lines]))
        assert kind.lines is not None
        with suppress(Refusal), self.session.begin_nested():
            values = self.values(kind.lines.draft, fen) | {"used_on": str(self.day)}
            known = {name: value for name, value in values.items() if name in kind.lines.draft.model_fields}
            if kind.lines.concerns_people:
                known["person_id"] = self.people[0]
            draft = kind.lines.draft.model_validate(known)
            line = actions.add_line(self.session, self.actor("clerk"), kind=kind, case_id=case_id, draft=draft)
            if kind.lines.mark:
                actions.mark_line(self.session, self.actor("clerk"), kind=kind, case_id=case_id, line_id=line.id)

    @invariant()
    def the_funds_agree_with_their_movements(self) -> None:
        """Nothing is paid that is not there, and nothing moves twice."""
        self.session.flush()
        sums = select(FundMovement.fund_id, func.sum(FundMovement.amount_fen)).group_by(FundMovement.fund_id)
        moved = {fund_id: int(fen) for fund_id, fen in self.session.execute(sums)}
        for fund in self.session.scalars(select(Fund).where(Fund.purpose == FundPurpose.RELIEF).order_by(Fund.id)):
            self.session.refresh(fund)
            assert fund.balance_fen == moved.get(fund.id, 0) >= 0, fund.code

    @invariant()
    def no_sum_outgrows_the_one_before(self) -> None:
        """Recovered is within verified, repaid within granted, a card takes off no more than the bill."""
        for arrears in self.session.scalars(select(WageArrears)):
            assert 0 <= arrears.recovered_fen <= arrears.verified_fen
        for loan in self.session.scalars(select(MicroLoan)):
            assert 0 <= loan.repaid_fen <= loan.granted_fen
        for use in self.session.scalars(select(CardUse)):
            assert use.gross_fen == use.reduced_fen + use.net_fen

    @invariant()
    def nobody_signs_twice(self) -> None:
        """Whoever opened an application neither approves nor pays out alone."""
        for relief in self.session.scalars(select(Relief)):
            signed = [account for account in (relief.opened_by, relief.approved_by) if account is not None]
            assert len(signed) == len(set(signed)), relief.id

    def log(self) -> dict[tuple[str, int], list[Transition]]:
        """The moves of each case, read at once: a query for each of twenty cases after every step took most time."""
        moves = defaultdict(list)
        for move in self.session.scalars(select(Transition).order_by(Transition.id)):
            moves[move.machine, move.record_id].append(move)
        return moves

    @invariant()
    def every_move_is_in_the_log(self) -> None:
        """The log leads without a gap from the first state to the one that the case is in."""
        log = self.log()
        for kind, case_id in self.cases:
            record: Any = self.session.get(kind.model, case_id)
            if record is None:
                continue
            states = [kind.machine.moves[0].source.value]
            for move in log[kind.machine.name, case_id]:
                assert move.source == states[-1], (kind.name, move.event)
                assert (type(kind.machine.moves[0].source)(move.source), move.event) in kind.machine.table
                states.append(move.target)
            assert states[-1] == str(record.state), kind.name

    @invariant()
    def each_service_is_counted_once(self) -> None:
        """A case has one line in the ledger from its service on, and none when it was entered by mistake."""
        sign = func.sum(case((ServiceEvent.reverses_id.is_(None), 1), else_=-1))
        rows = select(ServiceEvent.subject, sign).group_by(ServiceEvent.subject)
        counted = {subject: int(times) for subject, times in self.session.execute(rows)}
        log = self.log()
        for kind, case_id in self.cases:
            if kind.lines is not None or self.session.get(kind.model, case_id) is None:
                continue
            times = counted.get(f"{kind.name}:{case_id}", 0)
            assert times == _services(kind, log[kind.machine.name, case_id]), (kind.name, times)


def _services(kind: Kind, moves: list[Transition]) -> int:
    events = [move.event for move in moves]
    counts = {step.event for step in kind.steps if step.records}
    done = kind.counts_opening + len([event for event in events if event in counts])
    return 0 if VOID in events else done
