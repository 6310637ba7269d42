"""The rules of employers without a database: what is read from a form, the days of warnings, who decides on whom."""

import pytest
from pydantic import ValidationError

from centre.permissions import Actor, Role
from employers.companies.rules import LICENCE_NOTICES, EmployerDraft, EmployerRegistration, OwnBusiness, check_stranger

FORM = {
    "name": "长城纺织", "uscc": "91610499ma6dem0013", "region_code": "610404", "contact_name": "王芳",
    "contact_phone": "138 1234 5678", "password": "eight888", "truthful": True,
}  # fmt: skip


def faults(**changes: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        EmployerRegistration.model_validate(FORM | changes)
    return {str(fault["loc"][0]): fault["type"] for fault in refused.value.errors()}


def test_a_licence_that_runs_out_is_announced_30_7_and_1_days_before() -> None:
    assert LICENCE_NOTICES == (30, 7, 1)


def test_a_registration_is_read_with_its_code_in_capitals_and_its_telephone_without_spaces() -> None:
    form = EmployerRegistration.model_validate(FORM)
    assert (form.uscc, form.contact_phone, form.truthful) == ("91610499MA6DEM0013", "13812345678", True)


@pytest.mark.parametrize(
    ("field", "wrong", "fault"),
    [
        ("uscc", "91610499MA6DEM0014", "employer_code"), ("uscc", "", "missing"),
        ("contact_phone", "1381234", "phone"), ("contact_phone", "", "missing"), ("truthful", False, "not_truthful"),
    ],
)  # fmt: skip
def test_a_registration_needs_a_code_a_telephone_and_the_word_that_it_is_true(
    field: str, wrong: object, fault: str
) -> None:
    assert faults(**{field: wrong}) == {field: fault}


def test_what_a_clerk_enters_may_lack_code_and_telephone_but_not_hold_wrong_ones() -> None:
    draft = EmployerDraft.model_validate({"name": "长城纺织", "region_code": "610404"})
    assert (draft.uscc, draft.contact_phone) == ("", "")
    full = EmployerDraft(name="长城纺织", region_code="610404", uscc="91350100m000100y43", contact_phone="13812345678")
    assert (full.uscc, full.contact_phone) == ("91350100M000100Y43", "13812345678")
    left_empty = EmployerDraft(name="长城纺织", region_code="610404", uscc="", contact_phone="")
    assert (left_empty.uscc, left_empty.contact_phone) == ("", "")


def test_an_account_of_an_employer_decides_on_others_only() -> None:
    officer = Actor(account_id=1, roles=frozenset({Role.PLACEMENT_OFFICER, Role.EMPLOYER}), centre_id=1, employer_id=5)
    with pytest.raises(OwnBusiness):
        check_stranger(officer, 5)
    check_stranger(officer, 6)
    check_stranger(Actor(account_id=2, roles=frozenset({Role.PLACEMENT_OFFICER}), centre_id=1), 5)
