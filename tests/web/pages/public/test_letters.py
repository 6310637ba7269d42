"""Letters in public: verified online, in the browser and offline; answered by an employer's link."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from typer.testing import CliRunner

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.signing import published_keys
from employers.openings.models import Opening
from matching.introductions.actions import agree_to_introduction
from matching.introductions.links import answer_path
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState
from matching.introductions.verification import key_list
from tests.web.desks import Hall, number, words
from web.commands import app
from web.pages.public.letters import saved_page

SYSTEM = Actor.system().scope


def issued(hall: Hall) -> Introduction:
    """The letter that a worker of the demo town asked for."""
    opening = number(Opening, title="缝纫工（平车）")
    asked = int(hall.enter("wang").send(f"/openings/{opening}/ask").rsplit("/", 1)[1])
    with open_session(SYSTEM) as session:
        centre_id = session.scalars(select(Introduction.centre_id).where(Introduction.id == asked)).one()
    clerk = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=centre_id)
    with open_session(clerk.scope, write=True) as session:
        return agree_to_introduction(session, clerk, introduction_id=asked)


def forged(text: str) -> str:
    """A letter with the last byte of its payload's text exchanged."""
    form, name, payload, signature = text.split(".")
    return ".".join((form, name, payload[:-4] + ("AAAA" if payload[-4:] != "AAAA" else "BBBB"), signature))


def test_the_letter_shows_its_issuer_its_seal_its_skills_and_a_code(hall: Hall) -> None:
    letter = issued(hall)
    seen = hall.enter("wang").get(f"/me/introductions/{letter.id}")
    assert all(part in words(seen) for part in ("签发单位", "（盖章）", "扫码验真伪", "怎么去", "会做什么，谁核实的"))
    assert 'class="story"' in seen
    assert 'href="geo:' in seen
    assert answer_path(letter) not in seen


def test_a_letter_goes_on_saying_what_was_signed_when_the_opening_changes(hall: Hall) -> None:
    letter, worker = issued(hall), hall.enter("wang")
    path = f"/me/introductions/{letter.id}"
    assert "工资 3,200–5,000 元/月" in words(worker.get(path))
    with open_session(SYSTEM, write=True) as session:
        opening = session.get_one(Opening, letter.opening_id)
        opening.wage_min_fen, opening.title, opening.region_code = 260_000, "包装工", "320281"
    paper = words(worker.get(path).partition('id="letter"')[2])
    assert "应聘“缝纫工（平车）”" in paper
    assert "工资 3,200–5,000 元/月" in paper
    assert "陕西省咸阳市渭城区" in paper
    assert "2,600" not in paper


def test_anybody_verifies_a_letter_on_the_server_and_a_forged_one_is_refused(hall: Hall) -> None:
    letter, visitor = issued(hall), hall.enter()
    good = words(visitor.send("/letters/verify", 200, text=f"https://x/letters/verify#{letter.signed_letter}"))
    assert "没有被改过" in good
    assert letter.worker_name in good
    assert "验不过" in visitor.send("/letters/verify", 422, text=forged(letter.signed_letter))
    assert "验不过" in visitor.send("/letters/verify", 422, text="x")
    visitor.send("/letters/verify", 422, text="")


def test_the_saved_page_verifies_offline_and_sees_a_forgery(hall: Hall, browser: Browser) -> None:
    letter = issued(hall)
    with open_session(SYSTEM) as session:
        saved = saved_page("zh-Hans", key_list(published_keys(session)))
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_content(saved)
    for text, verdict in ((letter.signed_letter, "good"), (forged(letter.signed_letter), "bad"), ("GQ1.a.b.c", "bad")):
        page.fill("textarea", text)
        page.click("button")
        assert page.get_attribute("[data-letter]", "data-result") == verdict
        assert (letter.worker_name in page.inner_text("[data-letter]")) is (verdict == "good")
    context.close()


def test_the_command_verifies_with_a_file_of_keys_and_no_database(hall: Hall, tmp_path: Path) -> None:
    letter, keys = issued(hall), tmp_path / "keys.json"
    keys.write_text(hall.enter().get("/letters/keys.json"), "utf-8")
    run = CliRunner().invoke
    good = run(app, ["letter", "verify", letter.signed_letter, "--keys", str(keys)])
    assert (good.exit_code, "Genuine" in good.output, letter.worker_name in good.output) == (0, True, True)
    assert run(app, ["letter", "verify", "-", "--keys", str(keys)], input=letter.signed_letter).exit_code == 0
    assert run(app, ["letter", "verify", forged(letter.signed_letter), "--keys", str(keys)]).exit_code == 1
    keys.write_text("[]", "utf-8")
    assert run(app, ["letter", "verify", letter.signed_letter, "--keys", str(keys)]).exit_code == 2


@pytest.mark.parametrize(
    ("pressed", "state"),
    [
        ("hired", IntroductionState.HIRED),
        ("interviewed", IntroductionState.INTERVIEWED),
        ("no_show", IntroductionState.NO_SHOW),
        ("refused_by_employer:skill", IntroductionState.REFUSED_BY_EMPLOYER),
    ],
)
def test_an_employer_answers_by_the_link_of_its_message_without_signing_in(
    hall: Hall, pressed: str, state: IntroductionState
) -> None:
    letter = issued(hall)
    link = answer_path(letter)
    with open_session(SYSTEM) as session:
        assert link in set(session.scalars(select(Message.link)))
    visitor = hall.enter()
    assert letter.worker_name in visitor.get(link)
    assert visitor.send(link, answer=pressed) == link
    assert "已经收到您的答复" in visitor.get(link) or state is IntroductionState.INTERVIEWED
    with open_session(SYSTEM) as session:
        row = session.scalars(select(Introduction).where(Introduction.id == letter.id)).one()
        assert row.state is state


def test_a_wrong_link_shows_nothing_and_a_look_changes_nothing(hall: Hall) -> None:
    letter, visitor = issued(hall), hall.enter()
    visitor.get(answer_path(letter))
    visitor.get(answer_path(letter)[:-1] + "x", 404)
    visitor.send(answer_path(letter), 422, answer="bribed")
    visitor.send(answer_path(letter)[:-1] + "x", 404, answer="hired")
    with open_session(SYSTEM) as session:
        row = session.scalars(select(Introduction).where(Introduction.id == letter.id)).one()
        assert row.state is IntroductionState.LETTER_ISSUED


def test_an_interview_is_proposed_by_the_link_and_answered_by_the_worker(hall: Hall) -> None:
    letter, visitor, worker = issued(hall), hall.enter(), hall.enter("wang")
    day = clock.today() + timedelta(days=3)
    visitor.send(f"{answer_path(letter)}/interview", on=day.isoformat(), at="09:30", place="二号门")
    seen = worker.get(f"/me/introductions/{letter.id}")
    reply = re.search(r"/me/interviews/[0-9]+/take", seen)
    assert reply is not None
    worker.send(reply[0])
    assert "按时去面试" in worker.get(f"/me/introductions/{letter.id}")
    assert "说好了" in visitor.get(answer_path(letter))
    past = visitor.send(f"{answer_path(letter)}/interview", 409, on="2020-01-01", at="09:30")
    assert "面试时间已经过了" in past
