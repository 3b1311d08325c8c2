"""JSON of operations."""

import json
from typing import Any

import pytest
from hypothesis import given

from tests.support.actors import ALICE, BOB, ONE
from tests.support.strategies import operations
from zklink.protocol.amounts import PackedAmount
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Operation, op_from_json, op_to_json

TRANSFER = op_to_json(ALICE.transfer(2, 1, BOB.owner, 30 * ONE, fee=ONE // 1000))
CHANGE_KEY = op_to_json(ALICE.change_key(2, 0))
WITHDRAW = op_to_json(ALICE.withdraw(2, 0, 1, 5))


@given(operations)
def test_decode_inverts_encode(op: Operation) -> None:
    assert op_from_json(json.loads(json.dumps(op_to_json(op))), stored=True) == op


@pytest.mark.parametrize(
    ("base", "field", "value"),
    [
        (TRANSFER, "type", "PAY"),
        (TRANSFER, "type", None),
        (TRANSFER, "type", ["TRANSFER"]),
        (TRANSFER, "account", "2"),
        (TRANSFER, "account", -1),
        (TRANSFER, "account", 1 << 32),
        (TRANSFER, "account", True),
        (TRANSFER, "account", 2.0),
        (TRANSFER, "amount", 5),
        (TRANSFER, "amount", "05"),
        (TRANSFER, "amount", "-5"),
        (TRANSFER, "amount", "1" * 79),
        (TRANSFER, "amount", "34359738369"),
        (TRANSFER, "amount", "10e2"),
        (TRANSFER, "amount", "5e0"),
        (TRANSFER, "fee", "2049"),
        (TRANSFER, "to", "0x00"),
        (TRANSFER, "to", {"domain": 0}),
        (TRANSFER, "to", {"domain": 0, "address": "0x" + "1" * 40, "more": 1}),
        (TRANSFER, "to.domain", {"domain": 256, "address": "0x" + "1" * 40}),
        (TRANSFER, "to.address", {"domain": 0, "address": "0x1"}),
        (TRANSFER, "signature", {"r8x": "1", "r8y": "2"}),
        (TRANSFER, "signature.s", {"r8x": "1", "r8y": "2", "s": 3}),
        (TRANSFER, "colour", "red"),
        (CHANGE_KEY, "eth_signature", "0xabc"),
        (CHANGE_KEY, "eth_signature", "0x00"),
        (CHANGE_KEY, "key", {"x": "1"}),
        (CHANGE_KEY, "key.y", {"x": "1", "y": 2}),
        (WITHDRAW, "recipient", "0x1"),
        (WITHDRAW, "amount", str(1 << 128)),
        (WITHDRAW, "ratio", 10_001),
    ],
)
def test_a_bad_field_is_named(base: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(FieldError) as caught:
        op_from_json({**base, field.split(".")[0]: value})
    assert caught.value.field == field


@pytest.mark.parametrize("field", ["account", "to", "amount", "nonce", "type"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(FieldError) as caught:
        op_from_json({name: value for name, value in TRANSFER.items() if name != field})
    assert caught.value.field == field


def test_only_objects_are_operations() -> None:
    for data in ([], "TRANSFER", None, 5):
        with pytest.raises(FieldError, match="operation"):
            op_from_json(data)


def test_only_the_journal_may_hold_amounts_that_are_not_canonical() -> None:
    stored = {**TRANSFER, "amount": "10e2"}
    op = op_from_json(stored, stored=True)
    assert op.amount == PackedAmount(10, 2)  # type: ignore[attr-defined]
    assert op_to_json(op) == stored
    with pytest.raises(FieldError, match="canonical"):
        op_from_json(stored)
