"""Compiled circuits (made when stale), a calculator of the real step, and the unchecked one."""

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.circuits import unchecked
from tests.circuits.scenario import World, every_operation
from zklink.protocol.presets import MINIMAL
from zklink.witness.block import PIECES, Circuits
from zklink.witness.errors import ConstraintError

ROOT = Path(__file__).resolve().parents[2]
FRAME = re.compile(r"Error in template (\w+?)_\d+ line: (\d+)")
RULE = re.compile(r"\b(?:DEP|FEX|WDR|TRF|CHK|NOP|BLK|STM)-\d+\b")


@pytest.fixture(scope="session")
def tool() -> ModuleType:
    """tools/circuits.py."""
    spec = importlib.util.spec_from_file_location("circuit_tool", ROOT / "tools" / "circuits.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def circuits(tool: ModuleType) -> Circuits:
    """The pieces of the minimal preset, compiled if their sources changed."""
    store = tool.Store(MINIMAL)
    store.build(PIECES, ("r1cs", "sym", "wasm"))
    return Circuits(MINIMAL, store.folder)


@dataclass
class Refusal:
    """What an invalid step runs into."""

    rules: set[str]
    """Rule ids at the source lines of the first check that fails."""
    lines: list[str]
    rows: list[int]
    """All assertions of the source that the full assignment violates."""


def source_lines(trace: str) -> list[str]:
    """Lines of our circuits in a calculator's report, innermost first."""
    templates = {}
    for file in (ROOT / "circuits").rglob("*.circom"):
        for name in re.findall(r"^template (\w+)", file.read_text(), re.MULTILINE):
            templates[name] = file.read_text().split("\n")
    found = [(templates[name], int(line)) for name, line in FRAME.findall(trace) if name in templates]
    return [_with_declaration(lines, lines[at - 1]) for lines, at in found]


def _with_declaration(lines: list[str], line: str) -> str:
    """A line, and the declaration of the component that it feeds: the rule stands there."""
    if fed := re.match(r"\s*(\w+)(?:\[\w+\])?\.\w+.*<==", line):
        line += "".join(" " + other for other in lines if re.match(rf"\s*component {fed[1]}\b", other))
        line += "".join(" " + other for other in lines if re.match(rf"\s*{fed[1]}\[\w+\] = ", other))
    return line


def rules_in(lines: list[str]) -> set[str]:
    """Rule ids of the innermost line that names one."""
    return next((set(RULE.findall(line)) for line in lines if RULE.search(line)), set())


@pytest.fixture(scope="session")
def unchecked_step(circuits: Circuits, tool: ModuleType) -> unchecked.Unchecked:
    """The step without assertions."""
    stamp = tool.source_hash(ROOT / "circuits" / "instances" / "minimal" / "step.circom")
    stamp += tool.file_hash(Path(unchecked.__file__))
    return unchecked.Unchecked(unchecked.build(circuits.folder / "unchecked", stamp), circuits.folder)


@pytest.fixture
def accept(circuits: Circuits) -> Callable[[dict[str, Any]], None]:
    """Runs a step that must be valid."""
    return lambda inputs: circuits.run("step", inputs, "step") and None


@pytest.fixture
def refuse(circuits: Circuits, unchecked_step: unchecked.Unchecked) -> Callable[[dict[str, Any]], Refusal]:
    """Runs a step that must be invalid; says why."""

    def run(inputs: dict[str, Any]) -> Refusal:
        with pytest.raises(ConstraintError) as caught:
            circuits.run("step", inputs, "step")
        lines = source_lines(caught.value.trace)
        values = unchecked_step.assignment(inputs)
        rows = unchecked_step.violated(values)
        assert not unchecked_step.accepted_by_real(values)
        return Refusal(rules_in(lines), lines, rows)

    return run


@pytest.fixture
def world() -> World:
    """A fresh ledger with Alice and Bob."""
    return World()


@pytest.fixture(scope="session")
def block() -> Any:
    """(sealed block, effects) with every operation."""
    return every_operation()
