"""Every action begins by asking whether the actor may: its first statement calls `require`."""

import ast
from pathlib import Path

from tests.house.source import DOMAIN, ROOT, Findings, Function, Source, dotted, plant, sources

# The ground floor's verbs that other actions are made of; each is called by an action that has asked already.
VERBS = {
    "centre/states.py",
    "centre/audit.py",
    "centre/ledger.py",
    "centre/outbox.py",
    "centre/accounts/organisations.py",
}
# Holding the password or the token is what allows these; nobody has signed in when they are called.
OPEN_TO_ALL = {"centre/accounts/actions.py: sign_in", "centre/accounts/sessions.py: sign_out"}
READING = {"rules", "models", "queries", "jobs"}


def takes_an_actor(function: ast.stmt) -> bool:
    """Whether this is a public function of the form verb_object(session, actor, ...)."""
    if not isinstance(function, Function) or function.name.startswith("_"):
        return False
    return [argument.arg for argument in function.args.args[:2]] == ["session", "actor"]


def asks_first(function: Function) -> bool:
    """Whether the first statement after the docstring calls `require`."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Call) and dotted(first.value.func) == "require"


def is_action_module(source: Source) -> bool:
    """Whether the functions of a module that take a session and an actor are actions."""
    return source.name not in VERBS and source.module not in READING


def actions(root: Path) -> Findings:
    """Actions that do not ask, and functions of actions.py that take no actor."""
    findings = Findings()
    for source in sources(root, *DOMAIN):
        for node in source.tree.body:
            if is_action_module(source) and takes_an_actor(node) and isinstance(node, Function):
                allowed = asks_first(node) or f"{source.name}: {node.name}" in OPEN_TO_ALL
                findings.look(allowed, f"{source.at(node)}: {node.name} does not call require first")
            elif source.module == "actions" and isinstance(node, Function) and not node.name.startswith("_"):
                findings.look(False, f"{source.at(node)}: {node.name} takes no (session, actor)")
    return findings


def test_every_action_asks_first() -> None:
    assert actions(ROOT).verdict == []


def test_planted_actions_that_do_not_ask_are_caught(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "training/actions.py",
        "def enrol(session, actor, *, class_id):\n    '''Enrol (报名).'''\n    require(actor, Permission.ENROL)\n"
        "def open_class(session, actor, *, class_id):\n    seats = 3\n    require(actor, Permission.X)\n"
        "def close_class(session, class_id):\n    pass\n",
    )
    assert actions(tmp_path).verdict == [
        "training/actions.py:4: open_class does not call require first",
        "training/actions.py:7: close_class takes no (session, actor)",
    ]
