"""Imports point down and siblings never meet; Ape stays out of the package, web3 in the chain room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, name, text, under

PACKAGE = ROOT / "offchain" / "zklink"
SPEC = {"crypto", "protocol", "state", "witness"}
BELOW_SERVICES = SPEC | {"chain", "journal", "prover", "deploy", "observe", "wire", "config"}
SERVICES = {"sequencer", "oracle", "relayer", "recovery", "broker", "keeper", "matcher", "sdk"}
ALLOWED: dict[str, set[str]] = {
    "crypto": set(),
    "protocol": {"crypto"},
    "state": {"crypto", "protocol"},
    "witness": {"crypto", "protocol", "state"},
    "journal": {"crypto", "protocol"},
    "chain": {"crypto", "protocol"},
    "prover": {"crypto", "protocol", "state", "witness", "journal", "observe"},  # the worker lives on the journal
    "deploy": {"crypto", "protocol", "chain"},
    "observe": set(),
    "wire": set(),
    "config": {"deploy", "protocol"},
    **{service: BELOW_SERVICES for service in SERVICES},
}
"""Room -> rooms it may import besides itself. Modules that wire (`app`, `cli`, ...) may import every room."""
ONLY_IN = {
    "ape": set(),
    "ape_zklink_local": {"localnet"},
    "web3": {"chain", "app"},
    "zklink_native": {"crypto", "witness", "prover"},
    "sqlite3": {"journal", "oracle", "matcher", "broker"},
}
"""Distribution -> rooms of offchain/zklink that may import it."""
IMPURE = {"asyncio", "time", "logging", "socket", "requests", "aiohttp", "structlog", "random", "sqlite3"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports; relative names made absolute."""
    parts = ("zklink", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


MODULES = under("offchain/zklink", suffixes=(".py",))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room not in ALLOWED:
        return
    bad = []
    for line, target in imports(path):
        head, _, rest = target.partition(".")
        other = rest.split(".")[0]
        if head == "zklink" and other and other != room and other not in ALLOWED[room]:
            bad.append(f"{name(path)}:{line}: {room} must not import {target}")
    assert not bad, "\n".join([*bad, f"allowed for {room}: {sorted(ALLOWED[room])}; move a shared type to protocol/"])


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_outside_packages_stay_in_their_room(path: Path) -> None:
    room = room_of(path)
    bad = [
        f"{name(path)}:{line}: {target} belongs to {sorted(ONLY_IN[target.split('.')[0]]) or 'scripts, tests, plugins'}"
        for line, target in imports(path)
        if room not in ONLY_IN.get(target.split(".")[0], {room})
    ]
    if room in SPEC:
        bad += [
            f"{name(path)}:{line}: {target} does I/O, time or logging; a spec room has none"
            for line, target in imports(path)
            if target.split(".")[0] in IMPURE
        ]
    assert not bad, "\n".join(bad)


def test_every_room_is_known() -> None:
    rooms = {room_of(path) for path in MODULES if path.parent != PACKAGE}
    unknown = rooms - ALLOWED.keys() - {"localnet", "cli"}
    assert not unknown, f"rooms without a rule: {sorted(unknown)}. Add them to ALLOWED in tests/house/test_imports.py"
