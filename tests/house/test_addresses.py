"""No path of somebody's machine and no address of a package index is kept in the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import ROOT, Findings, plant

# Built from parts, so that this file does not hold what it looks for.
SLASH = "/"
FOLDERS = ("work", "root", "home", "Users", "opt/pyp" + "i", "opt/wheels", "mnt", "tmp/gq", "tmp/v")
MACHINE_PATH = re.compile(rf"(?<![\w.:{SLASH}-]){SLASH}(?:{'|'.join(FOLDERS)}){SLASH}")
INDEX = re.compile(r"(?:py" + r"pi\.org|python" + r"hosted\.org|https?://[^\s\"']*(?:/simple\b|pyp" + r"i))")
FILE_ADDRESS = re.compile("file:" + r"//[\w/]")


def kept_files(root: Path) -> Iterator[Path]:
    """Every file that git keeps or would keep; in a tree without git, every file."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        yield from (root / name for name in listed.stdout.split("\0") if name and (root / name).is_file())
    else:
        yield from (path for path in sorted(root.rglob("*")) if path.is_file())


def addresses(root: Path) -> Findings:
    """Lines with a machine's path or an index address."""
    findings = Findings()
    for path in kept_files(root):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        findings.look(True, path.name)
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in (MACHINE_PATH, INDEX, FILE_ADDRESS):
                if hit := pattern.search(line):
                    findings.wrong.append(f"{path.relative_to(root).as_posix()}:{number}: {hit.group()}")
    return findings


def test_the_repository_names_no_machine_and_no_index() -> None:
    assert addresses(ROOT).verdict == []


def test_planted_addresses_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "notes.md", f"see {SLASH}home{SLASH}li/roster.xlsx\nfrom https:{SLASH * 2}mirror.example/simple/\n")
    plant(tmp_path, "a.toml", f'links = "file:{SLASH * 3}srv/wheels"\nurl = "/openings/home/"\n')
    assert addresses(tmp_path).verdict == [
        f"a.toml:1: file:{SLASH * 3}",
        f"notes.md:1: {SLASH}home{SLASH}",
        f"notes.md:2: https:{SLASH * 2}mirror.example/simple",
    ]
