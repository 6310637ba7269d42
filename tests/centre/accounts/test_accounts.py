"""Rules of accounts: authenticator codes, passwords, lifetimes, and permissions of tokens."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag

from centre import privacy
from centre.accounts import rules
from centre.accounts.rules import Lifetime, Stage, TokenDraft
from centre.errors import Invalid
from centre.permissions import Actor, Permission, Role
from tests.planted import planted

SECRET = b"12345678901234567890"
TODAY = date(2026, 11, 23)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# RFC 6238, appendix B: the last six of the eight digits given there.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert rules.totp(SECRET, seconds // 30) == code


def faults_of_steps() -> list[str]:
    """Violations of the time window for codes."""
    step, now = 1000, at(1000 * 30 + 7)
    faults = []
    for offset, expected in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        given = rules.matching_step(SECRET, rules.totp(SECRET, step + offset), now, after=0)
        if (given is not None) != expected:
            faults.append(f"step {offset:+d} is {'taken' if given else 'refused'}")
    if rules.matching_step(SECRET, rules.totp(SECRET, step), now, after=step) is not None:
        faults.append("a used step is taken again")
    if rules.matching_step(SECRET, rules.totp(SECRET, step - 1), now, after=step) is not None:
        faults.append("an older step is taken after a later one")
    return faults


def test_one_step_of_drift_is_allowed_and_a_step_counts_once() -> None:
    assert faults_of_steps() == []


def test_a_planted_forgetful_window_is_caught() -> None:
    right = rules.matching_step

    def forgetful(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
        del after
        return right(secret, code, now, after=0)

    with planted(rules, matching_step=forgetful):
        assert faults_of_steps() == ["a used step is taken again", "an older step is taken after a later one"]


def test_other_digits_and_hostile_text_are_no_codes() -> None:
    for typed in ("", "００５９２４", "\ud800", "5924", "005924 ", "٠٠٥٩٢٤"):
        assert rules.matching_step(SECRET, typed, at(1234567890), after=0) is None


def test_the_address_for_authenticators_carries_key_and_names() -> None:
    address = rules.otpauth(SECRET, issuer="Gangqiao", login="officer@x y")
    assert address == (
        "otpauth://totp/Gangqiao:officer%40x%20y?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gangqiao"
    )


@pytest.mark.parametrize("password", ["1234567", "88888888", "Password123", "woaini1314", "abababab", "zhang.wei-1985"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        rules.check_new_password("zhang.wei-1985", password)


@pytest.mark.parametrize("password", ["yinhua2026", "麦子熟了就回家乡", "gangqiao-demo", "correct horse"])
def test_an_uncommon_phrase_is_a_valid_password(password: str) -> None:
    rules.check_new_password("zhang", password)
    assert len(password) >= rules.SHORTEST_PASSWORD


def test_staff_sessions_are_short_and_kiosk_sessions_the_shortest() -> None:
    half_an_hour, ten_minutes = timedelta(minutes=30), timedelta(minutes=10)
    for role in set(Role) - {Role.JOBSEEKER}:
        assert rules.lifetime([role], Stage.FULL, kiosk=False) == Lifetime(half_an_hour, timedelta(hours=12))
    assert rules.lifetime(["jobseeker"], Stage.FULL, kiosk=False) == Lifetime(timedelta(days=7), timedelta(days=30))
    assert rules.lifetime(["jobseeker", "employer"], Stage.FULL, kiosk=False).idle == half_an_hour
    assert rules.lifetime(["jobseeker"], Stage.FULL, kiosk=True).idle == ten_minutes
    assert rules.lifetime(["clerk"], Stage.CODE_DUE, kiosk=False).longest == ten_minutes


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.EMPLOYER, Role.ESCORT])
@pytest.mark.parametrize("expires_on", [None, date(2026, 11, 22), date(2027, 11, 25)])
def test_accounts_of_partners_end_within_a_year(role: Role, expires_on: date | None) -> None:
    with pytest.raises(Invalid):
        rules.check_expiry([role], expires_on, TODAY)
    rules.check_expiry([role], date(2027, 11, 24), TODAY)
    rules.check_expiry([Role.CLERK], expires_on, TODAY)


def draft(**changes: object) -> TokenDraft:
    given = {
        "name": "教务系统", "role": "registrar", "organisation_id": 1, "permissions": ["training:report"],
        "expires_on": "2027-05-01",
    }  # fmt: skip
    return TokenDraft.model_validate(given | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "clerk"},
        {"permissions": ["training:report", "person:list"]},
        {"permissions": ["account:own"]},
        {"role": "employer"},
        {"expires_on": "2026-11-23"},
        {"expires_on": "2027-11-25"},
    ],
)
def test_a_token_beyond_its_kind_or_year_is_refused(changes: dict[str, object]) -> None:
    draft().check(TODAY)
    with pytest.raises(Invalid):
        draft(**changes).check(TODAY)


def test_a_token_has_only_its_granted_permissions() -> None:
    school = Actor(account_id=1, roles=frozenset({Role.REGISTRAR}), provider_id=1)
    program = Actor(account_id=2, roles=school.roles, provider_id=1, only=frozenset({Permission.REPORT_TRAINING}))
    assert program.may(Permission.REPORT_TRAINING)
    assert school.may(Permission.IMPORT_ROSTER)
    assert not program.may(Permission.IMPORT_ROSTER)
    beyond = Actor(account_id=3, roles=school.roles, only=frozenset({Permission.LIST_PEOPLE}))
    assert not beyond.may(Permission.LIST_PEOPLE)


@pytest.mark.usefixtures("database")
def test_an_encrypted_key_is_bound_to_its_record() -> None:
    privacy.forget_keys()
    sealed = privacy.seal_own("second_factor:1:secret", "abcd")
    assert b"abcd" not in sealed
    assert privacy.unseal_own("second_factor:1:secret", sealed) == "abcd"
    with pytest.raises(InvalidTag):
        privacy.unseal_own("second_factor:2:secret", sealed)


def test_what_people_type_is_read_without_its_dashes() -> None:
    words = {rules.new_words(4) for _ in range(50)}
    assert len(words) == 50
    assert all(len(rules.bare(f" {word.lower()} ")) == 16 for word in words)
    assert not set("01ILO") & set("".join(words))
