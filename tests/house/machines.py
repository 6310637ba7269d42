"""Every state machine, and what the source says of its events: which functions cause them and whom those tell."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from centre.states import Machine, Move
from tests.house.register import TEXTS
from tests.house.source import PACKAGES, Function, Source, dotted, sources
from tests.modules import modules

FINAL = {
    "arrears": {"closed"},
    "booth": {"served", "no_show", "lapsed"},
    "budget": {"lapsed", "received"},
    "card": {"revoked"},
    "claim": {"returned"},
    "class": {"cancelled"},
    "contact": {"assessed"},
    "document": {"replaced"},
    "donation": {"returned", "spent", "withdrawn"},
    "employer": {"blacklisted"},
    "enrolment": {"failed", "dropped"},
    "erasure": {"withdrawn", "done"},
    "export": {"ready", "refused"},
    "export_batch": {"closed", "cancelled"},
    "employer_visit": {"settled", "dropped"},
    "export_member": {"returned"},
    "export_project": {"closed"},
    "fair": {"archived", "cancelled"},
    "flag": {"cleared", "confirmed"},
    "gathering": {"cancelled", "closed"},
    "hardship": {"refused"},
    "interview": {"declined", "withdrawn"},
    "introduction": {"hired", "refused_by_employer", "refused_by_worker", "no_show", "set_aside"},
    "legal_aid": {"closed"},
    "lending": {"lost", "returned"},
    "loan": {"refused", "repaid"},
    "member": {"expelled"},
    "model_card": {"retired"},
    "opening": {"closed"},
    "pairing": {"ended"},
    "petition": {"void"},
    "opening_upload": {"undone", "discarded"},
    "placement": {"ended"},
    "practice": {"left", "stable"},
    "provider": {"ended"},
    "registration": {"withdrawn", "closed"},
    "relief": {"closed", "refused", "void"},
    "roster": {"undone", "discarded"},
    "travel_subsidy": {"refused", "demanded"},
    "startup": {"closed"},
    "union": {"left", "moved"},
}
"""The states that end a record for good; whoever wants to go on makes a new one. Any other state has a way on."""

Name = tuple[str, str]
"""A module and a name in it."""


def machines() -> dict[str, Machine]:
    """Every state machine of the packages, by name."""
    held: dict[str, Machine] = {}
    for module in modules(*PACKAGES):
        held |= {value.name: value for value in vars(module).values() if isinstance(value, Machine)}
    return dict(sorted(held.items()))


def dead_ends(machine: Machine, final: Iterable[str]) -> list[StrEnum]:
    """States that no event leaves and that are not meant to be final."""
    left = {move.source for move in machine.moves}
    return [state for state in type(machine.moves[0].source) if state not in left and state.value not in set(final)]


@dataclass
class Code:
    """What the source says: functions by module and name, whom they call, which machines they move."""

    files: dict[str, Source]
    functions: dict[Name, Function] = field(default_factory=dict)
    names: dict[str, dict[str, Name]] = field(default_factory=dict)
    constants: dict[Name, str] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> "Code":
        """Read the packages below a root."""
        code = cls({source.name.removesuffix(".py").replace("/", "."): source for source in sources(root)})
        for module, source in code.files.items():
            known = code.names.setdefault(module, {})
            for node in source.tree.body:
                if isinstance(node, ast.ImportFrom) and node.module:
                    known |= {(name.asname or name.name): (node.module, name.name) for name in node.names}
                elif isinstance(node, Function):
                    known[node.name] = (module, node.name)
                    code.functions[module, node.name] = node
                elif isinstance(node, ast.ClassDef):
                    known[node.name] = (module, node.name)
                elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    known[node.targets[0].id] = (module, node.targets[0].id)
                    if isinstance(node.value, ast.Call) and dotted(node.value.func) == "Machine" and node.value.args:
                        code.constants[module, node.targets[0].id] = ast.literal_eval(node.value.args[0])
        return code

    def uses(self, module: str, node: ast.AST) -> Iterator[Name]:
        """What a piece of code refers to, wherever it is defined; `module.name` of an imported module too."""
        known = self.names[module]
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in known:
                yield known[part.id]
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in known:
                package, name = known[part.value.id]
                yield (f"{package}.{name}", part.attr)

    @cached_property
    def used(self) -> dict[Name, frozenset[Name]]:
        """By function, what it refers to; read once, since every machine asks again (machine table: 35 s before)."""
        return {function: frozenset(self.uses(function[0], node)) for function, node in self.functions.items()}

    @cached_property
    def movers(self) -> dict[str, set[Name]]:
        """By machine, the functions that name it, and those that hand an event on to one of them."""
        held: dict[str, set[Name]] = {name: set() for name in self.constants.values()}
        for function, names in self.used.items():
            for name in names & self.constants.keys():
                held[self.constants[name]].add(function)
        for movers in held.values():
            for step in range(3):  # from anywhere at first, then along the functions of the same modules
                direct = set(movers)
                homes = {module for module, _ in direct}
                for function, names in self.used.items():
                    if (not step or function[0] in homes) and not direct.isdisjoint(names):
                        movers.add(function)
        return held

    def causes(self, machine: Machine) -> dict[str, list[Name]]:
        """By event, the functions that name it in a step of the machine, or the tables of the machine's own slice."""
        events = {move.event for move in machine.moves}
        held: dict[str, list[Name]] = {event: [] for event in events}
        by_hand = {move.event for move in machine.moves if move.permission is not None}
        movers = self.movers.get(machine.name, set())
        chosen = {name for mover in movers for name in self.used[mover] if name[0] == mover[0]}
        for function in sorted(movers | (chosen & self.functions.keys())):
            if function[0].startswith(("api.", "web.pages.")) and _hands_on(self.functions[function]):
                for event in by_hand:
                    held[event].append(function)
            for event in sorted(set(_literals(self.functions[function])) & events):
                held[event].append(function)
        homes = {module.rpartition(".")[0] for (module, _), name in self.constants.items() if name == machine.name}
        for module, source in self.files.items():
            if module.rpartition(".")[0] not in homes:
                continue
            for node in source.tree.body:
                if not isinstance(node, Function | ast.ClassDef):
                    for event in sorted(set(_literals(node)) & events):
                        held[event].append((module, ""))
        return held

    def tells(self, causes: Iterable[Name], *, depth: int = 6) -> list[str]:
        """The kinds of messages that some functions write, themselves or through what they call and publish."""
        kinds: set[str] = set()
        seen: set[Name] = set()
        waiting = [function for function in causes if function in self.functions]
        for _ in range(depth):
            following: list[Name] = []
            for function in waiting:
                if function in seen:
                    continue
                seen.add(function)
                for used in self.used[function]:
                    kinds |= self.kinds.get(used, set())
                    following += [used] if used in self.functions else self.handlers.get(used, [])
            waiting = following
        return sorted(kinds)

    @cached_property
    def kinds(self) -> dict[Name, set[str]]:
        """By name, the kinds of messages that a text of the register, or a table of such texts, stands for."""
        held = {name: {wording.kind} for name, wording in TEXTS.items()}
        for module, source in self.files.items():
            for node in source.tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    named = {TEXTS[used].kind for used in self.uses(module, node.value) if used in TEXTS}
                    if named:
                        held[module, node.targets[0].id] = named
        return held

    @cached_property
    def handlers(self) -> dict[Name, list[Name]]:
        """By kind of published fact, the functions that subscribe to it."""
        held: dict[Name, list[Name]] = {}
        for function, node in self.functions.items():
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and dotted(decorator.func) == "subscribe":
                    for used in self.uses(function[0], decorator.args[0]):
                        held.setdefault(used, []).append(function)
        return held


