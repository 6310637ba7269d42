"""The rules of openings without a database: which may be closed, and what a form begins with."""

from employers.openings.rules import (
    OPENING,
    CertificateKind,
    CertificateRequirement,
    OpeningDraft,
    OpeningState,
    SkillRequirement,
)


def test_every_opening_may_be_closed_but_not_while_it_is_screened() -> None:
    closing = {move.source for move in OPENING.moves if move.event == "close"}
    assert closing == set(OpeningState) - {OpeningState.CLOSED, OpeningState.LINT}


def test_a_new_opening_is_for_one_person_and_states_nothing_by_itself() -> None:
    draft = OpeningDraft(title="缝纫工")
    assert (draft.headcount, draft.hazardous, draft.accepts_training, draft.night_shift) == (1, False, False, None)


def test_what_is_wished_is_a_must_only_when_it_says_so() -> None:
    assert not SkillRequirement(term="缝纫").must
    assert not CertificateRequirement(kind=CertificateKind.HEALTH).must
