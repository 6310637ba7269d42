"""A new credential ends what the old one opened, and none ends before the new one is there."""

from centre.accounts import Account, Caller, by_code, by_factor, by_password, factors, request_code
from centre.accounts.actions import replace_second_factor
from centre.accounts.queries import prepared_secret
from centre.database import open_session
from tests.centre.accounts.test_sign_in import (
    KNOWN,
    PASSWORD,
    SYSTEM,
    _city,  # noqa: F401 - the fixture of that file serves this one, too
    bind,
    code_of,
    later,
    verdict,
    who,
)


def test_no_password_that_the_telephones_owner_did_not_choose_outlives_the_first_code() -> None:
    stranger = by_password(KNOWN, PASSWORD, Caller("stranger"))
    sent = request_code(KNOWN, Caller("host"))
    by_code(sent.asked, sent.code, Caller("host"))
    assert who(stranger.token) == ""
    assert verdict(by_password, KNOWN, PASSWORD, Caller("stranger")) == "WrongPassword"


def test_a_new_authenticator_replaces_the_old_one_only_when_a_code_of_it_was_typed() -> None:
    secret, papers, token = bind("officer")
    other = by_password("officer", PASSWORD, Caller("elsewhere"))
    with later(minutes=1):
        elsewhere = by_factor(code_of(secret), Caller("elsewhere", token=other.token))
    with later(minutes=2), open_session(SYSTEM.scope, write=True) as session:
        own = session.get_one(Account, elsewhere.account.id)
        factors.begin_second_factor(session, own.actor)
        coming = prepared_secret(session, own.id)
    with later(minutes=6):
        half = by_password("officer", PASSWORD, Caller("host"))
        assert verdict(by_factor, code_of(coming), Caller("host", token=half.token)) == "WrongCode"
        by_factor(code_of(secret), Caller("host", token=half.token))
        with open_session(SYSTEM.scope, write=True) as session:
            fresh = replace_second_factor(session, own.actor, code=code_of(coming), token=token)
        assert (who(token), who(elsewhere.token)) == ("officer", "")
    with later(minutes=12):
        half = by_password("officer", PASSWORD, Caller("host"))
        for old in (code_of(secret), papers[0]):
            assert verdict(by_factor, old, Caller("host", token=half.token)) == "WrongCode"
        by_factor(fresh[0], Caller("host", token=half.token))
