"""The rules of registrations without a database: how a form is read, what it refuses, who may still withdraw."""

import pytest
from pydantic import ValidationError

from employers.openings.rules import CertificateKind
from matching.profiles.rules import REGISTRATION, CertificateDraft, CounterRegistration, RegistrationState

FORM = {
    "name": "王　芳", "phone": "１３８１２３４５６７８", "id_number": "１１０１０５１９４９１２３１００２Ｘ",
    "live_region": "610404", "consent": True,
}  # fmt: skip


def faults(**changes: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        CounterRegistration.model_validate(FORM | changes)
    return {str(fault["loc"][0]): fault["type"] for fault in refused.value.errors()}


def test_a_form_is_read_as_the_register_writes_it() -> None:
    form = CounterRegistration.model_validate(FORM)
    assert (form.name, form.phone, form.id_number) == ("王芳", "13812345678", "11010519491231002X")
    assert (form.live_region, form.consent, form.literacy_aid) == ("610404", True, False)


@pytest.mark.parametrize(
    ("field", "wrong", "fault"),
    [
        ("name", "王", "bad_name"), ("live_region", "999999", "region_unknown"),
        ("home_region", "123456", "region_unknown"), ("consent", False, "no_consent"),
    ],
)  # fmt: skip
def test_a_form_without_a_name_a_known_place_or_consent_is_refused(field: str, wrong: object, fault: str) -> None:
    assert faults(**{field: wrong}) == {field: fault}


def test_a_certificate_counts_as_reviewed_only_when_it_says_so() -> None:
    assert not CertificateDraft(kind=CertificateKind.HEALTH).reviewed


def test_anybody_may_withdraw_who_has_not_ended() -> None:
    ended = {RegistrationState.WITHDRAWN, RegistrationState.CLOSED}
    assert {move.source for move in REGISTRATION.moves if move.event == "withdraw"} == set(RegistrationState) - ended
