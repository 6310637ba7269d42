"""Published facts: each has a subscriber, and every module with subscribers is listed."""

import ast
from pathlib import Path

import pytest

from centre.events import subscribe, subscriptions
from centre.subscriptions import SUBSCRIBERS
from tests.house.source import DOMAIN, ROOT, Findings, plant, sources


def published(root: Path) -> dict[str, str]:
    """The facts that the domain publishes, each with one place that does: `publish(session, Fact(...))`."""
    places: dict[str, str] = {}
    for source in sources(root, *DOMAIN):
        for name, call in source.calls():
            if name.rsplit(".", 1)[-1] != "publish" or len(call.args) != 2:
                continue
            for node in ast.walk(call.args[1]):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].isupper():
                    places[node.func.id] = source.at(call)
    return places


def unheard(root: Path, heard: set[str]) -> Findings:
    """Facts that nobody acts on."""
    findings = Findings()
    for fact, place in published(root).items():
        findings.look(fact in heard, f"{place}: nobody subscribes to {fact}")
    return findings


def unlisted(root: Path, listed: tuple[str, ...]) -> Findings:
    """Modules named `subscribers` that are not in the list, and listed ones that do not exist."""
    findings = Findings()
    present = {
        source.name.removesuffix(".py").replace("/", ".")
        for source in sources(root, *DOMAIN)
        if source.module == "subscribers"
    }
    for module in sorted(present | set(listed)):
        findings.look(module in listed, f"{module} is not listed in centre/subscriptions.py")
        findings.look(module in present, f"{module} is listed and does not exist")
    return findings


def test_every_published_fact_has_a_subscriber_and_every_subscriber_is_listed() -> None:
    assert unheard(ROOT, {kind.__name__ for kind in subscriptions()}).verdict == []
    assert unlisted(ROOT, SUBSCRIBERS).verdict == []


def test_every_listed_module_acts_on_something() -> None:
    acting = {handler.__module__ for handlers in subscriptions().values() for handler in handlers}
    assert acting == set(SUBSCRIBERS)


def test_planted_faults_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/classes/actions.py", "def end(session):\n    publish(session, ClassEnded(1))\n")
    plant(tmp_path, "training/funds/subscribers.py", "")
    assert unheard(tmp_path, {"ClassMoved"}).verdict == [
        "training/classes/actions.py:2: nobody subscribes to ClassEnded"
    ]
    assert unlisted(tmp_path, ("matching.search.subscribers",)).verdict == [
        "matching.search.subscribers is listed and does not exist",
        "training.funds.subscribers is not listed in centre/subscriptions.py",
    ]


def test_a_handler_in_an_unlisted_module_is_refused() -> None:
    with pytest.raises(ValueError, match="not listed"):
        subscribe(int)(lambda _session, _fact: None)
