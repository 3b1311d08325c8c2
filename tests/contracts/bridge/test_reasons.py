"""Every reason a contract can give is short, is in the spec page, and has the test named there; and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*(ROOT / "contracts" / "bridge").glob("*.vy"), ROOT / "contracts" / "governance" / "roles.vy"]
PAGE = ROOT / "docs" / "spec" / "contracts" / "bridge.md"


def test_reasons_are_listed_and_tested():
    used = {reason for path in SOURCES for reason in re.findall(r'"((?:bridge|roles)/[a-z0-9_]+)"', path.read_text())}
    rows = dict(re.findall(r"^\| `((?:bridge|roles)/\w+)` \|[^|]*\| `(\w+)` \|$", PAGE.read_text(), re.MULTILINE))
    assert used == rows.keys()
    assert all(len(reason) <= 32 for reason in used)
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for reason, test in rows.items():
        assert f"def {test}(" in tests, test
        assert f'"{reason}"' in tests, reason
