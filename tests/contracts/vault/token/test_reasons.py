"""Every reason around the vault is short, listed in its page and tested by the test named there; no other is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
VAULT, TESTS = ROOT / "contracts" / "vault", ROOT / "tests" / "contracts" / "vault"
PAGES = ROOT / "docs" / "spec" / "vault"
ROOMS = {
    "stable-token": ("token", ["StableToken", "bridge_limits"]),
    "price-book": ("prices", ["PriceBook", "price_rate", "price_round", "price_source", "HubFeed"]),
    "sale-router": ("router", ["SaleRouter", "adapters/LpAdapter", "adapters/SwapAdapter"]),
    "yield": ("yield", ["yield_desk", "yield_book"]),
    "entrance": ("entrance", ["Entrance", "Purse", "Redeemer"]),
}


@pytest.mark.parametrize("page", ROOMS)
def test_reasons_are_listed_and_tested(page):
    folder, sources = ROOMS[page]
    text = "".join((VAULT / f"{name}.vy").read_text() for name in sources)
    used = set(re.findall(r'"([a-z]+/[a-z0-9_]+)"', text))
    page_text = (PAGES / f"{page}.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z]+/\w+)` \|[^|]*\| `(\w+)` \|$", page_text, re.MULTILINE))
    assert used == rows.keys()
    assert all(len(reason) <= 32 for reason in used)
    tests = "".join(path.read_text() for path in (TESTS / folder).glob("test_*.py"))
    for reason, test in rows.items():
        assert f"def {test}(" in tests, test
        assert f'"{reason}"' in tests, reason
