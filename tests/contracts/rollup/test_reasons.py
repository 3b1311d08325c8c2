"""Every reason of the settlement contracts is short, is in its page, and has the test named there; nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = {
    "rollup": (["rollup"], ["rollup"]),
    "proof": (["verifier"], ["proof", "stream"]),
    "oracle": (["oracle"], ["oracle"]),
}
"""Spec page -> folders of the sources, prefixes of the reasons."""


@pytest.mark.parametrize("page", PAGES)
def test_reasons_are_listed_and_tested(page: str) -> None:
    folders, prefixes = PAGES[page]
    pattern = f"(?:{'|'.join(prefixes)})/[a-z0-9_]+"
    sources = [
        path for folder in folders for path in (ROOT / "contracts" / folder).iterdir() if path.suffix in (".vy", ".sol")
    ]
    used = {reason for path in sources for reason in re.findall(f'"({pattern})"', path.read_text())}
    text = (ROOT / "docs" / "spec" / "contracts" / f"{page}.md").read_text()
    rows = dict(re.findall(rf"^\| `({pattern})` \|[^|]*\| `(\w+)` \|$", text, re.MULTILINE))
    assert used == rows.keys()
    assert all(len(reason) <= 32 for reason in used)
    folder = ROOT / "tests" / "contracts"
    tests = "".join(
        path.read_text() for name in ("rollup", "verifier", "oracle") for path in (folder / name).glob("test_*.py")
    )
    for reason, test in rows.items():
        assert f"def {test}(" in tests, test
        assert reason in tests or f'"{reason.split("/")[1]}"' in tests or f"/{reason.split('/')[1]}" in tests, reason
