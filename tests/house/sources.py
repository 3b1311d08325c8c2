"""What the house tests walk over: the tracked files, and those that will be."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[Path, ...]:
    """Files in version control or not ignored by it, sorted, those just deleted left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted(ROOT / name for name in set(listed) if name and (ROOT / name).is_file()))


def under(*folders: str, suffixes: tuple[str, ...] = ()) -> list[Path]:
    """Project files in any of the folders that end with any of the suffixes (all files when none are given)."""
    roots = tuple(ROOT / folder for folder in folders)
    return [
        path
        for path in project_files()
        if any(path.is_relative_to(root) for root in roots) and (not suffixes or path.suffix in suffixes)
    ]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
