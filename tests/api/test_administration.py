"""The administrator's work over the API and the console: accounts, centres, jobs, outbox, keys; and no people."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from centre import clock
from centre.accounts import Account, administration
from centre.accounts.actions import create_account
from centre.accounts.factors import confirm, prepare
from centre.accounts.queries import prepared_secret
from centre.accounts.rules import totp
from centre.database import open_session
from centre.jobs import JobFailure
from centre.network import Centre
from centre.outbox import Delivery, Message
from centre.people import Person
from centre.permissions import Actor, Role
from employers.companies.models import Employer
from tests.api.administering import answer, call
from tests.planted import planted
from tests.web.desks import Desk, Hall, number, opened
from training.providers.models import TrainingProvider
from web.commands.entry import app
from web.demo.town import PASSWORD

SYSTEM = Actor.system()
NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
OWN = "麦子熟了回家乡吧"
CLERK = {"login": "newclerk", "name": "新来的", "roles": ["clerk"], "centre_id": 2}
READS = ("/accounts", "/accounts/resets", "/centres", "/operation/jobs", "/operation/keys", "/operation/versions",
         "/outbox", "/outbox/dead")  # fmt: skip


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        with open_session(SYSTEM.scope, write=True) as session:
            for login in ("second", "third"):
                create_account(session, SYSTEM, login=login, name=login, password=PASSWORD, roles={Role.ADMINISTRATOR})
        yield town


def refused(desk: Desk, method: str, path: str, permission: str, body: Any = None) -> None:
    """The caller is told which permission is missing."""
    problem = answer(desk, method, path, body)
    assert (problem.status_code, problem.headers["content-type"]) == (403, "application/problem+json")
    assert problem.json()["permission"] == permission


def unserved() -> str:
    """A county that no centre serves: that of a centre which serves another from now on."""
    with open_session(SYSTEM.scope, write=True) as session:
        last = session.scalars(select(Centre).order_by(Centre.id.desc())).first()
        assert last
        free, last.region_code = last.region_code, "610499"
    return free


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_somebody_invited_over_the_api_chooses_a_password_by_the_link(hall: Hall) -> None:
    admin, newcomer = hall.enter("admin"), hall.enter()
    account = call(admin, "POST", "/accounts", 201, CLERK)
    assert (account["usable"], account["roles"], account["centre_id"]) == (True, ["clerk"], 2)
    link = re.sub("^https?://[^/]+", "", account["link"])
    assert newcomer.client.post(link, data={"password": OWN, "repeated": OWN}).status_code == 303
    assert newcomer.client.post("/sign-in", data={"login": "newclerk", "password": OWN}).status_code == 303
    again = call(admin, "POST", f"/accounts/{account['id']}/link", 200)["link"]
    assert again != account["link"]
    assert newcomer.client.get("/counter").status_code == 303
    assert call(admin, "POST", "/accounts", 409, CLERK)["type"].endswith("login-taken")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": ["administrator", "clerk"]}, "roles"),
        ({"roles": ["jobseeker"]}, "roles"),
        ({"roles": []}, "roles"),
        ({"centre_id": None}, "centre_id"),
        ({"centre_id": 99}, "centre_id"),
        ({"roles": ["registrar"], "provider_id": 9999, "expires_on": "2027-11-01"}, "provider_id"),
        ({"roles": ["employer"], "employer_id": 9999, "expires_on": "2027-11-01"}, "employer_id"),
        ({"login": " "}, "login"),
        ({"password": "12345678"}, "password"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_its_field(hall: Hall, changes: dict[str, Any], field: str) -> None:
    problem = call(hall.enter("admin"), "POST", "/accounts", 422, CLERK | changes)
    assert field in [error["field"] for error in problem["errors"]], problem


def test_an_account_is_listed_changed_ended_and_let_in_again(hall: Hall) -> None:
    admin, clerk = hall.enter("admin"), hall.enter("clerk")
    (listed,) = call(admin, "GET", "/accounts?words=clerk", 200)["items"][:1]
    here = f"/accounts/{listed['id']}"
    seen = answer(admin, "GET", here)
    assert seen.json() == listed | {"has_second_factor": False}
    draft = {"name": "窗口", "roles": ["clerk", "placement_officer"], "centre_id": 2}
    changed = answer(admin, "PUT", here, draft, **{"if-match": seen.headers["etag"]})
    assert (changed.status_code, changed.json()["roles"]) == (200, draft["roles"])
    assert clerk.client.get("/counter").status_code == 303
    stale = answer(admin, "PUT", here, draft | {"name": "前台"}, **{"if-match": seen.headers["etag"]})
    assert (stale.status_code, stale.json()["type"].rsplit("/")[-1]) == (412, "stale-edit")
    again = hall.enter("clerk")
    call(admin, "POST", f"{here}/end", 204)
    assert again.client.get("/counter").status_code == 303
    assert not call(admin, "GET", here, 200)["usable"]
    call(admin, "POST", f"{here}/reopen", 204)
    assert hall.enter("clerk").client.get("/counter").status_code == 200


def test_the_list_of_accounts_is_read_in_pages(hall: Hall) -> None:
    admin = hall.enter("admin")
    first = answer(admin, "GET", "/accounts?limit=3")
    assert len(first.json()["items"]) == 3
    assert 'rel="next"' in first.headers["link"]
    seen, cursor = [], ""
    while True:
        part = call(admin, "GET", f"/accounts?limit=3&cursor={cursor}", 200)
        seen += [account["login"] for account in part["items"]]
        cursor = part["next_cursor"]
        if not cursor:
            break
    assert seen == [account["login"] for account in call(admin, "GET", "/accounts?limit=100", 200)["items"]]
    assert "wang" not in seen


def test_nobody_changes_or_ends_the_account_they_work_with(hall: Hall) -> None:
    admin = hall.enter("admin")
    here = f"/accounts/{number(Account, login='admin')}"
    for method, path, body in (
        ("POST", f"{here}/end", None),
        ("POST", f"{here}/link", None),
        ("PUT", here, {"name": "我", "roles": ["administrator"]}),
    ):
        assert call(admin, method, path, 409, body)["type"].endswith("own-account")


def test_a_partner_is_renewed_by_the_manager_and_not_by_the_administrator(hall: Hall) -> None:
    admin, city = hall.enter("admin"), hall.enter("city")
    partner = call(city, "GET", "/accounts/partners", 200)[0]
    here = f"/accounts/{partner['id']}/renew"
    refused(admin, "POST", here, "account:renew", {"expires_on": "2027-06-01"})
    call(city, "POST", here, 422, {"expires_on": "2029-06-01"})
    call(city, "POST", here, 204, {"expires_on": "2027-06-01"})
    renewed = {account["id"]: account for account in call(city, "GET", "/accounts/partners", 200)}
    assert renewed[partner["id"]]["expires_on"] == "2027-06-01"
    call(city, "POST", f"/accounts/{number(Account, login='clerk')}/renew", 404, {"expires_on": "2027-06-01"})


def test_an_authenticator_is_reset_by_two_persons(hall: Hall) -> None:
    admin, second = hall.enter("admin"), hall.enter("second")
    clerk = number(Account, login="clerk")
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.get_one(Account, clerk)
        prepare(session, account)
        secret = prepared_secret(session, account.id)
        confirm(session, account, code=totp(secret, int(clock.now().timestamp()) // 30))
    assert call(admin, "GET", f"/accounts/{clerk}", 200)["has_second_factor"]
    call(admin, "POST", f"/accounts/{clerk}/reset", 422, {"reason": "x"})
    asked = call(admin, "POST", f"/accounts/{clerk}/reset", 201, {"reason": "手机丢了，备用码也没了"})
    call(admin, "POST", f"/accounts/{clerk}/reset", 409, {"reason": "手机丢了，备用码也没了"})
    verdict = f"/accounts/resets/{asked['id']}/agree"
    call(admin, "POST", verdict, 409)
    (waiting,) = call(second, "GET", "/accounts/resets", 200)
    assert waiting == asked | {"login": "clerk", "name": waiting["name"]}
    call(second, "POST", f"/accounts/resets/{asked['id']}/perhaps", 422)
    call(second, "POST", verdict, 204)
    call(hall.enter("third"), "POST", verdict, 404)
    assert not call(admin, "GET", f"/accounts/{clerk}", 200)["has_second_factor"]


# --- centres ----------------------------------------------------------------------------------------------------------


def test_a_centre_is_added_changed_and_never_twice(hall: Hall) -> None:
    admin = hall.enter("admin")
    kept = call(admin, "GET", "/centres", 200)
    draft = {"code": "XY77", "name": "新的中心", "region_code": unserved(), "phone": "029-1"}
    centre = call(admin, "POST", "/centres", 201, draft)
    assert (centre["level"], centre["parent_id"]) == ("county", kept[0]["id"])
    assert call(admin, "POST", "/centres", 409, draft)["type"].endswith("centre-known")
    outside = call(admin, "POST", "/centres", 422, draft | {"code": "XY78", "region_code": "110101"})
    assert [error["field"] for error in outside["errors"]] == ["region_code"]
    here = f"/centres/{centre['id']}"
    seen = answer(admin, "GET", here).headers["etag"]
    changed = call(admin, "PUT", here, 200, draft | {"phone": "029-2"}, **{"if-match": seen})
    assert changed["phone"] == "029-2"
    assert call(admin, "PUT", here, 412, draft, **{"if-match": seen})["type"].endswith("stale-edit")
    assert call(admin, "GET", here, 200)["phone"] == "029-2"
    call(admin, "GET", "/centres/9999", 404)


# --- jobs, messages, keys, versions -----------------------------------------------------------------------------------


def test_a_job_that_failed_is_shown_and_tried_again_at_once(hall: Hall) -> None:
    admin, later = hall.enter("admin"), NOON + timedelta(minutes=40)
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(JobFailure(job="run-fairs", attempts=6, retry_at=later, error="OSError"))
    jobs = {job["name"]: job for job in call(admin, "GET", "/operation/jobs", 200)}
    assert len(jobs) > 30
    assert (jobs["run-fairs"]["failure"]["error"], jobs["run-fairs"]["every_seconds"] > 0) == ("OSError", True)
    assert jobs["plan-night"]["failure"] is None
    call(admin, "POST", "/operation/jobs/run-fairs/retry", 204)
    failure = next(job for job in call(admin, "GET", "/operation/jobs", 200) if job["name"] == "run-fairs")["failure"]
    assert datetime.fromisoformat(failure["retry_at"]) == clock.now()
    assert call(admin, "POST", "/operation/jobs/plan-night/retry", 409)["type"].endswith("job-not-failing")
    call(admin, "POST", "/operation/jobs/unknown/retry", 404)
    assert "马上再试" in admin.get("/administration/jobs")
    admin.send("/administration/jobs/run-fairs/retry")


def test_dead_letters_are_listed_without_their_words_and_put_back(hall: Hall) -> None:
    admin = hall.enter("admin")
    with open_session(SYSTEM.scope, write=True) as session:
        somebody = session.scalars(select(Person)).first()
        assert somebody
        for at in range(5):
            session.add(
                Message(
                    kind="letter", title="秘密的标题", body="秘密的正文", person_id=somebody.id,
                    dedupe_key=f"dead:{at}", delivery=Delivery.DEAD, attempts=9, last_error="refused",
                )
            )  # fmt: skip
    assert call(admin, "GET", "/outbox", 200)["counts"]["dead"] == 5
    first = call(admin, "GET", "/outbox/dead?limit=3", 200)
    rest = call(admin, "GET", f"/outbox/dead?limit=3&cursor={first['next_cursor']}", 200)
    letters = first["items"] + rest["items"]
    assert (len({letter["id"] for letter in letters}), rest["next_cursor"]) == (5, "")
    assert "秘密" not in str(letters)
    assert call(admin, "POST", "/outbox/retry", 200, {"message_ids": [letters[0]["id"]]}) == {"count": 1}
    assert call(admin, "POST", "/outbox/retry", 200, {}) == {"count": 4}
    assert call(admin, "POST", "/outbox/retry", 200, {}) == {"count": 0}
    call(admin, "POST", "/outbox/retry", 422, {"message_ids": [0]})


def test_keys_are_told_by_check_values_and_versions_whole(hall: Hall) -> None:
    admin = hall.enter("admin")
    keys = call(admin, "GET", "/operation/keys", 200)
    (key,) = keys["keys"]
    assert (keys["trouble"], keys["is_escrowed"], len(key["check_value"]), key["is_here"]) == ("", False, 8, True)
    versions = call(admin, "GET", "/operation/versions", 200)
    assert versions["schema_fits"]
    assert "pyotp" in [library["name"] for library in versions["libraries"]]


# --- who may --------------------------------------------------------------------------------------------------------

NEEDED = {
    ("GET", "/accounts"): "account:manage",
    ("POST", "/accounts"): "account:manage",
    ("GET", "/accounts/1"): "account:manage",
    ("PUT", "/accounts/1"): "account:manage",
    ("POST", "/accounts/1/link"): "account:manage",
    ("POST", "/accounts/1/end"): "account:manage",
    ("POST", "/accounts/1/reopen"): "account:manage",
    ("POST", "/accounts/1/reset"): "account:manage",
    ("POST", "/accounts/1/renew"): "account:renew",
    ("GET", "/accounts/partners"): "account:renew",
    ("GET", "/accounts/resets"): "account:approve-reset",
    ("POST", "/accounts/resets/1/agree"): "account:approve-reset",
    ("GET", "/centres"): "centre:manage",
    ("POST", "/centres"): "centre:manage",
    ("PUT", "/centres/1"): "centre:manage",
    ("GET", "/operation/jobs"): "operation:read",
    ("POST", "/operation/jobs/run-fairs/retry"): "operation:retry",
    ("GET", "/operation/keys"): "operation:read",
    ("GET", "/operation/versions"): "operation:read",
    ("GET", "/outbox"): "outbox:manage",
    ("GET", "/outbox/dead"): "outbox:manage",
    ("POST", "/outbox/retry"): "outbox:manage",
}
BODIES = {
    "/accounts": CLERK,
    "/accounts/1": {"name": "某人", "roles": ["auditor"]},
    "/accounts/1/reset": {"reason": "手机丢了"},
    "/accounts/1/renew": {"expires_on": "2027-06-01"},
    "/centres": {"code": "XY77", "name": "新的中心", "region_code": "610404"},
    "/centres/1": {"code": "XY77", "name": "新的中心", "region_code": "610404"},
    "/outbox/retry": {},
}


def test_a_refusal_names_the_missing_permission(hall: Hall) -> None:
    clerk, visitor = hall.enter("clerk"), hall.enter()
    for (method, path), permission in NEEDED.items():
        refused(clerk, method, path, permission, BODIES.get(path) if method != "GET" else None)
        assert answer(visitor, method, path, BODIES.get(path) if method != "GET" else None).status_code == 401


def names_told(hall: Hall) -> list[str]:
    """Names of people in anything that the administrator reads over the API."""
    admin = hall.enter("admin")
    with open_session(SYSTEM.scope) as session:
        names = list(session.scalars(select(Person.name)))
    text = " ".join(answer(admin, "GET", f"{path}{'?limit=100' if path == '/accounts' else ''}").text for path in READS)
    return [name for name in names if name in text]


def test_who_enters_law_reads_no_people_over_the_api(hall: Hall) -> None:
    assert names_told(hall) == []
    admin = hall.enter("admin")
    for method, path, body in (
        ("GET", f"/accounts/{number(Account, login='wang')}", None),
        ("POST", f"/accounts/{number(Account, login='wang')}/link", None),
        ("POST", f"/accounts/{number(Account, login='wang')}/end", None),
        ("POST", f"/accounts/{number(Account, login='wang')}/reset", {"reason": "手机丢了"}),
    ):
        call(admin, method, path, 404, body)
    with planted(administration, kept_accounts=lambda _words="": select(Account).order_by(Account.login)):
        assert names_told(hall)


# --- the console ------------------------------------------------------------------------------------------------------


def test_the_console_keeps_centres_jobs_and_accounts(hall: Hall) -> None:
    run = CliRunner()

    def typed(*words: str) -> tuple[int, str]:
        done = run.invoke(app, list(words))
        return done.exit_code, done.output

    free = unserved()
    assert typed("centre", "add", "XY77", "--name", "新的中心", "--region", free)[0] == 0
    assert typed("centre", "add", "XY77", "--name", "新的中心", "--region", free)[0] == 1
    assert typed("centre", "change", "XY77", "--phone", "029-2")[0] == 0
    assert typed("centre", "change", "nobody", "--phone", "029-2")[0] == 2
    assert "新的中心    029-2" in typed("centre", "list")[1]
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(JobFailure(job="run-fairs", attempts=6, retry_at=NOON + timedelta(minutes=40), error="OSError"))
    assert "OSError, 6 tries" in typed("jobs", "list")[1]
    assert typed("jobs", "retry", "run-fairs")[0] == 0
    assert typed("jobs", "retry", "plan-night")[0] == 1
    assert typed("jobs", "retry", "unknown")[0] == 2
    clerk = hall.enter("clerk")
    assert typed("account", "end", "clerk")[0] == 0
    assert clerk.client.get("/counter").status_code == 303
    assert typed("account", "reopen", "clerk")[0] == 0
    assert hall.enter("clerk").client.get("/counter").status_code == 200
    link = typed("account", "invite", "clerk")[1].strip()
    assert hall.enter().client.get(re.sub("^https?://[^/]+", "", link)).status_code == 200
    assert typed("account", "end", "nobody")[0] == 2
    assert typed("account", "end", "wang")[0] == 2


def test_organisations_of_partners_are_named_by_their_number(hall: Hall) -> None:
    admin = hall.enter("admin")
    with open_session(SYSTEM.scope) as session:
        school = session.scalars(select(TrainingProvider.id)).first()
        employer = session.scalars(select(Employer.id)).first()
    lasts = {"expires_on": "2027-06-01", "centre_id": None}
    for login, role, field, organisation in (
        ("teacher", "registrar", "provider_id", school),
        ("hiring", "employer", "employer_id", employer),
    ):
        draft = CLERK | lasts | {"login": login, "roles": [role], field: organisation}
        assert call(admin, "POST", "/accounts", 201, draft)[field] == organisation
