"""Sizes, licence headers, and nothing that names a machine or a registry."""

from __future__ import annotations

import ast
import re

from tests.house.sources import ROOT, name, project_files, text, under

LONGEST_FILE, LONGEST_SCRIPT, LARGEST_FILE = 300, 60, 1_000_000
LONG_FILES = {
    "circuits/step.circom": "one universal step: its wiring is read as one table, its parts are in lib/ and ops/",
    "contracts/verifier/Groth16Verifier.sol": "one key, one equation: whoever audits it wants all of it on one page",
    "tests/support/settlement.py": "a whole chain and the blocks to feed it; every settlement test reads it",
    "tools/vectors.py": "one function per vector file, nothing shared to split along",
}
"""Path -> why it may be longer than LONGEST_FILE lines."""
LARGE_FILES: dict[str, str] = {}
"""Path -> why it may be larger than LARGEST_FILE bytes."""
SOURCES = (".py", ".vy", ".vyi", ".sol", ".circom", ".rs", ".in", ".sql")
HEADERS = (".vy", ".vyi", ".sol", ".circom", ".rs")
LOCKS = {"package-lock.json", "requirements.lock", "native/Cargo.lock", "tools/slither-requirements.lock"}
MACHINE = re.compile(r"(?<![\w.~$])/(?:work|root|home|Users)/\w")
REGISTRY = re.compile(r"py(?:pi)\.org|python(?:hosted)|registry\.(?:npmjs|yarnpkg)|artifactory|static\.crates")


def test_files_are_short() -> None:
    long = []
    for path in under(".", suffixes=SOURCES):
        door = name(path).startswith("scripts/") and not path.name.startswith("_")
        limit = LONGEST_SCRIPT if door else LONGEST_FILE
        lines = len(text(path).splitlines())
        if lines > limit and name(path) not in LONG_FILES:
            long.append(f"{name(path)}: {lines} lines, {limit} allowed")
    assert not long, "\n".join([*long, "split it, or write the reason into LONG_FILES of tests/house/test_files.py"])


def test_allow_lists_are_needed() -> None:
    stale = [
        path
        for path in LONG_FILES
        if not (ROOT / path).is_file() or len(text(ROOT / path).splitlines()) <= LONGEST_FILE
    ]
    stale += [path for path in LARGE_FILES if not (ROOT / path).is_file()]
    assert not stale, f"no longer needed in tests/house/test_files.py: {stale}"


def test_files_are_small() -> None:
    large = [
        f"{name(path)}: {path.stat().st_size} bytes" for path in project_files() if path.stat().st_size > LARGEST_FILE
    ]
    large = [line for line in large if line.split(":")[0] not in LARGE_FILES]
    assert not large, "\n".join([*large, "make it at build time, or write the reason into LARGE_FILES"])


def test_sources_carry_their_licence() -> None:
    bare = [
        name(path)
        for path in under("contracts", "circuits", "native", suffixes=HEADERS)
        if "SPDX-License-Identifier: AGPL-3.0-only" not in "".join(text(path).splitlines(True)[:5])
    ]
    assert not bare, f"no `SPDX-License-Identifier: AGPL-3.0-only` in the first five lines: {bare}"


def test_no_machine_and_no_registry_is_named() -> None:
    found = []
    for path in project_files():
        if path.parent.name == "house" or path.stat().st_size > LARGEST_FILE:
            continue
        for number, line in enumerate(text(path).splitlines(), 1):
            if MACHINE.search(line) or REGISTRY.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(
        [*found, "paths are relative to the project; packages come by name alone (`make lock`)"]
    )


def test_locks_hold_no_addresses() -> None:
    found = [
        lock
        for lock in LOCKS - {"native/Cargo.lock"}
        if re.search(r'"resolved"|\bhttps?://\S+\.(?:tgz|whl)', text(ROOT / lock))
    ]
    assert not found, f"addresses in {found}: write them again with `make lock`"


def test_modules_say_what_they_are() -> None:
    silent = [
        name(path)
        for path in under("offchain/zklink", suffixes=(".py",))
        if text(path).strip() and ast.get_docstring(ast.parse(text(path))) is None
    ]
    assert not silent, f"no module docstring: {silent}"
