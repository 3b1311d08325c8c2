"""Requests of a chain's queue."""

import json
from pathlib import Path

import pytest
from hypothesis import given

from tests.support.strategies import deposits, full_exits
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Deposit, FullExit, Noop, op_from_json
from zklink.protocol.request import PriorityRequest, encode_request, request_hash

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "request.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["operation"]["type"])
def test_vectors(case: dict) -> None:  # type: ignore[type-arg]
    op = op_from_json(case["operation"])
    assert isinstance(op, Deposit | FullExit)
    assert encode_request(op).hex() == case["encoded"][2:]
    assert PriorityRequest(0, op, 0).hash.hex() == case["hash"][2:]


@given(deposits, deposits)
def test_deposits_differ_in_their_encoding(left: Deposit, right: Deposit) -> None:
    same = [getattr(left, name) == getattr(right, name) for name in Deposit.__slots__ if name != "chain"]
    assert len(encode_request(left)) == 66
    assert (encode_request(left) == encode_request(right)) == all(same)


@given(deposits, full_exits)
def test_kinds_never_collide(deposit: Deposit, full_exit: FullExit) -> None:
    assert request_hash(deposit) != request_hash(full_exit)


def test_a_request_is_a_priority_operation_with_times_and_ids_in_range() -> None:
    op = op_from_json(VECTORS["cases"][0]["operation"])
    with pytest.raises(FieldError, match="operation"):
        PriorityRequest(0, Noop(), 0)  # type: ignore[arg-type]
    with pytest.raises(FieldError, match="id"):
        PriorityRequest(1 << 64, op, 0)  # type: ignore[arg-type]
    with pytest.raises(FieldError, match="enqueued_at"):
        PriorityRequest(0, op, -1)  # type: ignore[arg-type]
    assert PriorityRequest(3, op, 4).chain == op.chain  # type: ignore[arg-type,attr-defined]
