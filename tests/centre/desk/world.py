"""A counter with three people behind it, somebody before it, and a fund."""

from dataclasses import dataclass
from typing import Any

from centre.database import open_session
from centre.desk.cases import actions
from centre.desk.cases.kinds import Kind
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.network import Centre, CentreLevel
from centre.numbers import identity_check
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.policy import load_examples
from centre.scopes import ScopedSession
from tests.databases import import_models

SYSTEM = Actor.system()
IDENTITY = "61049919850301001" + identity_check("61049919850301001")


@dataclass
class Counter:
    """The ids of a small centre."""

    centre_id: int
    person_id: int
    fund_id: int

    def actor(self, name: str, *roles: Role) -> Actor:
        """Somebody of the centre: clerk, colleague, manager, deputy."""
        number = {"clerk": 1, "colleague": 2, "manager": 3, "deputy": 4}[name]
        usual = Role.COUNTY_MANAGER if number > 2 else Role.CLERK
        return Actor(account_id=number, name=name, roles=frozenset(roles or (usual,)), centre_id=self.centre_id)

    def open(self, case_kind: Kind, name: str = "clerk", /, *, person: bool | None = None, **values: Any) -> int:
        """Open a case and give its id."""
        named = case_kind.person != "none" if person is None else person
        with open_session(self.actor(name).scope, write=True) as session:
            draft = case_kind.draft.model_validate(values)
            person_id = self.person_id if named else None
            case = actions.open_case(session, self.actor(name), kind=case_kind, draft=draft, person_id=person_id)
            return int(case.id)

    def step(self, kind: Kind, case_id: int, event: str, name: str = "clerk", **values: Any) -> str:
        """Take a step and give the new state."""
        step = kind.step(event)
        assert step is not None, event
        with open_session(self.actor(name).scope, write=True) as session:
            draft = step.draft.model_validate(values)
            case = actions.take_step(session, self.actor(name), kind=kind, case_id=case_id, event=event, draft=draft)
            return str(case.state)

    def line(self, kind: Kind, case_id: int, name: str = "clerk", **values: Any) -> int:
        """Add a line and give its id."""
        assert kind.lines is not None
        with open_session(self.actor(name).scope, write=True) as session:
            draft = kind.lines.draft.model_validate(values)
            line = actions.add_line(session, self.actor(name), kind=kind, case_id=case_id, draft=draft)
            return line.id

    def read(self, kind: Kind, case_id: int) -> Any:
        """One case."""
        with open_session(SYSTEM.scope) as session:
            return session.get_one(kind.model, case_id)

    def balance(self) -> int:
        """What the fund holds, in fen."""
        with open_session(SYSTEM.scope) as session:
            return session.get_one(Fund, self.fund_id).balance_fen


def build(money_fen: int = 100_000) -> Counter:
    """Insert the centre, the person and the fund."""
    import_models()
    with open_session(SYSTEM.scope, write=True) as session:
        load_examples(session)
        centre = Centre(code="XY01", name="县中心", level=CentreLevel.COUNTY, region_code="610402")
        session.add(centre)
        session.flush()
        person = new_person(centre_id=centre.id, name="王秀兰")
        person.set_identity(IDENTITY)
        session.add(person)
        session.flush()
        return Counter(centre.id, person.id, _fund(session, centre.id, money_fen))


def _fund(session: ScopedSession, centre_id: int, money_fen: int) -> int:
    draft = FundDraft(code="JZ", name="救助", purpose=FundPurpose.RELIEF)
    fund = open_fund(session, SYSTEM, draft=draft, centre_id=centre_id)
    grant_money(session, SYSTEM, fund_id=fund.id, draft=GrantDraft(amount_fen=money_fen))
    return fund.id
