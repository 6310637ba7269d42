"""Every module of the packages, imported."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def modules(*packages: str) -> Iterator[ModuleType]:
    """Import and give every module of some packages, apart from the command line and the migrations."""
    for name in packages:
        package = importlib.import_module(name)
        yield package
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.startswith("centre.migrations") and not module.name.endswith("__main__"):
                yield importlib.import_module(module.name)
