"""Prologue and epilogue: initial values, widths, idle exit state, fees, header words."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.circuits.conftest import rules_in, source_lines
from zklink.protocol.constants import FIELD_MODULUS
from zklink.witness.block import Circuits, piece_inputs
from zklink.witness.errors import ConstraintError, InputError

R = FIELD_MODULUS


@pytest.fixture(scope="module")
def pieces(circuits: Circuits, block) -> dict[str, dict[str, Any]]:
    """Inputs of prologue and epilogue of an honest block."""
    return {piece: inputs for piece, _, inputs in piece_inputs(block[1], circuits)}


def test_honest_pieces(circuits: Circuits, pieces) -> None:
    for piece in ("prologue", "epilogue"):
        circuits.run(piece, pieces[piece], piece)


PROLOGUE = [
    ("BLK-4", {"deployment_id": 1 << 248}),
    ("BLK-4", {"chain_count": 0}),
    ("BLK-4", {"chain_count": 9}),
    ("BLK-4", {"number": 1 << 64}),
    ("BLK-4", {"timestamp": 1 << 64}),
    ("BLK-4", {"shape": 1 << 32}),
    ("BLK-3", {"fee_token": [1 << 6, 0]}),
    ("BLK-3", {"fee_token": [0, R - 1]}),
]
IDLE = [("BLK-1", {f"in_exit_{name}": 1}) for name in ("active", "chain", "remaining", "debit", "token", "recipient")]


def refused_by(circuits: Circuits, piece: str, inputs: dict[str, Any]) -> set[str]:
    """Rules that the refusal names."""
    with pytest.raises(ConstraintError) as caught:
        circuits.run(piece, inputs, piece)
    return rules_in(source_lines(caught.value.trace))


@pytest.mark.parametrize(("rule", "changes"), PROLOGUE, ids=str)
def test_prologue_refuses(circuits: Circuits, pieces, rule, changes) -> None:
    assert rule in refused_by(circuits, "prologue", pieces["prologue"] | changes)


@pytest.mark.parametrize(("rule", "changes"), IDLE, ids=str)
def test_epilogue_refuses_an_open_walk(circuits: Circuits, pieces, rule, changes) -> None:
    assert rule in refused_by(circuits, "epilogue", pieces["epilogue"] | changes)


CHANGES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda inputs: {"in_root": inputs["in_root"] + 1},
    lambda inputs: {"fee_balance": [inputs["fee_balance"][0] + 1, inputs["fee_balance"][1]]},
    lambda inputs: {"fee_owner": inputs["fee_owner"] + 1},
    lambda inputs: {"c_fee_token": list(reversed(inputs["c_fee_token"]))},
]


@pytest.mark.parametrize("change", CHANGES)
def test_epilogue_refuses_another_fee_account(circuits: Circuits, pieces, change) -> None:
    inputs = pieces["epilogue"]
    with pytest.raises(ConstraintError):
        circuits.run("epilogue", inputs | change(inputs), "epilogue")


def test_fees_cannot_overflow(circuits: Circuits, pieces) -> None:
    inputs = pieces["epilogue"]
    assert "BLK-2" in refused_by(circuits, "epilogue", inputs | {"in_fees": [(1 << 128) - inputs["fee_balance"][0], 0]})


def test_initial_values(circuits: Circuits, pieces) -> None:
    inputs = pieces["prologue"]
    values = circuits.run("prologue", inputs, "prologue")
    at = {name: values[wire] for name, wire in circuits.pieces["prologue"].boundary.items()}
    expected = {"root": inputs["old_root"], "sponge": 7, "y": 0, "counts": 0, "data_power": inputs["z"]}
    for name, value in expected.items():
        assert at[f"out_{name}"] == value
    assert all(at[f"out_chain_power[{chain}]"] == inputs["z"] for chain in range(8))
    assert all(at[f"c_u_chain[{chain}]"] == pow(inputs["u"], chain + 1, R) for chain in range(8))
    assert at["c_u_data"] == pow(inputs["u"], 9, R)
    rest = [name for name in at if name.startswith(("out_fees", "out_exit"))]
    assert len(rest) == 8
    assert not any(at[name] for name in rest)


@pytest.mark.parametrize(
    "name",
    ["c_deployment", "c_number", "c_timestamp", "c_shape", "c_chain_count", "c_old_root", "in_counts", "in_sponge"],
)
def test_every_header_field_moves_h_and_y(circuits: Circuits, pieces, name) -> None:
    inputs = pieces["epilogue"]
    boundary = circuits.pieces["epilogue"].boundary
    honest, other = (
        circuits.run("epilogue", values, "epilogue") for values in (inputs, inputs | {name: inputs[name] + 1})
    )
    moved = {public for public in ("pub_h", "pub_y") if honest[boundary[public]] != other[boundary[public]]}
    assert moved == ({"pub_h"} if name == "in_sponge" else {"pub_h", "pub_y"})  # BLK-4


def test_inputs_must_be_exactly_the_circuits(circuits: Circuits, pieces) -> None:
    inputs = pieces["prologue"]
    without = {name: value for name, value in inputs.items() if name != "z"}
    for bad, reason in (
        (inputs | {"zz": 1}, "no such input"),
        (without, "circuit takes"),
        (inputs | {"fee_token": [1]}, "circuit takes 2"),
        (inputs | {"z": R}, "not a field element"),
        (inputs | {"z": -1}, "not a field element"),
    ):
        with pytest.raises(InputError, match=reason):
            circuits.run("prologue", bad, "prologue")
