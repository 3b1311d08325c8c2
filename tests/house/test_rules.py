"""Numbered truth: an id that the code cites is defined in docs/spec, and an id defined there is cited.

An id is defined by a table row whose first cell is the id: `| TRF-3 | balance >= amount + fee |`.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from tests.house.sources import name, text, under

ID = re.compile(r"\b([A-Z]{3})-(I?\d{1,3})\b")
DEFINITION = re.compile(r"^\|\s*[*`]*([A-Z]{3}-I?\d{1,3})[*`]*\s*\|", re.MULTILINE)
STANDARDS = {"EIP", "ERC", "BIP", "RFC", "ISO", "SHA", "UTF", "MIT", "CVE", "SEC"}
CODE = ("contracts", "circuits", "offchain", "native/src", "tests", "tools", "plugins", "scripts", "bench")

defined: dict[str, str] = {}
duplicates: list[str] = []
for page in under("docs/spec", suffixes=(".md",)):
    for rule in DEFINITION.findall(text(page)):
        if rule in defined:
            duplicates.append(f"{rule}: {defined[rule]} and {name(page)}")
        defined[rule] = name(page)

cited: dict[str, set[str]] = defaultdict(set)
for path in under(*CODE, suffixes=(".py", ".vy", ".vyi", ".sol", ".circom", ".rs")):
    if not name(path).startswith("tests/house/"):
        for prefix, number in ID.findall(text(path)):
            if prefix not in STANDARDS:
                cited[f"{prefix}-{number}"].add(name(path))

pages = pytest.mark.skipif(not under("docs/spec", suffixes=(".md",)), reason="docs/spec has no page yet")


@pages
def test_cited_ids_are_defined() -> None:
    orphans = [f"{rule}: {', '.join(sorted(cited[rule])[:3])}" for rule in sorted(cited.keys() - defined.keys())]
    assert not orphans, "cited, but no table row in docs/spec defines them:\n" + "\n".join(orphans)


@pages
def test_defined_ids_are_cited() -> None:
    unused = [f"{rule}: {defined[rule]}" for rule in sorted(defined.keys() - cited.keys())]
    assert not unused, "defined, but neither code nor a test cites them (write the id at the check):\n" + "\n".join(
        unused
    )


@pages
def test_ids_are_defined_once() -> None:
    assert not duplicates, "defined twice:\n" + "\n".join(duplicates)
