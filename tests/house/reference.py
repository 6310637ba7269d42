"""docs/REFERENCE.md, written from the code by `make reference`. A test keeps the file up to date."""

import ast
import sys
from collections.abc import Iterable, Iterator

from centre.errors import Refusal
from centre.jobs import REGISTER
from centre.permissions import Permission, Role
from centre.settings import Settings
from centre.translation import translate
from tests.house.machines import Code, machine_rows, machines
from tests.house.source import PACKAGES, ROOT, sources
from tests.modules import modules

HEAD = """# Reference

Written by `make reference` from the code; do not edit.
"""


def table(title: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown section with one table."""
    heads = list(heads)
    lines = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    body = [heads, ["---"] * len(heads), *lines]
    return f"\n## {title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in body) + "\n"


def english(message: str) -> str:
    """A message of the source in English."""
    return translate("en", message)


def setting_rows() -> Iterator[tuple[str, ...]]:
    """Every setting: its variable, default and meaning."""
    for name, field in Settings.model_fields.items():
        default = getattr(field.default, "get_secret_value", lambda field=field: field.default)()
        yield f"`GANGQIAO_{name.upper()}`", f"`{default}`" if default != "" else "", field.description or ""


def permission_rows() -> Iterator[tuple[str, ...]]:
    """Every permission: its code, both names and who holds it."""
    for permission in Permission:
        holders = ", ".join(role.value for role in Role if role in permission.roles)
        yield f"`{permission.value}`", permission.label, english(permission.label), holders


def role_rows() -> Iterator[tuple[str, ...]]:
    """Every role: its code and both names."""
    for role in Role:
        yield f"`{role.value}`", role.label, english(role.label)


def job_rows() -> Iterator[tuple[str, ...]]:
    """Every scheduled job of our own packages: its name, interval, slots to catch up on, and purpose."""
    ours = (job for job in REGISTER.values() if job.work.__module__.split(".")[0] in PACKAGES)
    for job in sorted(ours, key=lambda job: job.name):
        missed = "each missed slot" if job.catch_up else "the latest slot"
        yield f"`{job.name}`", str(job.every), missed, job.summary


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal of our own packages."""
    for child in kind.__subclasses__():
        if child.__module__.split(".")[0] in PACKAGES:
            yield child
            yield from refusals(child)


def refusal_rows() -> Iterator[tuple[str, ...]]:
    """Every refusal: its code, status and message in both languages."""
    for kind in sorted(set(refusals()), key=lambda refusal: (refusal.status, refusal.code, refusal.message)):
        yield f"`{kind.code}`", str(kind.status), kind.message, english(kind.message)


def problem_codes() -> dict[str, str]:
    """The codes of field problems and their messages, read from the calls that raise them."""
    codes: dict[str, str] = {}
    for source in sources(ROOT):
        for name, call in source.calls():
            if name.split(".")[-1] == "Problem":
                arguments = [
                    *call.args[1:3],
                    *(word.value for word in call.keywords if word.arg in {"code", "message"}),
                ]
                texts = [text for argument in arguments if (text := literal(argument)) is not None]
                if len(texts) == 2:
                    codes.setdefault(texts[0], texts[1])
    return codes


def literal(node: ast.expr) -> str | None:
    """The text of a literal or of a call around one, such as N_("..."); None for anything computed."""
    inner = node.args[0] if isinstance(node, ast.Call) and node.args else node
    return str(inner.value) if isinstance(inner, ast.Constant) else None


def reference() -> str:
    """The whole document."""
    for _ in modules(*PACKAGES):  # importing fills the registers
        pass
    problems = [(f"`{code}`", text, english(text)) for code, text in sorted(problem_codes().items())]
    return "".join(
        (
            HEAD,
            table("Settings 设置", ("variable", "default", "meaning"), setting_rows()),
            table("Roles 角色", ("code", "name", "English"), role_rows()),
            table("Permissions 权限", ("code", "name", "English", "roles"), permission_rows()),
            table("Due jobs 定时任务", ("name", "every", "catches up on", "purpose"), job_rows()),
            table(
                "State machines 状态机",
                ("machine", "state", "event", "next", "who", "messages to others"),
                machine_rows(machines(), Code.read(ROOT)),
            ),
            table("Refusals 错误代码", ("code", "status", "message", "English"), refusal_rows()),
            table("Field problems 填写问题", ("code", "message", "English"), problems),
        )
    )


if __name__ == "__main__":
    sys.stdout.write(reference())
