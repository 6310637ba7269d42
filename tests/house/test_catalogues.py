"""Both languages are complete: every Chinese message has its English, no entry is left over, parameters agree."""

from pathlib import Path

from jinja2 import nodes

from tests.house.source import ROOT, Findings, files, plant
from tests.house.words import (
    HAN,
    Entry,
    entries,
    parameters,
    python_messages,
    template_messages,
    template_tree,
    untranslated,
)

# The switch between the languages names each in its own words.
ITSELF = {"中文"}


def catalogue(root: Path) -> tuple[dict[str, Entry], list[str]]:
    """The English catalogues as one, with what is wrong inside them."""
    known: dict[str, Entry] = {}
    wrong = []
    for entry in entries(root):
        twin = known.setdefault(entry.text, entry)
        if twin.translation != entry.translation:
            wrong.append(f"{entry.file}: {entry.text} is translated otherwise in {twin.file}")
        if not entry.translation or entry.fuzzy:
            wrong.append(f"{entry.file}: {entry.text} has no English")
        elif parameters(entry.text) != parameters(entry.translation):
            wrong.append(f"{entry.file}: {entry.text} and its English take other parameters")
    return known, wrong


def catalogues(root: Path) -> Findings:
    """Messages without English, entries without a message, parameters that do not agree."""
    known, wrong = catalogue(root)
    findings = Findings(wrong=wrong)
    used = set()
    for message in (*python_messages(root), *template_messages(root)):
        findings.look(message.text is not None, f"{message.at}: a message has to be a constant")
        if message.text is None:
            continue
        used.add(message.text)
        needs = bool(HAN.search(message.text))
        findings.look(not needs or message.text in known, f"{message.at}: {message.text} is not in the catalogues")
        if message.given is not None:
            agree = parameters(message.text) == message.given
            findings.look(agree, f"{message.at}: {message.text} is given {sorted(message.given)}")
    findings.wrong += [f"{entry.file}: {text} is used nowhere" for text, entry in known.items() if text not in used]
    return findings


def unmarked(root: Path) -> Findings:
    """Chinese in templates that is not marked for translation."""
    findings = Findings()
    for path in files(root, "*.html", "web/templates"):
        for data in template_tree(path).find_all(nodes.TemplateData):
            bare = set(HAN.findall(data.data)) - ITSELF
            findings.look(not bare, f"{path.relative_to(root).as_posix()}:{data.lineno}: {' '.join(sorted(bare))}")
    return findings


def test_the_catalogues_are_complete() -> None:
    assert catalogues(ROOT).verdict == []


def test_templates_mark_their_chinese() -> None:
    assert unmarked(ROOT).verdict == []


def test_planted_gaps_in_the_catalogue_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/errors.py", 'N_("满员")\nN_(f"{x}")\ntranslate(locale, "还剩 {n} 个", m=1)\n')
    plant(tmp_path, "web/templates/seats.html", '{{ _("报名") }}{{ _("还剩 {n} 个", n=3) }}{{ _(label) }}')
    plant(
        tmp_path,
        "centre/locale/en/training.po",
        'msgid "还剩 {n} 个"\nmsgstr "Seats left: {m}"\n\nmsgid "旧话"\nmsgstr "Old"\n\nmsgid "报名"\nmsgstr ""\n',
    )
    assert catalogues(tmp_path).verdict == [
        "training.po: 报名 has no English",
        "training.po: 旧话 is used nowhere",
        "training.po: 还剩 {n} 个 and its English take other parameters",
        "training/errors.py:1: 满员 is not in the catalogues",
        "training/errors.py:2: a message has to be a constant",
        "training/errors.py:3: 还剩 {n} 个 is given ['m']",
    ]


def test_planted_chinese_outside_the_marks_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "web/templates/seats.html", '<p>{{ _("名额") }}: 满员 <a>中文</a></p>')
    assert unmarked(tmp_path).verdict == ["web/templates/seats.html:1: 满员"]


def test_what_lacks_english_is_printed_once_and_ready_to_fill_in(tmp_path: Path) -> None:
    plant(tmp_path, "training/errors.py", 'N_("满员")\nN_("满员")\nN_("报名")\n')
    plant(tmp_path, "centre/locale/en/training.po", 'msgid "报名"\nmsgstr "Enrol"\n')
    assert list(untranslated(tmp_path)) == ['#: training/errors.py:1 training/errors.py:2\nmsgid "满员"\nmsgstr ""\n\n']
