"""Every message that leaves is in the register, is given the words that its text offers, and no text is unused."""

import ast
from collections.abc import Iterator
from pathlib import Path

from centre.messages.wording import Wording
from tests.house.register import TEXTS
from tests.house.source import ROOT, Findings, Source, plant, sources

WRITERS = {"post", "post_all"}
REGISTER = "centre/messages/"


def known(source: Source) -> dict[str, Wording]:
    """The texts of the register that a file imports, by the names that it uses."""
    return {
        name.asname or name.name: TEXTS[node.module or "", name.name]
        for node in source.nodes
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if (node.module or "", name.name) in TEXTS
    }


def fillings(source: Source) -> Iterator[tuple[ast.Call, str, set[str | None]]]:
    """Every call of `of` with what it is called on and the names of its words."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of":
            yield node, ast.unparse(node.func.value), {word.arg for word in node.keywords}


def messages(root: Path) -> Findings:
    """Messages past the register, and texts that are filled with other words than they offer.

    A text that goes through a variable or a table has to agree with one of the calls on such a name in its file.
    """
    findings = Findings()
    for source in sources(root):
        if source.name.startswith((REGISTER, "centre/outbox.py")):
            continue
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "centre.outbox":
                past = WRITERS & {name.name for name in node.names}
                findings.look(not past, f"{source.at(node)}: {', '.join(past)} writes past the register")
        texts = known(source)
        if not texts:
            continue
        direct, indirect = set(), []
        for call, name, words in fillings(source):
            if name in texts:
                direct.add(name)
                findings.look(
                    words == texts[name].offers, f"{source.at(call)}: {name} offers {sorted(texts[name].offers)}"
                )
            else:
                indirect.append(words)
        for name in sorted(texts.keys() - direct):
            findings.look(texts[name].offers in indirect, f"{source.name}: {name} is not given its words")
    return findings


def unused(root: Path) -> list[str]:
    """Texts of the register that nothing sends."""
    sent = {wording.name for source in sources(root) for wording in known(source).values()}
    return sorted({wording.name for wording in TEXTS.values()} - sent)


def test_every_message_is_in_the_register_with_all_its_words() -> None:
    assert messages(ROOT).verdict == []


def test_no_text_of_the_register_is_unused() -> None:
    assert unused(ROOT) == []


def test_planted_messages_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/past.py", "from centre.outbox import post\n")
    plant(
        tmp_path,
        "training/words.py",
        "from centre.messages.jobseekers import LETTER, RENEW\n"
        "from centre.messages.employers import BOOTH_REFUSED\n"
        "send(session, LETTER.of(title=title, name=name))\n"
        "send(session, RENEW.of())\n"
        "wording = BOOTH_REFUSED\n"
        "send(session, wording.of(fair=fair))\n",
    )
    assert messages(tmp_path).verdict == [
        "training/past.py:1: post writes past the register",
        "training/words.py: BOOTH_REFUSED is not given its words",
        "training/words.py:3: LETTER offers ['expires', 'letter', 'title']",
    ]
    assert "chase" in unused(tmp_path)
