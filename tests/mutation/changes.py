"""Small wrong changes of a module, each of which a test should notice.

Comparisons are shifted or turned round, `and` and `or` swapped, conditions negated, numbers and truth values changed,
sums turned into differences, results dropped, and moves taken out of state machines. Texts, annotations and defaults of
fields that pydantic checks are left alone: the catalogues, the type checker and the fuzz tests look after these. So are
the statuses of refusals, which tests/house/test_reference.py compares with docs/REFERENCE.md.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

SHIFTED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
REVERSED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
DECLARED = {"N_", "Field", "StringConstraints", "mapped_column", "dataclass", "rule"}
"""Calls whose arguments are texts, shapes of fields or settings of decorators."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong change: where it is, what was there, what stands there instead, and the changed module."""

    place: str
    was: str
    now: str
    tree: ast.Module

    @property
    def key(self) -> str:
        """The name of the mutant in docs/mutants.md; it does not change when lines move."""
        return f"{self.place}: {self.was} -> {self.now}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    seen: dict[str, int] = {}
    for number, (place, node) in enumerate(_nodes(tree, "")):
        for index, (was, now) in enumerate(_changes(node)):
            copy = deepcopy(tree)
            twin = next(node for at, (_, node) in enumerate(_nodes(copy, "")) if at == number)
            _apply(twin, index)
            change = f"{place}: {was} -> {now}"
            seen[change] = seen.get(change, 0) + 1
            again = f" ({seen[change]})" if seen[change] > 1 else ""
            yield Mutant(place, was, now + again, ast.fix_missing_locations(copy))


def _nodes(node: ast.AST, place: str) -> Iterator[tuple[str, ast.AST]]:
    """The nodes that may be changed, each with the dotted name of the function or class around it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECLARED:
        return
    inner = place
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "status":
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        inner = f"{place}.{node.name}".lstrip(".")
    elif isinstance(node, ast.Assign) and not place and isinstance(node.targets[0], ast.Name):
        inner = node.targets[0].id
    yield inner, node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params"} or (name == "defaults" and not place):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child, inner)


def _changes(node: ast.AST) -> list[tuple[str, str]]:
    """What may be changed at a node: what stands there and what would stand there."""
    match node:
        case ast.Compare(ops=ops) if len(ops) == 1:
            return [(ast.unparse(node), type(_shifted(ops[0])).__name__)]
        case ast.BoolOp(op=op):
            return [(ast.unparse(node), "or" if isinstance(op, ast.And) else "and")]
        case ast.BinOp(op=op) if type(op) in REVERSED:
            return [(ast.unparse(node), REVERSED[type(op)].__name__)]
        case ast.UnaryOp(op=ast.Not()):
            return [(ast.unparse(node), "without not")]
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.BoolOp):
            return [(f"if {ast.unparse(test)}", "negated")]
        case ast.Constant(value=bool() as value):
            return [(str(value), str(not value))]
        case ast.Constant(value=int() | float() as value):
            return [(str(value), str(value + 1))]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            return [(f"return {_short(value)}", "return None")]
        case ast.List(elts=elements) if any(_is_move(element) for element in elements):
            return [(_short(element), "taken out") for element in elements]
    return []


def _apply(node: ast.AST, index: int) -> None:
    match node:
        case ast.Compare():
            node.ops = [_shifted(node.ops[0])]
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.BinOp():
            node.op = REVERSED[type(node.op)]()
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.UnaryOp():
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() | float() as value):
            node.value = value + 1
        case ast.Return():
            node.value = ast.Constant(None)
        case ast.List():
            del node.elts[index]


def _shifted(operator: ast.cmpop) -> ast.cmpop:
    return SHIFTED[type(operator)]()


def _is_move(node: ast.expr) -> bool:
    call = node.value if isinstance(node, ast.Starred) else node
    if isinstance(call, ast.GeneratorExp):
        call = call.elt
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Move"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:67]}..."