def _hands_on(node: Function) -> bool:
    """Whether a page or a route hands on the event that its caller names."""
    return any(
        (isinstance(part, ast.Name) and part.id == "event")
        or (isinstance(part, ast.Attribute) and part.attr == "event")
        for part in ast.walk(node)
    )


def _literals(node: ast.AST) -> Iterator[str]:
    """The texts of a piece of code, apart from the lines of the machines themselves."""
    if isinstance(node, ast.Call) and dotted(node.func) == "Move":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def who(move: Move) -> str:
    """Who may cause a move: the roles that hold its permission, or the service itself."""
    if move.permission is None:
        return "the service"
    return ", ".join(sorted(role.value for role in move.permission.roles))


def machine_rows(held: Mapping[str, Machine], code: Code) -> Iterator[tuple[str, ...]]:
    """The table of all machines: state, event, next state, who causes it, and which messages tell others."""
    for name, machine in held.items():
        causes = code.causes(machine)
        messages = {
            event: ", ".join(f"`{kind}`" for kind in code.tells(functions)) for event, functions in causes.items()
        }
        for move in machine.moves:
            yield name, f"`{move.source}`", f"`{move.event}`", f"`{move.target}`", who(move), messages[move.event]
        for state in sorted(FINAL.get(name, ())):
            yield name, f"`{state}`", "final", "", "", ""
