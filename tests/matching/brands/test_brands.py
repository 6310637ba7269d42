"""Labour brands: who keeps them, who reads them, and quotations that nobody edits."""

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from centre.audit import AuditEntry
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound, OtherCentre
from centre.permissions import Actor, Role
from centre.states import IllegalMove
from matching.brands import actions, queries
from matching.brands.rules import (
    BrandExists,
    BrandState,
    BrandStatementDraft,
    LabourBrandDraft,
    Measure,
    Qualifier,
    StatementWithdrawn,
)
from tests.matching import world

FOOT_THERAPY = LabourBrandDraft(name="咸阳足疗", occupation_code="4-10-04-02", region_code="610400", carrier="足疗协会")
EXPORTED = BrandStatementDraft(
    measure=Measure.AWAY, qualifier=Qualifier.OVER, amount=4800, source="一篇报道", year=2008, year_about=True
)
VISITOR = Actor.public()


@pytest.fixture
def officer(town: world.Town) -> Actor:
    """The export officer of the city centre."""
    return _officer(town, "xy")


def _officer(town: world.Town, code: str) -> Actor:
    return Actor(account_id=1, roles=frozenset({Role.EXPORT_OFFICER}), centre_id=town.centres[code])


def entered(officer: Actor) -> int:
    """A brand that nobody has published."""
    with open_session(officer.scope, write=True) as session:
        return actions.enter_brand(session, officer, FOOT_THERAPY).id


def test_visitors_read_a_brand_once_it_is_published(officer: Actor) -> None:
    brand_id = entered(officer)
    with open_session(officer.scope, write=True) as session:
        actions.quote_figure(session, officer, brand_id=brand_id, draft=EXPORTED)
    with open_session(VISITOR.scope) as session:
        assert session.scalars(queries.statements(brand_id)).all() == []
        with pytest.raises(NotFound):
            queries.brand(session, brand_id)
    with open_session(officer.scope, write=True) as session:
        assert actions.publish_brand(session, officer, brand_id=brand_id).state is BrandState.PUBLISHED
        with pytest.raises(IllegalMove):
            actions.publish_brand(session, officer, brand_id=brand_id)
    with open_session(VISITOR.scope) as session:
        assert queries.published_brand(session, brand_id).carrier == "足疗协会"
        quoted = session.scalars(queries.statements(brand_id)).one()
        assert (quoted.qualifier, quoted.amount, quoted.source, quoted.year) == ("over", 4800, "一篇报道", 2008)
    with open_session(officer.scope, write=True) as session:
        actions.withdraw_brand(session, officer, brand_id=brand_id)
    with open_session(VISITOR.scope) as session, pytest.raises(NotFound):
        queries.brand(session, brand_id)


def test_a_withdrawn_figure_stays_on_file_with_its_reason(officer: Actor) -> None:
    brand_id = entered(officer)
    with open_session(officer.scope, write=True) as session:
        actions.publish_brand(session, officer, brand_id=brand_id)
        quoted = actions.quote_figure(session, officer, brand_id=brand_id, draft=EXPORTED)
        actions.withdraw_figure(session, officer, statement_id=quoted.id, reason="抄错了")
        with pytest.raises(StatementWithdrawn):
            actions.withdraw_figure(session, officer, statement_id=quoted.id, reason="再撤")
    with open_session(VISITOR.scope) as session:
        assert session.scalars(queries.statements(brand_id, withdrawn=True)).all() == []
    with open_session(officer.scope) as session:
        assert session.scalars(queries.statements(brand_id)).all() == []
        assert session.scalars(queries.statements(brand_id, withdrawn=True)).one().withdrawn_because == "抄错了"


def test_every_act_is_in_the_audit_log(officer: Actor) -> None:
    brand_id = entered(officer)
    with open_session(officer.scope, write=True) as session:
        actions.change_brand(session, officer, brand_id=brand_id, draft=FOOT_THERAPY)
        actions.publish_brand(session, officer, brand_id=brand_id)
        quoted = actions.quote_figure(session, officer, brand_id=brand_id, draft=EXPORTED)
        actions.withdraw_figure(session, officer, statement_id=quoted.id, reason="抄错了")
    with open_session(Actor.system().scope) as session:
        log = select(AuditEntry.action).where(AuditEntry.subject == f"labour_brand:{brand_id}").order_by(AuditEntry.id)
        assert session.scalars(log).all() == [
            "brand.enter", "brand.change", "brand.publish", "brand.quote", "brand.unquote",
        ]  # fmt: skip


def test_only_its_own_centre_and_the_city_maintain_a_brand(town: world.Town, officer: Actor) -> None:
    county = _officer(town, "wc")
    of_county = entered(county)
    other = _officer(town, "qd")
    with open_session(other.scope, write=True) as session, pytest.raises(OtherCentre):
        actions.quote_figure(session, other, brand_id=of_county, draft=EXPORTED)
    with open_session(officer.scope, write=True) as session:
        quoted = actions.quote_figure(session, officer, brand_id=of_county, draft=EXPORTED)
        assert quoted.centre_id == county.centre_id
    with open_session(other.scope, write=True) as session, pytest.raises(OtherCentre):
        actions.withdraw_figure(session, other, statement_id=quoted.id, reason="不是我的")
    clerk = Actor(account_id=2, roles=frozenset({Role.CLERK}), centre_id=county.centre_id)
    with open_session(clerk.scope, write=True) as session, pytest.raises(Forbidden):
        actions.change_brand(session, clerk, brand_id=of_county, draft=FOOT_THERAPY)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"occupation_code": "8-99-99-99"}, "occupation-unknown"), ({"region_code": "999999"}, "region-unknown")],
)
def test_an_unknown_trade_or_place_is_refused(officer: Actor, changed: dict[str, str], code: str) -> None:
    with open_session(officer.scope, write=True) as session, pytest.raises(Invalid) as refused:
        actions.enter_brand(session, officer, FOOT_THERAPY.model_copy(update=changed))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_place_has_one_brand_of_a_name(officer: Actor) -> None:
    brand_id = entered(officer)
    with open_session(officer.scope, write=True) as session:
        with pytest.raises(BrandExists):
            actions.enter_brand(session, officer, FOOT_THERAPY)
        assert actions.change_brand(session, officer, brand_id=brand_id, draft=FOOT_THERAPY).id == brand_id


def test_a_figure_needs_a_source_and_a_year_that_has_come(officer: Actor) -> None:
    with pytest.raises(ValidationError):
        BrandStatementDraft.model_validate(EXPORTED.model_dump() | {"source": "  "})
    brand_id = entered(officer)
    ahead = EXPORTED.model_copy(update={"year": world.MONDAY.year + 1})
    with open_session(officer.scope, write=True) as session, pytest.raises(Invalid):
        actions.quote_figure(session, officer, brand_id=brand_id, draft=ahead)
