"""Constraint counts: snapshot and budgets; constants against the Python tree; the binding against the reference."""

import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.circuits.scenario import World
from tests.support.snapshots import check_snapshot
from zklink.protocol import constants
from zklink.protocol.presets import MINIMAL, PRESETS, PRODUCTION
from zklink.state.account import empty_asset_root, empty_order_root
from zklink.witness.block import OPERATION_NAMES, Circuits, piece_inputs
from zklink.witness.running import borders

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "circuits" / "lib" / "constants.circom").read_text()


@pytest.mark.parametrize("preset", [MINIMAL, pytest.param(PRODUCTION, marks=pytest.mark.slow)], ids=lambda p: p.name)
def test_counts_are_recorded_and_within_budget(tool: ModuleType, preset) -> None:
    counts = tool.counts(preset)
    assert counts["step"] <= 34_000
    assert counts["binding"] <= 60 * tool.WORD_SLOTS
    for piece in ("prologue", "step", "epilogue", "binding"):
        check_snapshot("constraints", f"{preset.name}/{piece}", int(counts[piece]))
    for name in OPERATION_NAMES.values():
        check_snapshot("constraints", f"{preset.name}/operation/{name}", int(counts["step"]))
    for shape in preset.shapes:
        check_snapshot(
            "constraints", f"{preset.name}/shape_{shape.id}", int(counts[f"shape_{shape.id}_of_{shape.steps}"])
        )


def circom_function(name: str, depth: int | None = None) -> int:
    """Value that a function of constants.circom returns."""
    body = SOURCE[SOURCE.index(f"function {name}(") :]
    body = body[: body.index("\n}\n") if depth else body.index("}\n")]
    if depth and (special := re.search(rf"depth == {depth}\) {{\s*return (\d+);", body)):
        return int(special[1])
    return int(re.findall(r"return (\d+);", body)[-1])


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda p: p.name)
def test_empty_roots(preset) -> None:
    assert circom_function("EMPTY_ASSET_ROOT", preset.asset_depth) == empty_asset_root(preset)
    assert circom_function("EMPTY_ORDER_ROOT", preset.order_depth) == empty_order_root(preset)


def test_codes_and_tags() -> None:
    names = re.findall(r"function ((?:TAG|OP)_\w+|RESERVE_ACCOUNT)\(\)", SOURCE)
    assert len(names) == 15
    for name in names:
        assert circom_function(name) == getattr(constants, name), name


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda p: p.name)
def test_instances_have_the_sizes_of_the_preset(preset) -> None:
    folder = ROOT / "circuits" / "instances" / preset.name
    sizes = {piece: re.findall(r"= \w+\(([^)]*)\);", (folder / f"{piece}.circom").read_text())[0] for piece in
             ("prologue", "step", "epilogue")}  # fmt: skip
    p = preset
    assert p.account_bits == 3 * p.account_depth
    assert p.token_bits + p.sub_account_bits <= 3 * p.asset_depth
    step = (p.account_depth, p.token_bits, p.sub_account_bits, p.asset_depth, p.order_depth, p.fee_tokens)
    assert sizes["step"] == ", ".join(map(str, step))
    assert sizes["prologue"] == f"{p.token_bits}, {p.fee_tokens}"
    assert sizes["epilogue"] == f"{p.account_depth}, {p.token_bits}, {p.asset_depth}, {p.fee_tokens}"


def test_steps_compute_the_reference_streams(circuits: Circuits, block) -> None:
    """Sponge, evaluation, counts, fees and exit state of every step equal the protocol's (STM-1, STM-2, STM-3)."""
    _, effects = block
    states = list(borders(effects))
    boundary = circuits.pieces["step"].boundary
    steps = [inputs for piece, _, inputs in piece_inputs(effects, circuits) if piece == "step"]
    for place, inputs in enumerate(steps):
        values = circuits.run("step", inputs, f"step {place}")
        for name, wire in boundary.items():
            if name.startswith("out_"):
                base, *index = re.findall(r"\w+", name.replace("out_", "in_", 1))
                expected = states[place + 1][base]
                assert values[wire] == (expected[int(index[0])] if index else expected), (place, name)


def test_hashes_are_recorded(circuits: Circuits, tool: ModuleType) -> None:
    recorded = json.loads((circuits.folder / "hashes.json").read_text())
    for piece in ("prologue", "step", "epilogue"):
        assert recorded["pieces"][piece]["r1cs"] == tool.file_hash(circuits.folder / f"{piece}.r1cs")


def test_two_worlds_are_one(circuits: Circuits) -> None:
    """The scenario is deterministic: artefacts of one run serve the next."""
    assert World().ledger.root == World().ledger.root
