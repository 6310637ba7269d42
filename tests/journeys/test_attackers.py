"""The attackers of SECURITY.md, each over HTTP: what they get of somebody else's record, account or telephone."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from centre import clock
from centre.accounts import Account, authentication, cards, codes
from centre.accounts.models import OneTimeCode
from centre.accounts.queries import kept_login
from centre.database import open_session
from centre.numbers import identity_check
from centre.outbox import SIGN_IN_CODE, Message
from centre.people import Person, person_by_identity
from centre.permissions import Actor
from matching.profiles import jobs, registration
from matching.profiles.models import PendingRegistration
from tests.planted import planted
from tests.web.desks import ORIGIN, Desk, Hall, opened
from web.app import build
from web.demo.town import PASSWORD

SYSTEM = Actor.system().scope
NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERS, HIS = "13811110001", "13922220002"
NUMBER = "61049919800203104" + identity_check("61049919800203104")
NAME = "石榴花"
OWN_WORDS = {"her": "麦子熟了就回家乡", "his": "我知道她的号码啊"}


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as made:
        yield made


@contextmanager
def visitors() -> Iterator[Callable[[str], TestClient]]:
    """Browsers of people who have not signed in: `somebody("10.0.0.1")` asks from that address."""
    app = build()
    with ExitStack() as stack:

        def somebody(host: str) -> TestClient:
            client = TestClient(app, headers={"origin": ORIGIN}, follow_redirects=False, client=(host, 50_000))
            return stack.enter_context(client)

        yield somebody


def hidden(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field is not None, page[-500:]
    return field[1]


def code_for(phone: str) -> str:
    """The code that the telephone received last."""
    with open_session(SYSTEM) as session:
        sent = session.scalars(select(Message).where(Message.kind == SIGN_IN_CODE).order_by(Message.id.desc()))
        text = next(message.body for message in sent if message.address == phone)
    return re.findall(r"[0-9]{6}", text)[0]


def register(client: TestClient, phone: str, password: str, *, name: str = NAME, number: str = NUMBER) -> str:
    """Fill in the form at home; gives the page that asks for the code."""
    form = {"name": name, "phone": phone, "id_number": number, "live_region": "610402", "password": password}
    if "sid" in client.cookies:
        form["_csrf"] = hidden(client.get("/register").text, "_csrf")
    answer = client.post("/register", data=form | {"consent": "true"})
    assert answer.status_code == 200, answer.text[-800:]
    return answer.text


def prove(client: TestClient, page: str, code: str) -> int:
    form = {"asked": hidden(page, "asked"), "code": code}
    if "sid" in client.cookies:
        form["_csrf"] = hidden(page, "_csrf")
    return client.post("/register/code", data=form).status_code


def at_counter(hall: Hall, phone: str) -> int:
    """She comes to the counter with her identity card; gives the number of her record."""
    clerk = hall.enter("clerk")
    address = clerk.send(
        "/counter/register", name=NAME, phone=phone, id_number=NUMBER, live_region="610402", consent="true"
    )
    return int(address.rsplit("/", 1)[1])


def person_behind(client: TestClient) -> int | None:
    """Whose record a browser is signed in to."""
    answer = client.get("/api/v1/me/profile")
    with open_session(SYSTEM) as session:
        login = session.scalars(select(Account).order_by(Account.entered_at.desc().nulls_last(), Account.id.desc()))
        account = next(iter(login))
    return account.person_id if answer.status_code == 200 else None


def enters(client: TestClient, login: str, password: str) -> bool:
    return client.post("/sign-in", data={"login": login, "password": password}).status_code == 303


# --- the knowing partner ----------------------------------------------------------------------------------------------


def gains_of_knowing_partner(hall: Hall) -> list[str]:
    """He has the roster: her name, her number, her telephone. She is known to the centre."""
    record, gains = at_counter(hall, HERS), []
    with visitors() as somebody:
        partner = somebody("10.0.0.66")
        page = register(partner, HIS, OWN_WORDS["his"])
        assert prove(partner, page, code_for(HIS)) == 303
        if person_behind(partner) == record:
            gains.append("her record by his own telephone")
        page = register(partner, HERS, OWN_WORDS["his"])
        wrong = "000000" if code_for(HERS) != "000000" else "111111"
        if {prove(partner, page, wrong) for _ in range(8)} != {422}:
            gains.append("her telephone by guessing")
        if prove(partner, page, code_for(HERS)) == 303:
            gains.append("more than five guesses")
        if enters(somebody("10.0.0.67"), HERS, OWN_WORDS["his"]):
            gains.append("her telephone by a password of his")
    return gains


def test_who_knows_name_number_and_telephone_gets_nothing_of_the_record(hall: Hall) -> None:
    assert gains_of_knowing_partner(hall) == []


def test_a_planted_join_by_knowledge_is_caught(hall: Hall) -> None:
    def by_knowledge(session: object, newcomer: registration.Newcomer) -> Person | None:
        return person_by_identity(session, newcomer.identity.value)  # type: ignore[arg-type]

    with planted(registration, _joined=by_knowledge):
        assert gains_of_knowing_partner(hall) == ["her record by his own telephone"]


def test_she_herself_joins_her_record_with_the_telephone_that_the_counter_wrote_down(hall: Hall) -> None:
    record = at_counter(hall, HERS)
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        page = register(her, HERS, OWN_WORDS["her"])
        assert prove(her, page, code_for(HERS)) == 303
        assert person_behind(her) == record


def test_the_page_after_registering_is_the_same_for_known_and_for_new_people(hall: Hall) -> None:
    at_counter(hall, HERS)
    digits = "61049919810203104"
    with visitors() as somebody:
        pages = [
            re.sub(r'(?<=value=")[^"]+', "", page)
            for page in (
                register(somebody("10.0.0.1"), HERS, OWN_WORDS["her"]),
                register(somebody("10.0.0.2"), HIS, OWN_WORDS["his"], number=digits + identity_check(digits)),
            )
        ]
    assert pages[0] == pages[1]


# --- the squatter -----------------------------------------------------------------------------------------------------


def gains_of_squatter(hall: Hall) -> list[str]:
    """He registers her telephone and her number before she does."""
    gains = []
    with visitors() as somebody:
        squatter, her = somebody("10.0.0.66"), somebody("10.0.0.1")
        register(squatter, HERS, OWN_WORDS["his"])
        page = register(squatter, HIS, OWN_WORDS["his"])
        assert prove(squatter, page, code_for(HIS)) == 303
        page = register(her, HERS, OWN_WORDS["her"])
        if prove(her, page, code_for(HERS)) != 303:
            gains.append("she cannot register")
        if enters(somebody("10.0.0.67"), HERS, OWN_WORDS["his"]):
            gains.append("his password opens her telephone's account")
        if not enters(somebody("10.0.0.2"), HERS, OWN_WORDS["her"]):
            gains.append("her password does not")
        record = at_counter(hall, HERS)
        with open_session(SYSTEM) as session:
            squatted = session.scalars(select(Account).where(Account.login == kept_login(HIS))).one()
            own = session.scalars(select(Account).where(Account.login == kept_login(HERS))).first()
        if squatted.person_id == record:
            gains.append("he sees what the counter writes")
        if own is None or own.person_id != record:
            gains.append("she does not see what the counter writes")
    return gains


def test_who_registers_her_telephone_and_number_first_stands_in_nobodys_way(hall: Hall) -> None:
    assert gains_of_squatter(hall) == []


def test_a_planted_claim_that_counts_as_proof_is_caught(hall: Hall) -> None:
    def first_come(session: object, newcomer: registration.Newcomer) -> Person:
        known = person_by_identity(session, newcomer.identity.value)  # type: ignore[arg-type]
        if known is not None:
            return right(session, newcomer)  # type: ignore[arg-type]
        person = right(session, newcomer)  # type: ignore[arg-type]
        person.set_identity(newcomer.identity.value)
        return person

    right = registration.add_claim
    with planted(registration, add_claim=first_come):
        assert "he sees what the counter writes" in gains_of_squatter(hall)


def test_a_registration_that_is_not_proved_is_forgotten_after_an_hour(hall: Hall) -> None:
    with visitors() as somebody:
        page = register(somebody("10.0.0.66"), HERS, OWN_WORDS["his"])
        code = code_for(HERS)
        with clock.frozen(NOON + timedelta(hours=1, minutes=1)):
            assert prove(somebody("10.0.0.66"), page, code) == 422
            with open_session(SYSTEM, write=True) as session:
                jobs.expire_registrations(session)
                assert session.scalar(select(func.count(PendingRegistration.id))) == 0


def test_two_persons_close_a_false_account_and_the_telephone_is_free_again(hall: Hall) -> None:
    with visitors() as somebody:
        squatter = somebody("10.0.0.66")
        page = register(squatter, HIS, OWN_WORDS["his"])
        assert prove(squatter, page, code_for(HIS)) == 303
        record = at_counter(hall, HERS)
        clerk, manager = hall.enter("clerk"), hall.enter("city")
        screen = clerk.get(f"/counter/people/{record}/identity")
        assert "139****0002" in screen
        claim = hidden(screen, "claim_id")
        clerk.send(f"/counter/people/{record}/identity/close", 422, claim_id=claim, reason="不")
        clerk.send(f"/counter/people/{record}/identity/close", claim_id=claim, reason="本人说没有登记过")
        assert clerk.send(f"/counter/people/{record}/identity/close", 409, claim_id=claim, reason="本人说没有登记过")
        assert squatter.get("/me").status_code == 200
        waiting = manager.get("/counter/false-accounts")
        number = re.findall(r"/counter/false-accounts/([0-9]+)/close", waiting)[0]
        clerk.send(f"/counter/false-accounts/{number}/close", 403)
        manager.send(f"/counter/false-accounts/{number}/close")
        assert squatter.get("/me").status_code == 303
        assert not enters(somebody("10.0.0.68"), HIS, OWN_WORDS["his"])
        assert "139****0002" not in clerk.get(f"/counter/people/{record}/identity")
        again = register(somebody("10.0.0.3"), HIS, OWN_WORDS["her"], number=other_number())
        assert prove(somebody("10.0.0.3"), again, code_for(HIS)) == 303


def test_nobody_agrees_to_what_they_asked_for_themselves(hall: Hall) -> None:
    with visitors() as somebody:
        squatter = somebody("10.0.0.66")
        assert prove(squatter, register(squatter, HIS, OWN_WORDS["his"]), code_for(HIS)) == 303
        record, manager = at_counter(hall, HERS), hall.enter("city")
        claim = hidden(manager.get(f"/counter/people/{record}/identity"), "claim_id")
        manager.send(f"/counter/people/{record}/identity/close", claim_id=claim, reason="本人说没有登记过")
        with open_session(SYSTEM) as session:
            from centre.accounts import AccountApproval

            number = session.scalars(select(AccountApproval.id)).one()
        assert "不能自己批自己" in manager.send(f"/counter/false-accounts/{number}/close", 409)
        assert squatter.get("/me").status_code == 200


def other_number() -> str:
    digits = "61049919830203104"
    return digits + identity_check(digits)


# --- the guesser of spellings -----------------------------------------------------------------------------------------

SPELLINGS = (
    HERS, "138 1111 0001", "138-1111-0001", "+8613811110001", "8613811110001", "１３８１１１１０００１",
    "13-811110001", "1381111-0001",
)  # fmt: skip


def guesses(hall: Hall) -> int:
    """How many wrong passwords an address may try on one account within five minutes."""
    del hall
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        guesser = somebody("10.0.0.66")
        answers = [
            guesser.post("/sign-in", data={"login": spelling, "password": "wrong"}).status_code
            for spelling in SPELLINGS
            for _ in range(3)
        ]
    assert set(answers) <= {422, 429}
    return answers.count(422)


def test_every_spelling_of_a_telephone_is_one_account_with_ten_tries(hall: Hall) -> None:
    assert guesses(hall) == 10


def test_a_planted_count_of_spellings_is_caught(hall: Hall) -> None:
    with planted(authentication, kept_login=lambda typed: typed):
        assert guesses(hall) > 10


# --- who locks others out ---------------------------------------------------------------------------------------------


def doors_shut(hall: Hall) -> list[str]:
    """A stranger spends every budget that he can on her name and her telephone."""
    del hall
    shut = []
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        for host in range(14):
            stranger = somebody(f"10.0.1.{host}")
            for _ in range(10):
                stranger.post("/sign-in", data={"login": HERS, "password": "wrong"})
        her.cookies.delete("sid")
        if not enters(her, HERS, OWN_WORDS["her"]):
            shut.append("password on her own device")
        her.cookies.delete("sid")
        asked = her.post("/sign-in/phone", data={"phone": HERS})
        code = code_for(HERS)
        for host in range(8):
            stranger = somebody(f"10.0.2.{host}")
            for minute in range(6):
                with clock.frozen(NOON + timedelta(minutes=minute + 10)):
                    page = stranger.post("/sign-in/phone", data={"phone": HERS}).text
            stranger.post("/sign-in/phone/code", data={"phone": HERS, "asked": "guessed", "code": "000000"})
            assert "name=" in page
        form = {"phone": HERS, "asked": hidden(asked.text, "asked") if asked.status_code == 200 else "-", "code": code}
        if her.post("/sign-in/phone/code", data=form).status_code != 303:
            shut.append("the code that she was sent")
        her.cookies.delete("sid")
        with clock.frozen(NOON + timedelta(minutes=20)):
            if her.post("/sign-in/phone", data={"phone": HERS}).status_code != 200:
                shut.append("a new code on her own device")
    return shut


def test_a_stranger_shuts_nobody_out_of_her_own_telephone(hall: Hall) -> None:
    assert doors_shut(hall) == []


def test_planted_budgets_that_strangers_share_with_her_are_caught(hall: Hall) -> None:
    with planted(authentication, known_device=lambda *_: ""), planted(codes, known_device=lambda *_: ""):
        assert "password on her own device" in doors_shut(hall)


# --- the thief of a password ------------------------------------------------------------------------------------------


def left_to_thief(hall: Hall) -> list[str]:
    """He has her password and is signed in; she has the telephone, the counter has her card."""
    left = []
    with visitors() as somebody:
        her, thief = somebody("10.0.0.1"), somebody("10.0.0.66")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        record = at_counter(hall, HERS)
        assert enters(thief, HERS, OWN_WORDS["her"])
        clerk = hall.enter("clerk")
        lost = issue(clerk, record)
        finder = somebody("10.0.0.67")
        assert finder.post("/kiosk/card", data=lost).status_code == 303
        issue(clerk, record)
        if finder.get("/account").status_code == 200:
            left.append("the session of a card that was replaced")
        thief = somebody("10.0.0.66")
        assert enters(thief, HERS, OWN_WORDS["her"])
        form = {"password": "石榴开花红似火了", "repeated": "石榴开花红似火了"}
        refused = thief.post("/account/password", data=form | {"old": "guess", "_csrf": token_of(thief)})
        assert refused.status_code == 422
        own = somebody("10.0.0.1")
        with clock.frozen(NOON + timedelta(minutes=2)):
            asked = own.post("/sign-in/phone", data={"phone": HERS}).text
            entered = own.post(
                "/sign-in/phone/code",
                data={"phone": HERS, "asked": hidden(asked, "asked"), "code": code_for(HERS)},
            )
            assert entered.status_code == 303
            assert own.post("/account/password", data=form | {"_csrf": token_of(own)}).status_code == 200
            if thief.get("/account").status_code == 200:
                left.append("his session")
            if enters(somebody("10.0.0.68"), HERS, OWN_WORDS["her"]):
                left.append("the old password")
    return left


def issue(clerk: Desk, record: int) -> dict[str, str]:
    number, pin = re.findall(r"<code>([\w-]+)</code>", clerk.send(f"/cards/{record}", 200))
    return {"card": number, "pin": pin}


def token_of(client: TestClient) -> str:
    return hidden(client.get("/account").text, "_csrf")


def test_a_new_password_and_a_new_card_end_what_the_old_ones_opened(hall: Hall) -> None:
    assert left_to_thief(hall) == []


def test_planted_sessions_that_outlive_their_card_are_caught(hall: Hall) -> None:
    with planted(cards, end_all=lambda *_, **__: None):
        assert left_to_thief(hall) == ["the session of a card that was replaced"]


def test_a_password_alone_opens_nothing_of_staff(hall: Hall) -> None:
    from tests.databases import settings_from

    del hall
    with settings_from(require_second_factor="true"), visitors() as somebody:
        thief = somebody("10.0.0.66")
        answer = thief.post("/sign-in", data={"login": "city", "password": PASSWORD})
        assert answer.headers["location"].startswith("/sign-in/enrol")
        assert thief.get("/account").status_code == 303


# --- the flooder ------------------------------------------------------------------------------------------------------


def flooded(hall: Hall) -> tuple[int, int]:
    """How many registrations of one address and how many codes to one telephone get through in an hour."""
    del hall
    with visitors() as somebody:
        flooder, statuses = somebody("10.0.0.66"), []
        for number in range(70):
            form = {"name": NAME, "phone": f"1370000{number:04}", "id_number": NUMBER, "password": OWN_WORDS["his"]}
            answer = flooder.post("/register", data=form | {"live_region": "610402", "consent": "true"})
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) > 0
        assert set(statuses) <= {200, 429}
        assert register(somebody("10.0.0.1"), HERS, OWN_WORDS["her"])
        for host in range(40):
            with clock.frozen(NOON + timedelta(minutes=host + 1)):
                somebody(f"10.0.3.{host}").post("/sign-in/phone", data={"phone": HIS})
    with open_session(SYSTEM) as session:
        codes_sent = session.scalar(select(func.count(OneTimeCode.id)).where(OneTimeCode.phone_index == _index(HIS)))
    return statuses.count(200), codes_sent or 0


def _index(phone: str) -> str:
    from centre.people import phone_index

    return phone_index(phone)


def test_a_flood_of_registrations_and_codes_ends_at_its_limit_and_others_go_on(hall: Hall) -> None:
    assert flooded(hall) == (60, 30)


def test_a_planted_door_without_a_limit_is_caught(hall: Hall) -> None:
    with planted(registration, spend_all=lambda *_: None), planted(codes, spend_all=lambda *_: None):
        assert flooded(hall) > (60, 30)
