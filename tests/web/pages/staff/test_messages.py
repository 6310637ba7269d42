"""The texts of messages: previewed, agreed by a second person, sent in the new words, and put back."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from centre import clock, policy_changes
from centre.database import open_session
from centre.messages import send
from centre.messages.jobseekers import RENEW
from centre.outbox import Message
from centre.permissions import Actor
from tests.planted import planted
from tests.web.desks import Desk, Hall, opened, words

NOON = datetime(2027, 3, 1, 4, 0, 10, tzinfo=UTC)
HERE = "/administration/messages"
TEXT = {
    "title": "求职登记该续期了",
    "body": "点开续半年，或打中心电话。",
    "from_on": "2027-03-01",
    "source": "中心例会 2027 年第 3 次（虚构）",
}


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


def proposed(admin: Desk, name: str = "renew", **changes: str) -> str:
    """Write a text, look at how it reads, submit it to a second person; returns the preview."""
    preview = admin.send(f"{HERE}/{name}/new", 200, **(TEXT | changes))
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', preview)[0]
    admin.send(f"{HERE}/{name}/new", **(TEXT | changes), seen=seen)
    return preview


def agreed(hall: Hall, name: str = "renew") -> None:
    manager = hall.enter("city")
    number = re.findall(r"/rules/changes/([0-9]+)/agree", manager.get(f"{HERE}/{name}"))[0]
    manager.send(f"/administration/rules/changes/{number}/agree")


def sent(key: str) -> tuple[str, str]:
    """What is written to somebody now."""
    with open_session(Actor.system().scope, write=True) as session:
        send(session, RENEW.of(), to_account_id=1, dedupe_key=key)
        session.flush()
        message = session.scalars(select(Message).where(Message.dedupe_key == key)).one()
        return message.title, message.body


def test_a_text_is_previewed_agreed_sent_and_put_back(hall: Hall) -> None:
    admin = hall.enter("admin")
    standard = sent("before")
    assert standard == (RENEW.title, RENEW.body)
    preview = words(proposed(admin))
    assert "求职登记该续期了：点开续半年，或打中心电话。" in preview
    assert re.search(r"短信长度 ?[0-9]+ 字，1 条", preview)
    assert sent("asked") == standard, "one person's word changes nothing"
    assert "/agree" not in admin.get(f"{HERE}/renew")
    agreed(hall)
    assert sent("agreed") == (TEXT["title"], TEXT["body"])
    page = admin.get(f"{HERE}/renew")
    assert TEXT["source"] in page
    assert "自己的文字" in admin.get(HERE)
    back = admin.get(f"{HERE}/renew/new?standard=1")
    assert RENEW.body in back
    proposed(admin, title=RENEW.title, body=RENEW.body, from_on="2027-03-02")
    agreed(hall)
    assert sent("still") == (TEXT["title"], TEXT["body"]), "the standard text comes back on its day"
    with clock.frozen(NOON + timedelta(days=1)):
        assert sent("back") == standard


def test_a_text_that_takes_effect_at_once_is_caught(hall: Hall) -> None:
    def alone(session: object, actor: object, *, draft: object) -> None:
        """Puts what one person wrote into force."""
        from centre.messages.overlay import kept_texts
        from centre.policy_changes import RuleDraft, _rule, checked_value

        assert isinstance(draft, RuleDraft)
        session.add(_rule(draft, checked_value(session, draft)))  # type: ignore[attr-defined,arg-type]
        kept_texts.forget_after(session)  # type: ignore[arg-type]

    with planted(policy_changes, propose_rule=alone):
        proposed(hall.enter("admin"))
    assert sent("planted") == (TEXT["title"], TEXT["body"])


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        ("letter", {"body": "推荐信开好了"}, "必须保留这些占位符：expires, letter"),
        ("letter", {"body": "{letter} {expires} {phone}"}, "没有这些占位符：phone"),
        ("sign-in-code", {"title": "验证码 {code}"}, "必须保留"),
        ("renew", {"body": "{"}, "花括号"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_the_reason(
    hall: Hall, name: str, changes: dict[str, str], fault: str
) -> None:
    assert fault in hall.enter("admin").send(f"{HERE}/{name}/new", 422, **(TEXT | changes))


def test_the_general_page_of_rules_keeps_the_same_conditions(hall: Hall) -> None:
    rule = {"key": "message.letter", "from_on": "2027-01-01", "source": "虚构的通知"}
    page = hall.enter("admin").send("/administration/rules/new", 422, **rule, value='{"title": "信", "body": ""}')
    assert "必须保留" in page


def test_the_pages_read_in_both_languages(hall: Hall) -> None:
    admin = hall.enter("admin")
    proposed(admin)
    agreed(hall)
    for path in (HERE, f"{HERE}/renew", f"{HERE}/letter/new", "/administration/rules"):
        assert admin.get(path)
        assert "essage" in admin.get(f"{path}?lang=en")


def test_who_may_not_enter_law_may_not_write_texts(hall: Hall) -> None:
    hall.enter("city").send(f"{HERE}/renew/new", 403, **TEXT)
    assert hall.enter("clerk").client.get(HERE).status_code == 403
    assert hall.enter("admin").client.get(f"{HERE}/no-such").status_code == 404
