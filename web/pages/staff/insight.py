"""Ranking weights, fairness and unknown search words: figures and decisions."""

from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from centre import clock
from centre.drafts import RecordId
from centre.permissions import Permission
from centre.regions import exists, name
from centre.skills.vocabulary import vocabulary
from centre.translation import translate
from matching.engine.fit.evaluation import ENOUGH, ENOUGH_OF_EACH, most_points
from matching.engine.fit.profiles import Weights
from matching.engine.fit.reasons import PARTS
from matching.fairness.groups import ATTRIBUTES, VALUES
from matching.fairness.queries import latest_report, report_rows
from matching.fairness.rules import SMALLEST, WINDOW
from matching.introductions.fair_share import standings
from matching.learning import actions as learning
from matching.learning.queries import cards, known_results
from matching.learning.rules import CARD_LABELS, MOST_SHIFT, VERDICT_LABELS, CardState
from matching.live.openings import board
from matching.planning.evidence import published_overrides
from matching.plans.queries import current_plan
from matching.search import actions as searching
from matching.search.queries import synonyms
from matching.search.rules import SYNONYM_LABELS, SynonymDraft, SynonymState
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

routes = Pages()

MOST_OPENINGS = 20


@routes.get("/about/matching", allow=PUBLIC)
def model_card(unit: Unit) -> Response:
    """How scores are calculated, the test results of the weights, and their effect on groups of people."""
    model_cards = cards(unit.session)
    shown = next(
        (card for card in model_cards if card.state is CardState.IN_USE), model_cards[0] if model_cards else None
    )
    prior = most_points(Weights())
    in_use = shown.weights if shown is not None and shown.state is CardState.IN_USE else prior
    return page(
        unit,
        "staff/insight/card.html",
        parts=[(label, in_use[part]) for part, label in PARTS.items()],
        learned=[(label, prior[part], shown.weights[part]) for part, label in PARTS.items()] if shown else [],
        part_labels=PARTS,
        card=shown,
        cards=model_cards,
        results=known_results(unit.session),
        enough=ENOUGH,
        of_each=ENOUGH_OF_EACH,
        most_shift=MOST_SHIFT,
        labels=CARD_LABELS,
        verdicts=VERDICT_LABELS,
        attributes=ATTRIBUTES,
        group=lambda value: group_name(unit.locale, value),
        may_decide=unit.actor.may(Permission.MANAGE_POLICY),
        plan=current_plan(unit.session),
        decided=published_overrides(unit.session),
        today=clock.today(),
    )


@routes.post("/about/matching/{card_id}/adopt", allow=Permission.MANAGE_POLICY)
def adopt(unit: Unit, card_id: RecordId) -> Response:
    """Put the weights of a model card into use."""
    learning.adopt_weights(unit.session, unit.actor, card_id=card_id)
    return RedirectResponse("/about/matching", 303)


@routes.post("/about/matching/{card_id}/retire", allow=Permission.MANAGE_POLICY)
def retire(unit: Unit, card_id: RecordId) -> Response:
    """Retire a model card; the default weights apply again."""
    learning.retire_weights(unit.session, unit.actor, card_id=card_id)
    return RedirectResponse("/about/matching", 303)


@routes.get("/fairness", allow=Permission.READ_OUTCOMES)
def fairness(unit: Unit) -> Response:
    """Exposure, recommendations and hires by group, and openings that get less than their share."""
    report = latest_report(unit.session)
    view, known = board().look(), standings(unit.session)
    under = [
        (listed, known.shares[number])
        for number, listed in view.listed.items()
        if number in known.shares and known.shares[number].is_underserved
    ]
    under.sort(key=lambda pair: (-(pair[1].usual * pair[1].places - pair[1].introductions), pair[0].id))
    return page(
        unit,
        "staff/insight/fairness.html",
        report=report,
        groups=report_rows(report) if report else {},
        attributes=ATTRIBUTES,
        group=lambda value: group_name(unit.locale, value),
        smallest=SMALLEST,
        days=WINDOW.days,
        openings=len(view.listed),
        under=under[:MOST_OPENINGS],
        under_count=len(under),
    )


def group_name(locale: str, value: str) -> str:
    """The name of a group in the reader's language."""
    return translate(locale, VALUES[value]) if value in VALUES else name(value) if exists(value) else value


@routes.get("/counter/words", allow=Permission.CURATE_WORDS)
def words(unit: Unit) -> Response:
    """Search words without results, each with candidate occupations."""
    return _words_page(unit, blank(unit, SynonymDraft))


@routes.post("/counter/words/{synonym_id}/accept", allow=Permission.CURATE_WORDS)
def accept(unit: Unit, synonym_id: RecordId) -> Response:
    """Accept a word as a synonym of an occupation."""
    return attempt(
        unit,
        bind(unit, SynonymDraft),
        lambda draft: searching.accept_synonym(unit.session, unit.actor, synonym_id=synonym_id, draft=draft),
        partial(_words_page, unit),
        "/counter/words",
    )


@routes.post("/counter/words/{synonym_id}/reject", allow=Permission.CURATE_WORDS)
def reject(unit: Unit, synonym_id: RecordId) -> Response:
    """Reject a word."""
    searching.reject_synonym(unit.session, unit.actor, synonym_id=synonym_id)
    return RedirectResponse("/counter/words", 303)


def _words_page(unit: Unit, bound: Bound[Any], status_code: int = 200) -> Response:
    return page(
        unit,
        "staff/insight/words.html",
        status_code,
        bound=bound,
        waiting=synonyms(unit.session, SynonymState.PROPOSED),
        decided=[
            *synonyms(unit.session, SynonymState.ACCEPTED),
            *synonyms(unit.session, SynonymState.REJECTED),
        ],
        labels=SYNONYM_LABELS,
        trade=vocabulary().name,
    )
