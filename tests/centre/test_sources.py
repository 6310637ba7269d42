"""Files on disk are named by the code that made them: by all modules that it imports, found in the source."""

import hashlib
import shutil
from pathlib import Path

import grimp
import pytest

from centre.sources import ROOT, source_digest, sources
from matching.live import kernels, snapshots, workers

KEPT = {"kernels": kernels.ENTRANCES, "texts": snapshots._MAKERS, "people": (workers.__name__,)}
TYPED = {
    "kernels": "jit pairs.columns pairs.points pairs.worker pairs.candidates pairs.forward pairs.backward "
    "pairs.breakdown pairs.texts pairs.lines text.scan text.postings text.kernel",
    "texts": "text.terms text.postings text.index text.snapshot text.spelling",
    "people": "pairs.columns pairs.encode pairs.index pairs.workers fit.trades",
}
"""The lists that were kept by hand before, with what each of them missed below."""
MISSED = {
    "kernels": {"matching.engine.text.arrays"},
    "texts": {"centre.text", "matching.live.listing"},
    "people": {"matching.engine.fit.conditions", "matching.engine.fit.order"},
}
PACKAGES = ("api", "centre", "employers", "matching", "training", "web")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the project in a tree of its own."""
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            (tree / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tree / path.relative_to(ROOT))
    return tree


def digest(tree: Path, modules: tuple[str, ...]) -> bytes:
    return source_digest.__wrapped__(*modules, root=tree)


def file_of(tree: Path, module: str) -> Path:
    path = tree.joinpath(*module.split("."))
    return path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"


def typed_digest(tree: Path, kept: str) -> str:
    files = (file_of(tree, f"matching.engine.{name}") for name in TYPED[kept].split())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@pytest.mark.lengthy
@pytest.mark.parametrize("kept", KEPT)
def test_a_change_in_any_source_gives_a_new_name(copy: Path, kept: str) -> None:
    before = digest(copy, KEPT[kept])
    for module in sources(*KEPT[kept], root=copy):
        file = file_of(copy, module)
        text = file.read_bytes()
        file.write_bytes(text + b"# changed\n")
        assert digest(copy, KEPT[kept]) != before, module
        file.write_bytes(text)
    assert digest(copy, KEPT[kept]) == before == source_digest(*KEPT[kept])


@pytest.mark.lengthy
@pytest.mark.parametrize("kept", KEPT)
def test_the_lists_kept_by_hand_missed_sources(copy: Path, kept: str) -> None:
    before = typed_digest(copy, kept)
    assert MISSED[kept] <= sources(*KEPT[kept], root=copy).keys()
    for module in MISSED[kept]:
        file = file_of(copy, module)
        text = file.read_bytes()
        file.write_bytes(text + b"# changed\n")
        assert typed_digest(copy, kept) == before, module
        file.write_bytes(text)


def test_an_unrelated_change_keeps_the_name(copy: Path) -> None:
    before = {kept: digest(copy, modules) for kept, modules in KEPT.items()}
    (copy / "web" / "__init__.py").write_text('"""Changed."""\n', encoding="utf-8")
    (copy / "matching" / "engine" / "text" / "scan.py").write_text("", encoding="utf-8")
    assert digest(copy, KEPT["kernels"]) == before["kernels"]
    assert digest(copy, KEPT["texts"]) != before["texts"]


def test_the_imports_read_from_the_text_are_those_of_the_import_graph() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)
    for modules in KEPT.values():
        chain = {above for module in modules for above in graph.find_upstream_modules(module)}
        assert chain
        assert chain | set(modules) <= sources(*modules).keys()


def test_every_module_with_a_compiled_entrance_is_named() -> None:
    engine = ROOT / "matching" / "engine"
    entrances = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in engine.rglob("*.py")
        if "\n@entrance\n" in path.read_text(encoding="utf-8")
    }
    assert entrances == set(kernels.ENTRANCES)


def test_a_module_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        sources("matching.engine.nowhere")
