"""Files of at most 400 lines, functions of at most 50."""

from pathlib import Path

from tests.house.source import PACKAGES, ROOT, Findings, files, plant, sources

FILE_LINES = 400
FUNCTION_LINES = 50


def sizes(root: Path) -> Findings:
    """Long files and long functions."""
    findings = Findings()
    for source in sources(root, *PACKAGES, "tests"):
        lines = source.text.count("\n")
        findings.look(lines <= FILE_LINES, f"{source.name}: {lines} lines")
        for function in source.functions():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            findings.look(lines <= FUNCTION_LINES, f"{source.at(function)}: {function.name} has {lines} lines")
    return findings


def asset_sizes(root: Path) -> Findings:
    """Long templates, stylesheets and scripts."""
    findings = Findings()
    for kind in ("*.html", "*.css", "*.js"):
        for path in files(root, kind, "web"):
            lines = path.read_text("utf-8").count("\n")
            findings.look(lines <= FILE_LINES, f"{path.relative_to(root).as_posix()}: {lines} lines")
    return findings


def test_files_and_functions_stay_short() -> None:
    assert sizes(ROOT).verdict == []


def test_templates_and_assets_stay_short() -> None:
    assert asset_sizes(ROOT).verdict == []


def test_a_planted_long_file_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "centre/long.py", "x = 1\n" * 401)
    assert sizes(tmp_path).verdict == ["centre/long.py: 401 lines"]


def test_a_planted_long_function_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "centre/long.py", "def run() -> None:\n" + "    print()\n" * 50)
    assert sizes(tmp_path).verdict == ["centre/long.py:1: run has 51 lines"]


def test_a_planted_long_stylesheet_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "web/static/long.css", "a {}\n" * 401)
    assert asset_sizes(tmp_path).verdict == ["web/static/long.css: 401 lines"]
