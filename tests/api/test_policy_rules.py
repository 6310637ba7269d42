"""Rules, calendar years and message texts over the API and at the console; and how the user's own messages come."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from centre import clock
from centre.senders import drain_outbox
from centre.settings import settings
from tests.api.administering import call
from tests.databases import settings_from
from tests.web.desks import Hall, opened
from web.commands import app

NOON = datetime(2027, 3, 1, 4, 0, 10, tzinfo=UTC)
YEAR = {"off": ["2028-01-01", "2028-10-01"], "work": ["2028-01-08"]}
CALENDAR = {
    "key": "calendar-year",
    "value": json.dumps(YEAR),
    "from_on": "2028-01-01",
    "to_on": "2028-12-31",
    "source": "国办发明电〔2027〕9号（虚构）",
}
TEXT = {
    "key": "message.renew",
    "value": json.dumps({"title": "该续期了", "body": ""}),
    "from_on": "2027-03-01",
    "source": "中心例会（虚构）",
}


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


@pytest.mark.parametrize("rule", [CALENDAR, TEXT], ids=["calendar", "message"])
def test_a_rule_is_written_by_one_and_agreed_by_another(hall: Hall, rule: dict[str, str]) -> None:
    admin, city = hall.enter("admin"), hall.enter("city")
    change = call(admin, "POST", "/rules/changes", 201, rule)
    assert [waiting["id"] for waiting in call(city, "GET", "/rules/changes", 200)] == [change["id"]]
    call(admin, "POST", f"/rules/changes/{change['id']}/agree", 409)
    assert not call(admin, "GET", "/rules/calendar/2028", 200)["entered"]
    call(city, "POST", f"/rules/changes/{change['id']}/agree", 204)
    assert rule["source"] in [kept["source"] for kept in call(city, "GET", "/rules", 200)]
    year = call(city, "GET", "/rules/calendar/2028", 200)
    texts = {text["name"]: text for text in call(city, "GET", "/rules/messages", 200)}
    if rule is CALENDAR:
        assert year == {"year": 2028, "entered": True, **YEAR}
        assert texts["renew"]["title"] == texts["renew"]["standard_title"]
    else:
        assert not year["entered"]
        assert texts["renew"]["title"] == "该续期了"
    assert texts["letter"]["required"] == ["expires", "letter"]


def test_who_may_not_enter_law_is_refused(hall: Hall) -> None:
    call(hall.enter("city"), "POST", "/rules/changes", 403, TEXT)
    call(hall.enter("clerk"), "GET", "/rules", 403)
    call(hall.enter("admin"), "POST", "/rules/changes", 422, CALENDAR | {"value": '{"off": [], "work": []}'})
    call(hall.enter("admin"), "POST", "/rules/changes", 422, TEXT | {"value": '{"title": "{phone}", "body": ""}'})
    assert call(hall.enter("admin"), "GET", "/rules/changes", 200) == []


def test_what_the_console_writes_waits_for_a_person(hall: Hall) -> None:
    run = CliRunner()
    value = json.dumps({"title": "该续期了", "body": ""}, ensure_ascii=False)
    typed = ["rules", "propose", "message.renew", value, "--from", "2027-03-01", "--source", "中心例会（虚构）"]
    wrong = run.invoke(app, [*typed[:3], '{"title": "{name}", "body": ""}', *typed[4:]])
    assert (wrong.exit_code, "no such placeholders: name" in wrong.output) == (1, True)
    assert run.invoke(app, [*typed[:-1], "x"]).exit_code == 1
    done = run.invoke(app, typed)
    assert done.exit_code == 0, done.output
    assert "该续期了" not in run.invoke(app, ["rules", "messages"]).output
    (change,) = call(hall.enter("admin"), "GET", "/rules/changes", 200)
    call(hall.enter("admin"), "POST", f"/rules/changes/{change['id']}/agree", 204)
    assert "该续期了" in run.invoke(app, ["rules", "messages"]).output
    assert "message.renew" in run.invoke(app, ["rules", "list", "message."]).output


def test_the_way_of_messages_is_read_chosen_and_proved(hall: Hall) -> None:
    wang = hall.enter("wang")
    own = call(wang, "GET", "/message-settings", 200)
    assert own == {"way": "phone", "quiet_from": None, "quiet_until": None, "ways": ["phone", "pages"], "email": ""}
    call(wang, "PUT", "/message-settings", 422, {"way": "email"})
    choice = {"way": "pages", "quiet_from": 12, "quiet_until": 14}
    assert call(wang, "PUT", "/message-settings", 200, choice) == own | choice
    with settings_from(sender="file"):
        asked = call(wang, "POST", "/message-settings/email", 202, {"address": "mailbox@example.cn"})["asked"]
        drain_outbox()
        line = (settings().data_dir / "messages.jsonl").read_text().splitlines()[-1]
        proof = {"address": "mailbox@example.cn", "asked": asked}
        proof["code"] = re.findall(r"[0-9]{6}", json.loads(line)["text"])[0]
        call(wang, "POST", "/message-settings/email/code", 204, proof)
    assert call(wang, "PUT", "/message-settings", 200, {"way": "email"})["email"] == "ma…@example.cn"
