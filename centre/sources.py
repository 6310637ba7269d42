"""Cache keys from source code: the digest of modules and of everything that they import (缓存键).

What is kept on disk and read by later processes (compiled kernels, indexes) is right only for the code that wrote it.
Its key is therefore derived from the imports, read from the source text, and not from a list that somebody has to keep.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_IMPORT = re.compile(r"^[ \t]*(?:from +([\w.]+) +import +(\([^)]*\)|[^\n]+)|import +([\w., ]+))", re.MULTILINE)
# A regular expression, because parsing the text of fifty modules would cost a starting process a tenth of a second or
# more. It also sees imports for type checkers only and lines of a docstring that look like an import: a key then
# depends on a module too many, which is harmless.


@cache
def source_digest(*modules: str, root: Path = ROOT) -> bytes:
    """A digest of the source of some modules and of all project modules that they import, directly or not.

    Read once for each process. Raises ModuleNotFoundError where a module is not part of the project.
    """
    digest = hashlib.sha256()
    for module, text in sorted(sources(*modules, root=root).items()):
        digest.update(f"{module}\n{len(text)}\n".encode() + text)
    return digest.digest()


def sources(*modules: str, root: Path = ROOT) -> dict[str, bytes]:
    """The source of some modules and of all modules below `root` that they import, by name; nothing is imported."""
    texts: dict[str, bytes] = {}
    for module in modules:
        if _file(module, root) is None:
            raise ModuleNotFoundError(module)
    waiting = list(modules)
    seen: set[str] = set()  # most names are functions and classes, looked for on disk once
    while waiting:
        module = waiting.pop()
        path = None if module in seen else _file(module, root)
        seen.add(module)
        if path is not None:
            texts[module] = path.read_bytes()
            waiting += _imported(texts[module].decode())
            waiting += [module.rpartition(".")[0]] if "." in module else []  # a package runs before its modules
    return texts


def _imported(text: str) -> Iterator[str]:
    """The names that a module imports; of `from a import b` both `a` and `a.b`, either of which may be a module."""
    for source, names, plain in _IMPORT.findall(text):
        if plain:
            yield from (name.split(" as ")[0].strip() for name in plain.split(","))
        else:
            yield source
            yield from (f"{source}.{name}" for name in re.findall(r"\w+", re.sub(r"#.*", "", names)))


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
